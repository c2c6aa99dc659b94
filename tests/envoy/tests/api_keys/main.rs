//! API keys in a real proxy: where they stand, whose they are, and what the upstream hears.
#![allow(
    clippy::indexing_slicing,
    reason = "helpers of tests, which index JSON"
)]

mod gateway;
mod rotation;
mod upstream;

use portcullis_envoy_tests::Request;
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};

/// An entry of `keys`, its digest by a library that no plugin links.
fn entry(client: &str, key: &str) -> Value {
    let digest = digest(&SHA256, key.as_bytes());
    let bytes = digest.as_ref().iter();
    let hex: Vec<String> = bytes.map(|byte| format!("{byte:02x}")).collect();
    json!({"client": client, "sha256": hex.concat()})
}

/// Keys wherever they may stand, and routes that ask for them.
fn document(keys: &[Value]) -> Value {
    json!({
        "version": "v1",
        "api_key": {
            "from_headers": [{"name": "x-api-key"}],
            "from_cookies": ["key"],
            "from_params": ["api_key"],
            "client_id_header": "x-client-id",
            "keys": keys,
        },
        "routes": [
            {"name": "search", "methods": ["GET"], "paths": ["/v1/search"], "allow": {"api_key": "any"}},
            {"name": "orders", "methods": ["GET"], "paths": ["/v1/orders/**"], "allow": {"api_key": ["acme"]}},
            {"name": "open", "methods": ["GET"], "paths": ["/open"], "allow": "any"},
        ],
    })
}

fn with_key(path: &str, key: &str) -> Request {
    Request::get(path).header("x-api-key", key)
}

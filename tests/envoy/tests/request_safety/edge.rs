//! One document behind two listeners: one that changes nothing, and the shipped one.

use portcullis_envoy_tests::{Echo, Envoy, Hygiene, Plugin, Proxy, Request, assert_denied};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

fn document() -> Value {
    json!({
        "version": "v1",
        "routes": [
            {"name": "orders", "methods": ["GET", "POST"], "paths": ["/v1/orders/**"],
             "allow": "any"},
            {"name": "hosted", "hosts": ["api.shop.test", "*.cdn.test"], "methods": ["GET"],
             "paths": ["/hosted"], "allow": "any"},
            {"name": "files", "methods": ["GET"], "paths": ["/files/**"], "allow": "any",
             "accept_ambiguous": ["encoded_slash"]},
            {"name": "open", "paths": ["/open"], "allow": "any"},
            {"name": "admin", "paths": ["/admin/**"], "allow": "none"},
        ],
    })
}

/// A proxy whose listener hands everything to the plugin as it came.
pub(crate) async fn raw() -> &'static Envoy {
    static RAW: OnceCell<Envoy> = OnceCell::const_new();
    RAW.get_or_init(|| start(Hygiene::Raw)).await
}

pub(crate) async fn shipped() -> &'static Envoy {
    static SHIPPED: OnceCell<Envoy> = OnceCell::const_new();
    SHIPPED.get_or_init(|| start(Hygiene::Shipped)).await
}

async fn start(hygiene: Hygiene) -> Envoy {
    Proxy::new(Echo::start())
        .hygiene(hygiene)
        .plugin(Plugin::Gateway, &document())
        .start()
        .await
}

pub(crate) async fn denied(request: &Request, status: u16, code: &str) {
    let envoy = raw().await;
    assert_denied(envoy, &envoy.client(), request, status, code).await;
}

/// Whoever refuses it, the upstream must not hear of it.
pub(crate) async fn stopped(envoy: &Envoy, request: &Request) -> u16 {
    let response = envoy.client().send(request).await;
    assert!(
        response.heard().is_none(),
        "{request:?} reached the upstream"
    );
    assert!(
        (400..500).contains(&response.status),
        "{request:?}: {response:?}"
    );
    assert!(!envoy.log().contains("panicked"), "{}", envoy.log());
    response.status
}

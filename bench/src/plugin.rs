//! Our plugins and the empty filters, with the documents they are given.

use std::{
    env,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use crate::{
    native::{PLENTY, filter, others},
    world::{AUDIENCE, ISSUER, World},
};

/// What a document's limit is by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    /// The caller's address.
    Address,
    /// The token's issuer and subject.
    Claim,
}

/// A document, policy by policy.
#[derive(Clone)]
#[must_use]
pub(crate) struct Document(Value);

impl Document {
    /// Without any policy.
    pub(crate) fn new() -> Self {
        Self(json!({"version": "v1"}))
    }

    /// Asks for one of so many identities.
    pub(crate) fn identity(mut self, principals: usize) -> Self {
        self.0["identity"] = json!({"sources": ["peer_certificate"], "trust_domain": "mesh.test"});
        self.allow("principals", json!(others(principals)))
    }

    /// With other routes beside that of the request, so many in all; each has a path and a caller of
    /// its own.
    ///
    /// # Panics
    /// When nothing has asked for anything yet.
    pub(crate) fn routes(mut self, count: usize) -> Self {
        let other = |number: usize| {
            let (team, service) = (number % 100, number % 50);
            json!({
                "name": format!("r{number}"),
                "paths": [format!("/v1/s{team}/r{number}/**")],
                "allow": {"service_accounts": [format!("team-{number}/svc-{service}")]},
            })
        };
        let routes = self.0["routes"].as_array_mut().expect("a route");
        routes.extend((1..count).map(other));
        self
    }

    /// Asks for a token.
    pub(crate) fn token(mut self, world: &World) -> Self {
        self.0["jwt"] = json!({"providers": [{
            "name": "login",
            "issuer": ISSUER,
            "audiences": [AUDIENCE],
            "algorithms": ["RS256"],
            "jwks": {"inline": world.issuer().jwks()},
        }]});
        self.allow("jwt", json!("login"))
    }

    /// Counts, and never denies.
    pub(crate) fn limit(mut self, key: Key, keys: u32) -> Self {
        let key = match key {
            Key::Address => "remote.ip",
            Key::Claim => "jwt.principal",
        };
        let rate = json!({"requests": PLENTY, "per": "1s"});
        let limit = json!({"name": "each", "key": [key], "rates": [rate]});
        self.0["rate_limit"] = json!({"max_keys": keys, "headers": ["none"], "limits": [limit]});
        self
    }

    fn allow(mut self, leaf: &str, value: Value) -> Self {
        if self.0.get("routes").is_none() {
            let route = json!({"name": "orders", "methods": ["GET"], "paths": ["/v1/orders/**"]});
            self.0["routes"] = json!([route]);
        }
        self.0["routes"][0]["allow"][leaf] = value;
        self
    }
}

impl Default for Document {
    fn default() -> Self {
        Self::new()
    }
}

/// A plugin of ours with its document.
#[must_use]
pub(crate) fn plugin(name: &str, document: &Document) -> Value {
    wasm(&module(name), Some(&document.0.to_string()))
}

/// A filter of `bench/wasm`, without a configuration.
#[must_use]
pub(crate) fn reference(name: &str) -> Value {
    wasm(&built(name, &text(name)), None)
}

/// A filter of `bench/wasm` that does twice for a request what it does.
#[must_use]
pub(crate) fn twice(name: &str) -> Value {
    wasm(&built(name, &text(name)), Some("twice"))
}

/// A filter in text form.
#[must_use]
pub(crate) fn written(name: &str, text: &str) -> Value {
    wasm(&built(name, text), None)
}

/// The module of one of our plugins: below `PORTCULLIS_DIST`, else `dist/`.
///
/// # Panics
/// When it has not been built.
#[must_use]
pub(crate) fn module(name: &str) -> PathBuf {
    let folder =
        env::var_os("PORTCULLIS_DIST").map_or_else(|| repository().join("dist"), PathBuf::from);
    let path = folder.join(format!("{name}.wasm"));
    assert!(path.is_file(), "{} is missing: make wasm", path.display());
    path
}

/// The repository.
///
/// # Panics
/// Never.
#[must_use]
pub(crate) fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("a folder above this crate")
}

/// The text of a filter of `bench/wasm`.
fn text(name: &str) -> String {
    let path = repository().join(format!("bench/wasm/{name}.wat"));
    std::fs::read_to_string(path).expect("a filter")
}

/// A module, from its text form.
fn built(name: &str, text: &str) -> PathBuf {
    let module = wat::parse_str(text).expect("a module in text form");
    let path = env::temp_dir().join(format!(
        "portcullis-bench-{}-{name}.wasm",
        std::process::id()
    ));
    std::fs::write(&path, module).expect("a file for a module");
    path
}

fn wasm(module: &Path, document: Option<&str>) -> Value {
    let mut config = json!({
        "name": "portcullis",
        "vm_config": {
            "vm_id": module.file_stem().map(|name| name.to_string_lossy()),
            "runtime": "envoy.wasm.runtime.v8",
            "code": {"local": {"filename": module}},
        },
        "failure_policy": "FAIL_RELOAD",
    });
    if let Some(text) = document {
        config["configuration"] = json!({
            "@type": "type.googleapis.com/google.protobuf.StringValue",
            "value": text,
        });
    }
    filter("wasm", "wasm.v3.Wasm", json!({ "config": config }))
}

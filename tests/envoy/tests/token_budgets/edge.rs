//! An edge that asks for tokens, with budgets that a test can spend.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeMap;

use fixtures::{Algorithm, Issuer, Key};
use portcullis_envoy_tests::{Client, Echo, Envoy, Plugin, Proxy, Request};
use serde_json::{Value, json};
use tokio::task::JoinSet;

/// An edge with its issuer, which makes tokens that nobody has seen.
pub(crate) struct Edge {
    pub(crate) issuer: Issuer,
    pub(crate) envoy: Envoy,
    pub(crate) plugin: &'static str,
}

impl Edge {
    /// An edge whose document says this of `jwt`, and this beside it.
    pub(crate) async fn start(plugin: Plugin, workers: u32, budgets: Value, more: Value) -> Self {
        let issuer = issuer();
        let document = document(&issuer, budgets, more);
        let proxy = Proxy::new(Echo::start()).workers(workers);
        let envoy = proxy.plugin(plugin, &document).start().await;
        let plugin = plugin.name();
        Self {
            issuer,
            envoy,
            plugin,
        }
    }

    /// A good token that no worker knows.
    pub(crate) fn fresh(&self, number: usize) -> String {
        let mut claims = self.issuer.claims("ada", "shop");
        claims["n"] = json!(number);
        self.issuer.sign(&claims)
    }

    pub(crate) async fn counter(&self, name: &str) -> u64 {
        let name = format!("wasmcustom.portcullis.{}.{name}", self.plugin);
        self.envoy.counter(&name).await
    }
}

pub(crate) fn issuer() -> Issuer {
    Issuer::with_key("https://login.test", Key::new(Algorithm::Rs256, "r1"))
}

pub(crate) fn document(issuer: &Issuer, budgets: Value, more: Value) -> Value {
    let mut document = json!({
        "version": "v1",
        "jwt": {"budgets": budgets, "providers": [{
            "name": "login", "issuer": issuer.url(), "audiences": ["shop"],
            "algorithms": ["RS256"], "jwks": {"inline": issuer.jwks()},
        }]},
        "routes": [{"name": "all", "paths": ["/**"], "allow": {"jwt": "login"}}],
    });
    let Value::Object(more) = more else {
        unreachable!("fields of a document")
    };
    document.as_object_mut().unwrap().extend(more);
    document
}

/// A token that somebody else has signed.
pub(crate) fn forged(number: usize) -> String {
    let key = Key::foreign(Algorithm::Rs256, "r1");
    let mut claims = issuer().claims("mallory", "shop");
    claims["n"] = json!(number);
    Issuer::sign_as(&key, &claims)
}

pub(crate) fn get(token: &str) -> Request {
    Request::get("/orders").bearer(token)
}

/// How often each code, or "permit", came of these tokens, sent at once on connections of their own.
pub(crate) async fn burst(
    client: &Client,
    tokens: impl IntoIterator<Item = String>,
) -> BTreeMap<String, usize> {
    let mut tasks = JoinSet::new();
    for token in tokens {
        let client = client.clone();
        tasks.spawn(async move {
            let response = client.send(&get(&token)).await;
            response.code().unwrap_or_else(|| "permit".to_owned())
        });
    }
    let mut counted = BTreeMap::new();
    for code in tasks.join_all().await {
        *counted.entry(code).or_default() += 1;
    }
    counted
}

pub(crate) fn counted<const N: usize>(codes: [(&str, usize); N]) -> BTreeMap<String, usize> {
    codes.map(|(code, n)| (code.to_owned(), n)).into()
}

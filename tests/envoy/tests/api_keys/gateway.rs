//! A key beside tokens and limits, and what an operator sees of clients.

use fixtures::{Algorithm, Issuer};
use portcullis_envoy_tests::{
    Echo, Envoy, Plugin, Proxy, Request, assert_denied, assert_permitted,
};
use serde_json::{Value, json};

use crate::{document, entry, with_key};

struct Gateway {
    issuer: Issuer,
    envoy: Envoy,
}

impl Gateway {
    async fn start() -> Self {
        let issuer = Issuer::new("https://login.test", Algorithm::Es256);
        let mut document = document(&[
            entry("acme", "acme-1"),
            entry("acme", "acme-2"),
            entry("beta", "beta-1"),
        ]);
        document["jwt"] = json!({"realm": "shop", "providers": [{
            "name": "login", "issuer": issuer.url(), "audiences": ["shop"],
            "algorithms": ["ES256"], "jwks": {"inline": issuer.jwks()},
        }]});
        document["routes"] = json!([
            {"name": "search", "paths": ["/v1/search"], "allow": {"api_key": "any"}},
            {"name": "either", "paths": ["/either"],
             "allow": {"any_of": [{"jwt": "login"}, {"api_key": ["acme"]}]}},
            {"name": "both", "paths": ["/both"], "allow": {"jwt": "login", "api_key": "any"}},
        ]);
        document["rate_limit"] = json!({"limits": [{
            "name": "per-client", "routes": ["search"], "key": ["api_key.client"],
            "rates": [{"requests": 2, "per": "1h"}],
            "overrides": [{"match": {"api_key.client": ["acme"]}, "rates": [{"requests": 4, "per": "1h"}]}],
        }]});
        let envoy = Proxy::new(Echo::start())
            .workers(2)
            .plugin(Plugin::Gateway, &document)
            .start()
            .await;
        Self { issuer, envoy }
    }

    fn token(&self, audience: &str) -> String {
        self.issuer.sign(&self.issuer.claims("ada", audience))
    }

    async fn denies(&self, request: &Request, status: u16, code: &str) -> String {
        let client = self.envoy.client();
        let denied = assert_denied(&self.envoy, &client, request, status, code).await;
        denied.header("www-authenticate").concat()
    }
}

#[tokio::test]
async fn one_bad_credential_neither_spoils_nor_helps() {
    let gateway = Gateway::start().await;
    let client = gateway.envoy.client();
    let (good, bad) = (gateway.token("shop"), gateway.token("bank"));
    for request in [
        Request::get("/either").bearer(&good),
        with_key("/either", "acme-1"),
        with_key("/either", "acme-2").bearer(&bad),
        with_key("/either", "nonsense").bearer(&good),
        with_key("/both", "beta-1").bearer(&good),
    ] {
        let heard = assert_permitted(&client, &request).await;
        assert_eq!(heard.header("x-api-key"), [""; 0], "{request:?}");
    }
    for (request, status, code) in [
        (with_key("/either", "beta-1"), 401, "jwt.missing"),
        (with_key("/either", "nonsense"), 401, "api_key.unknown"),
        (with_key("/both", "acme-1"), 401, "jwt.missing"),
        (Request::get("/both").bearer(&good), 401, "api_key.missing"),
        (
            with_key("/both", "nonsense").bearer(&good),
            401,
            "api_key.unknown",
        ),
        (
            with_key("/both", "acme-1").bearer(&bad),
            401,
            "jwt.wrong_audience",
        ),
    ] {
        gateway.denies(&request, status, code).await;
    }
    let asks = gateway
        .denies(&Request::get("/either"), 401, "jwt.missing")
        .await;
    assert_eq!(asks, "Bearer realm=\"shop\", ApiKey", "both ways are told");
}

#[tokio::test]
async fn clients_are_limited_by_name_and_counted() {
    let gateway = Gateway::start().await;
    let client = gateway.envoy.client();
    for (keys, permitted) in [(&["beta-1"][..], 2), (&["acme-1", "acme-2"], 4)] {
        for key in keys.iter().cycle().take(permitted) {
            assert_permitted(&client, &with_key("/v1/search", key)).await;
        }
        for key in keys {
            let request = with_key("/v1/search", key);
            gateway.denies(&request, 429, "rate_limit.exceeded").await;
        }
    }
    gateway
        .denies(&with_key("/v1/search", "nonsense"), 401, "api_key.unknown")
        .await;
    for (name, count) in [
        ("client_permitted.beta", 2),
        ("client_permitted.acme", 4),
        ("client_denied.beta", 1),
        ("client_denied.acme", 2),
        ("limited.per-client", 3),
    ] {
        let counter = format!("wasmcustom.portcullis.gateway.{name}");
        assert_eq!(gateway.envoy.counter(&counter).await, count, "{name}");
    }
    let clients = gateway.envoy.counters("gateway.client_").await;
    assert_eq!(clients.len(), 4, "{clients:?}");
}

#[tokio::test]
async fn a_hundred_clients_are_counted_by_name_whichever_workers_they_meet() {
    let names: Vec<String> = (0..110).map(|number| format!("client-{number}")).collect();
    let mut keys: Vec<Value> = names.iter().map(|name| entry(name, name)).collect();
    keys.push(entry("acme", "acme-1"));
    let envoy = Proxy::new(Echo::start())
        .workers(2)
        .plugin(Plugin::Gateway, &document(&keys))
        .start()
        .await;
    // The last come first, each on a connection of its own, so that no worker meets the same ones.
    for name in names.iter().rev() {
        for path in ["/v1/search", "/v1/orders/7"] {
            let (client, request) = (envoy.client(), with_key(path, name));
            let status = if path == "/v1/search" { 200 } else { 403 };
            assert_eq!(client.send(&request).await.status, status, "{name}");
        }
    }
    for what in ["client_permitted", "client_denied"] {
        let counters = envoy.counters(&format!("gateway.{what}.")).await;
        let count_of = |name: &str| {
            let counter = format!("wasmcustom.portcullis.gateway.{what}.{name}");
            counters.iter().find(|(found, _)| *found == counter)
        };
        assert_eq!(counters.len(), 101, "{counters:?}");
        assert_eq!(count_of("_others").unwrap().1, 10);
        for name in &names[..100] {
            assert_eq!(count_of(name).unwrap().1, 1, "{name}");
        }
    }
}

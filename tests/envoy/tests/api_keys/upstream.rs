//! What reaches the upstream, with each plugin that knows API keys.

use portcullis_envoy_tests::{
    Echo, Envoy, Plugin, Proxy, Request, assert_denied, assert_permitted,
};
use serde_json::json;

use crate::{document, entry, with_key};

async fn edge(plugin: Plugin) -> Envoy {
    let mut ended = entry("gone", "gone-key");
    ended["not_after"] = json!("2024-01-01T00:00:00Z");
    let keys = [entry("acme", "acme-key"), entry("beta", "beta-key"), ended];
    Proxy::new(Echo::start())
        .plugin(plugin, &document(&keys))
        .start()
        .await
}

#[tokio::test]
async fn a_key_lets_its_client_in_and_goes_no_further() {
    for plugin in [Plugin::JwtAuthn, Plugin::Gateway] {
        let envoy = edge(plugin).await;
        let client = envoy.client();
        let search = "/v1/search?q=a%20b";
        for (request, path, cookies) in [
            (with_key(search, "acme-key"), search, &[][..]),
            (
                Request::get(search).header("cookie", "a=1; key=acme-key; b=2"),
                search,
                &["a=1; b=2"],
            ),
            (
                Request::get(search).header("cookie", "key=acme-key"),
                search,
                &[],
            ),
            (
                Request::get("/v1/search?q=a%20b&api_key=acme%2Dkey&q=2"),
                "/v1/search?q=a%20b&q=2",
                &[],
            ),
            (
                Request::get("/v1/search?api_key=acme-key").header("cookie", "a=1"),
                "/v1/search",
                &["a=1"],
            ),
        ] {
            let heard = assert_permitted(&client, &request).await;
            assert_eq!(heard.path, path, "{plugin:?} {request:?}");
            assert_eq!(heard.header("cookie"), cookies, "{plugin:?} {request:?}");
            assert_eq!(heard.header("x-api-key"), [""; 0], "{plugin:?} {request:?}");
            assert_eq!(
                heard.header("x-client-id"),
                ["acme"],
                "{plugin:?} {request:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_client_cannot_state_its_name() {
    let envoy = edge(Plugin::JwtAuthn).await;
    let client = envoy.client();
    let spoofed = |request: Request| {
        request
            .header("x-client-id", "acme")
            .header("X-Client-Id", "x")
    };
    let heard = assert_permitted(&client, &spoofed(with_key("/v1/search", "beta-key"))).await;
    assert_eq!(heard.header("x-client-id"), ["beta"]);
    let heard = assert_permitted(&client, &spoofed(with_key("/open", "beta-key"))).await;
    assert_eq!(heard.header("x-client-id"), [""; 0]);
    assert_eq!(heard.header("x-api-key"), [""; 0], "no upstream gets a key");
    let orders = spoofed(with_key("/v1/orders/7", "beta-key"));
    assert_denied(&envoy, &client, &orders, 403, "api_key.wrong_client").await;
}

#[tokio::test]
async fn whatever_is_no_live_key_is_denied() {
    for plugin in [Plugin::JwtAuthn, Plugin::Gateway] {
        let envoy = edge(plugin).await;
        let client = envoy.client();
        let long = "a".repeat(20_000);
        for (request, status, code) in [
            (Request::get("/v1/search"), 401, "api_key.missing"),
            (with_key("/v1/search", "acme-kez"), 401, "api_key.unknown"),
            (with_key("/v1/search", &long), 401, "api_key.unknown"),
            (with_key("/v1/search", "gone-key"), 401, "api_key.expired"),
            (
                with_key("/v1/search", "acme-key").header("x-api-key", "acme-key"),
                400,
                "api_key.several",
            ),
            (
                with_key("/v1/search?api_key=beta-key", "acme-key"),
                400,
                "api_key.several",
            ),
            (
                Request::get("/v1/search")
                    .header("cookie", "key=acme-key")
                    .header("cookie", "key=beta-key"),
                400,
                "api_key.several",
            ),
            (
                Request::get("/v1/search").header("x-api-key", b"\xff\xfe\x80"),
                401,
                "api_key.unknown",
            ),
        ] {
            let denied = assert_denied(&envoy, &client, &request, status, code).await;
            let challenge = denied.header("www-authenticate");
            let expected: &[&str] = if status == 401 { &["ApiKey"] } else { &[] };
            assert_eq!(challenge, expected, "{plugin:?} {code}");
        }
    }
}

#[tokio::test]
async fn no_key_is_in_the_proxys_log() {
    let envoy = edge(Plugin::Gateway).await;
    let client = envoy.client();
    for key in ["acme-key", "gone-key", "nonsense-key"] {
        client.send(&with_key("/v1/orders/7", key)).await;
        client
            .send(&Request::get(format!("/v1/orders/7?api_key={key}")))
            .await;
    }
    let ended = with_key("/v1/search", "gone-key");
    assert_denied(&envoy, &client, &ended, 401, "api_key.expired").await;
    let log = envoy.log();
    assert!(log.contains("rule=gone"), "{log}");
    let plugins = log.lines().filter(|line| line.contains("portcullis: "));
    for line in plugins {
        assert!(!line.contains("-key"), "{line}");
    }
}

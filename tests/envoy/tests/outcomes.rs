//! What an operator sees of a decision: the access log, the counters, the proxy's log.

use portcullis_envoy_tests::{
    Echo, Envoy, Plugin, Proxy, Request, assert_denied, assert_permitted,
};
use serde_json::json;
use tokio::sync::OnceCell;

/// One proxy for the tests that count nothing.
async fn shared() -> &'static Envoy {
    static SHARED: OnceCell<Envoy> = OnceCell::const_new();
    SHARED.get_or_init(proxy).await
}

async fn proxy() -> Envoy {
    let document = json!({
        "version": "v1",
        "routes": [
            {"name": "open", "methods": ["GET"], "paths": ["/open/**"], "allow": "any"},
            {"name": "closed", "paths": ["/closed/**"], "allow": "none"},
        ],
    });
    Proxy::new(Echo::start())
        .plugin(Plugin::Gateway, &document)
        .start()
        .await
}

#[tokio::test]
async fn a_permit_is_marked_and_counted() {
    let envoy = proxy().await;
    let request = Request::get("/open/a");
    assert_permitted(&envoy.client(), &request).await;
    let line = envoy.log_line(&request).await;
    assert_eq!((line.status, line.pass.as_deref()), (200, Some("1")));
    assert_eq!(
        envoy
            .counter("wasmcustom.portcullis.gateway.permitted")
            .await,
        1
    );
}

#[tokio::test]
async fn a_denial_is_counted_under_its_code() {
    let envoy = proxy().await;
    let client = envoy.client();
    for count in 1..=3 {
        assert_denied(&envoy, &client, &Request::get("/x"), 403, "route.unmatched").await;
        let name = "wasmcustom.portcullis.gateway.denied.route.unmatched";
        assert_eq!(envoy.counter(name).await, count);
    }
    assert_eq!(
        envoy
            .counter("wasmcustom.portcullis.gateway.permitted")
            .await,
        0
    );
}

#[tokio::test]
async fn the_client_learns_the_code_and_an_id_that_the_log_explains() {
    let envoy = shared().await;
    let request = Request::get("/closed/secret-path?token=secret-query");
    let response = assert_denied(envoy, &envoy.client(), &request, 403, "route.not_allowed").await;
    let body = response.json().unwrap();
    assert_eq!(body["type"], "about:blank");
    assert_eq!(body["status"], 403);
    assert_eq!(body["title"], "Forbidden");
    assert!(
        !response.text().contains("closed"),
        "the rule stays inside: {}",
        response.text()
    );
    let instance = body["instance"].as_str().unwrap();
    let id = instance.rsplit(':').next().unwrap();
    let log = envoy.log();
    let line = log
        .lines()
        .find(|line| line.contains(id))
        .expect("a line with the id");
    assert!(
        line.contains("route.not_allowed") && line.contains("closed"),
        "{line}"
    );
    assert!(!log.contains("secret-query"), "{log}");
}

#[tokio::test]
async fn each_denial_has_an_id_of_its_own() {
    let envoy = shared().await;
    let mut ids = Vec::new();
    for _ in 0..10 {
        let response = envoy.client().send(&Request::get("/x")).await;
        ids.push(response.json().unwrap()["instance"].to_string());
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 10);
}

#[tokio::test]
async fn a_client_cannot_bring_the_mark_itself() {
    let envoy = shared().await;
    for name in [
        "portcullis.gateway.pass",
        "wasm.portcullis.gateway.pass",
        "x-envoy-portcullis.gateway.pass",
    ] {
        let request = Request::get("/x").header(name, "1");
        assert_denied(envoy, &envoy.client(), &request, 403, "route.unmatched").await;
    }
}

//! Shadow mode in a real proxy: what passes, what is counted, what the access log says.
#![allow(clippy::expect_used, reason = "helpers of tests")]

use portcullis_envoy_tests::{
    Echo, Envoy, Plugin, Proxy, Request, assert_denied, assert_permitted,
};
use serde_json::{Value, json};

async fn proxy(document: &Value) -> Envoy {
    let proxy = Proxy::new(Echo::start());
    proxy.plugin(Plugin::Gateway, document).start().await
}

async fn decision(envoy: &Envoy, request: &Request) -> String {
    let line = envoy.log_line(request).await;
    line.decision.expect("a decision in the access log")
}

#[tokio::test]
async fn overlays_are_recorded_and_change_nothing() {
    let envoy = proxy(&json!({
        "version": "v1",
        "deny": [{"name": "no-beta", "mode": "shadow", "paths": ["/beta"], "who": "any"}],
        "routes": [
            {"name": "all", "paths": ["/**"], "allow": "any"},
            {"name": "closed", "paths": ["/closed"], "allow": "none"},
            {"name": "closed-next", "mode": "shadow", "paths": ["/closed"], "allow": "any"},
        ],
    }))
    .await;
    let client = envoy.client();
    let closed = Request::get("/closed");
    assert_denied(&envoy, &client, &closed, 403, "route.not_allowed").await;
    assert_eq!(
        decision(&envoy, &closed).await,
        "verdict=deny;reason=route.not_allowed;route=closed;rule=-;shadow=permit@routes[closed-next]"
    );
    let beta = Request::get("/beta");
    assert_permitted(&client, &beta).await;
    assert_eq!(
        decision(&envoy, &beta).await,
        "verdict=permit;reason=-;route=all;rule=-;shadow=deny:route.denied@deny[no-beta]"
    );
    let counter = async |name: &str| {
        let name = format!("wasmcustom.portcullis.gateway.{name}");
        envoy.counter(&name).await
    };
    assert_eq!(counter("shadow.denied.route.denied").await, 1);
    assert_eq!(counter("shadow.permitted").await, 1);
    assert_eq!(counter("permitted").await, 1);
    assert_eq!(counter("shadow.rules").await, 2);
}

#[tokio::test]
async fn a_document_on_trial_lets_everything_pass_the_seal() {
    let envoy = proxy(&json!({
        "version": "v1",
        "mode": "shadow",
        "routes": [{"name": "closed", "paths": ["/closed"], "allow": "none"}],
    }))
    .await;
    for (path, told) in [
        (
            "/closed",
            "route=closed;rule=-;shadow=deny:route.not_allowed@document",
        ),
        (
            "/other",
            "route=-;rule=-;shadow=deny:route.unmatched@document",
        ),
    ] {
        let request = Request::get(path);
        assert_permitted(&envoy.client(), &request).await;
        assert_eq!(
            decision(&envoy, &request).await,
            format!("verdict=permit;reason=-;{told}")
        );
    }
}

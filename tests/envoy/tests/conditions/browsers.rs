//! What browsers send: preflights (Fetch, "CORS-preflight request") and cookies.

use portcullis_envoy_tests::Request;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::service::{BATCH, CHECKOUT, Service, document};

const NOT_ALLOWED: (u16, &str) = (403, "spiffe.not_allowed");
const AMBIGUOUS: (u16, &str) = (400, "request.duplicate_header");

async fn shared() -> &'static Service {
    static SHARED: OnceCell<Service> = OnceCell::const_new();
    SHARED
        .get_or_init(async || Service::start(&shop()).await)
        .await
}

fn shop() -> Value {
    let beta = json!({"key": "request.cookies[beta]", "values": ["on"]});
    let debug = json!({"key": "request.cookies[debug]", "present": true});
    let mut document = document(&json!([
        {"name": "orders", "paths": ["/orders/**"], "allow": {"service_accounts": ["shop/checkout"]}},
        {"name": "read", "methods": ["GET"], "paths": ["/read"], "allow": {"service_accounts": ["shop/checkout"]}},
        {"name": "closed", "paths": ["/closed"], "allow": "none"},
        {"name": "beta", "paths": ["/beta"], "allow": {"when": [beta]}},
        {"name": "plain", "paths": ["/plain"], "allow": "any"},
    ]));
    document["request"] = json!({"bypass_cors_preflight": true});
    document["deny"] = json!([
        {"name": "no-debug", "paths": ["/plain"], "who": {"when": [debug]}},
        {"name": "no-batch", "paths": ["/orders/closed"], "who": {"service_accounts": ["jobs/batch"]}},
    ]);
    document
}

fn preflight(path: &str) -> Request {
    Request::new("OPTIONS", path)
        .header("origin", "https://shop.example.org")
        .header("access-control-request-method", "POST")
}

#[tokio::test]
async fn a_preflight_passes_without_its_routes_condition_and_nothing_else_does() {
    let service = shared().await;
    let stranger = service.peer(BATCH);
    let passes = preflight("/orders/7");
    service.permits(&stranger, &passes, "orders").await;
    for half in [
        Request::new("OPTIONS", "/orders/7"),
        Request::new("OPTIONS", "/orders/7").header("origin", "https://shop.example.org"),
        Request::new("OPTIONS", "/orders/7").header("access-control-request-method", "POST"),
        preflight("/orders/7").header("origin", "https://evil.example"),
        Request::new("POST", "/orders/7")
            .header("origin", "https://shop.example.org")
            .header("access-control-request-method", "POST"),
    ] {
        service
            .denies(&stranger, &half, NOT_ALLOWED, ("orders", "-"))
            .await;
    }
}

#[tokio::test]
async fn what_takes_away_holds_for_a_preflight_too() {
    let service = shared().await;
    let stranger = service.peer(BATCH);
    for (path, told, by) in [
        ("/closed", (403, "route.not_allowed"), ("closed", "-")),
        ("/elsewhere", (403, "route.unmatched"), ("-", "-")),
        ("/read", (403, "route.unmatched"), ("-", "-")),
        (
            "/orders/closed",
            (403, "route.denied"),
            ("orders", "no-batch"),
        ),
    ] {
        service.denies(&stranger, &preflight(path), told, by).await;
    }
}

#[tokio::test]
async fn a_cookie_is_compared_in_its_one_reading() {
    let service = shared().await;
    let client = service.peer(CHECKOUT);
    let with = |cookies: &str| Request::get("/beta").header("cookie", cookies);
    for cookies in ["beta=on", "x=1; beta=on", "beta=on; x=1"] {
        service.permits(&client, &with(cookies), "beta").await;
    }
    let not_allowed = (403, "route.not_allowed");
    for request in [Request::get("/beta"), with("x=1"), with("beta=off")] {
        service
            .denies(&client, &request, not_allowed, ("beta", "-"))
            .await;
    }
    for request in [
        with("beta=on; beta=off"),
        with("beta=off").header("cookie", "beta=on"),
        with("beta=on").header("cookie", "x=1"),
        with("Beta=on"),
        with("beta=\"on\""),
    ] {
        service
            .denies(&client, &request, AMBIGUOUS, ("beta", "-"))
            .await;
    }
}

#[tokio::test]
async fn a_deny_on_a_cookie_is_not_walked_around() {
    let service = shared().await;
    let client = service.peer(CHECKOUT);
    let with = |cookies: &str| Request::get("/plain").header("cookie", cookies);
    service.permits(&client, &with("x=1"), "plain").await;
    let denied = (403, "route.denied");
    service
        .denies(&client, &with("debug=1"), denied, ("plain", "no-debug"))
        .await;
    for request in [
        with("debug=1; debug=2"),
        with("x=1").header("cookie", "debug=1"),
        with("DEBUG=1"),
    ] {
        let response = client.send(&request).await;
        assert!(matches!(response.status, 400 | 403), "{response:?}");
        assert_eq!(service.envoy.log_line(&request).await.pass, None);
    }
}

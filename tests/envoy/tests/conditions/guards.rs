//! `deny` and `require` over all routes: deny before require, require before the route.

use portcullis_envoy_tests::{Client, Request};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::service::{By, CHECKOUT, Service, document};

const LEGACY: &str = "spiffe://mesh.test/ns/shop/sa/legacy";
const PARTNER: &str = "spiffe://partner.test/settlement";
const OLD_PARTNER: &str = "spiffe://partner.test/old";

const DENIED: (u16, &str) = (403, "route.denied");
const NOT_ALLOWED: (u16, &str) = (403, "spiffe.not_allowed");

async fn shared() -> &'static Service {
    static SHARED: OnceCell<Service> = OnceCell::const_new();
    SHARED
        .get_or_init(async || Service::start(&guarded()).await)
        .await
}

fn guarded() -> Value {
    let mut document = document(&json!([
        {"name": "open", "paths": ["/open/**"], "allow": "any"},
        {"name": "internal", "paths": ["/internal/**"], "allow": "any"},
        {"name": "closed", "paths": ["/internal/closed"], "allow": "none"},
    ]));
    document["deny"] = json!([
        {"name": "legacy", "who": {"service_accounts": ["shop/legacy"]}},
        {"name": "old-partner", "who": {"principals": ["spiffe://partner.test/old"]}},
        {"name": "no-trace", "methods": ["DELETE"], "who": "any"},
        {"name": "no-preview", "hosts": ["preview.test"], "who": {"namespaces": ["shop"]}},
        {"name": "no-debug", "paths": ["/open/debug/**"],
         "who": {"when": [{"key": "request.headers[x-debug]", "present": true}]}},
    ]);
    document["require"] = json!([
        {"name": "mesh", "paths": ["/internal/**"], "who": {"principals": ["spiffe://mesh.test/**"]}},
        {"name": "tenant", "methods": ["POST"],
         "who": {"when": [{"key": "request.headers[x-tenant]", "present": true}]}},
    ]);
    document
}

async fn caller(id: &str) -> Client {
    shared().await.peer(id)
}

async fn permits(id: &str, request: &Request, route: &str) {
    let service = shared().await;
    service.permits(&caller(id).await, request, route).await;
}

async fn denies(id: &str, request: &Request, told: (u16, &str), by: By) {
    let service = shared().await;
    service.denies(&caller(id).await, request, told, by).await;
}

#[tokio::test]
async fn whom_no_guard_names_its_route_decides() {
    permits(CHECKOUT, &Request::get("/open/a"), "open").await;
    permits(PARTNER, &Request::get("/open/a"), "open").await;
    permits(CHECKOUT, &Request::get("/internal/a"), "internal").await;
    let closed = (403, "route.not_allowed");
    let by: By = ("closed", "-");
    denies(CHECKOUT, &Request::get("/internal/closed"), closed, by).await;
}

#[tokio::test]
async fn deny_holds_over_every_route_and_where_there_is_none() {
    for (path, route) in [
        ("/open/a", "open"),
        ("/internal/a", "internal"),
        ("/internal/closed", "closed"),
        ("/nowhere", "-"),
    ] {
        denies(LEGACY, &Request::get(path), DENIED, (route, "legacy")).await;
    }
    let unmatched = (403, "route.unmatched");
    denies(CHECKOUT, &Request::get("/nowhere"), unmatched, ("-", "-")).await;
}

#[tokio::test]
async fn deny_comes_before_require() {
    // fails `mesh` as well
    let internal = Request::get("/internal/a");
    denies(OLD_PARTNER, &internal, DENIED, ("internal", "old-partner")).await;
}

#[tokio::test]
async fn require_comes_before_the_route() {
    denies(
        PARTNER,
        &Request::get("/internal/a"),
        NOT_ALLOWED,
        ("internal", "mesh"),
    )
    .await;
    let closed = Request::get("/internal/closed");
    denies(PARTNER, &closed, NOT_ALLOWED, ("closed", "mesh")).await;
    let nowhere = Request::new("POST", "/nowhere");
    denies(
        CHECKOUT,
        &nowhere,
        (403, "route.not_allowed"),
        ("-", "tenant"),
    )
    .await;
}

#[tokio::test]
async fn the_first_guard_that_denies_is_named() {
    let both = Request::new("DELETE", "/open/a");
    denies(LEGACY, &both, DENIED, ("open", "legacy")).await;
    let by_method = Request::new("DELETE", "/open/a");
    denies(CHECKOUT, &by_method, DENIED, ("open", "no-trace")).await;
    let both = Request::new("POST", "/internal/a");
    denies(PARTNER, &both, NOT_ALLOWED, ("internal", "mesh")).await;
}

#[tokio::test]
async fn a_guard_is_about_what_its_match_says() {
    let preview = |host: &str| Request::hostless("GET", "/open/a").header("host", host);
    for host in ["preview.test", "Preview.TEST:443"] {
        denies(CHECKOUT, &preview(host), DENIED, ("open", "no-preview")).await;
        permits(PARTNER, &preview(host), "open").await;
    }
    permits(CHECKOUT, &preview("xpreview.test"), "open").await;
    let debug = |path: &str| Request::get(path).header("x-debug", "");
    for path in ["/open/debug", "/open/debug/", "/open/debug/a"] {
        denies(CHECKOUT, &debug(path), DENIED, ("open", "no-debug")).await;
        permits(CHECKOUT, &Request::get(path), "open").await;
    }
    permits(CHECKOUT, &debug("/open/debugger"), "open").await;
    permits(
        CHECKOUT,
        &Request::new("POST", "/open/a").header("x-tenant", "blue"),
        "open",
    )
    .await;
}

/// An identity that is none cannot be verified, so no `deny` names it; `require` insists.
#[tokio::test]
async fn an_identity_that_is_none_meets_no_require() {
    let bad = "spiffe://mesh.test/ns/shop/sa/legacy/";
    permits(bad, &Request::get("/open/a"), "open").await;
    let internal = Request::get("/internal/a");
    denies(bad, &internal, (403, "spiffe.bad_id"), ("internal", "mesh")).await;
}

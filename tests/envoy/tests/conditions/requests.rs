//! `when` on the request itself: method, host, path, route.

use portcullis_envoy_tests::Request;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::service::{By, CHECKOUT, Service, document};

const NOT_ALLOWED: (u16, &str) = (403, "route.not_allowed");

async fn shared() -> &'static Service {
    static SHARED: OnceCell<Service> = OnceCell::const_new();
    SHARED
        .get_or_init(async || Service::start(&routes()).await)
        .await
}

fn routes() -> Value {
    let route = |name: &str, when: Value| json!({"name": name, "paths": [format!("/{name}/**")], "allow": {"when": [when]}});
    document(&json!([
        route(
            "method",
            json!({"key": "request.method", "values": ["GET", "PUT"]})
        ),
        route(
            "host",
            json!({"key": "request.host", "values": ["a.example.org"]})
        ),
        route(
            "zone",
            json!({"key": "request.host", "suffixes": [".example.org"]})
        ),
        route(
            "path",
            json!({"key": "request.path", "values": ["/path/a", "/path/b b"]})
        ),
        route(
            "below",
            json!({"key": "request.path", "prefixes": ["/below/a/"]})
        ),
        route(
            "kind",
            json!({"key": "request.path", "suffixes": [".json"]})
        ),
        route("named", json!({"key": "route", "values": ["named"]})),
        route("misnamed", json!({"key": "route", "values": ["named"]})),
    ]))
}

async fn permits(request: &Request, route: &str) {
    let service = shared().await;
    service
        .permits(&service.peer(CHECKOUT), request, route)
        .await;
}

async fn denies(request: &Request, route: &'static str) {
    let service = shared().await;
    let by: By = (route, "-");
    service
        .denies(&service.peer(CHECKOUT), request, NOT_ALLOWED, by)
        .await;
}

#[tokio::test]
async fn the_method_is_compared_with_case() {
    for method in ["GET", "PUT"] {
        permits(&Request::new(method, "/method/x"), "method").await;
    }
    for method in ["POST", "DELETE", "PATCH"] {
        denies(&Request::new(method, "/method/x"), "method").await;
    }
}

#[tokio::test]
async fn the_host_is_compared_without_case_and_port() {
    let at = |path: &str, host: &str| Request::hostless("GET", path).header("host", host);
    for host in ["a.example.org", "A.Example.ORG", "a.example.org:8443"] {
        permits(&at("/host/x", host), "host").await;
        permits(&at("/zone/x", host), "zone").await;
    }
    for host in [
        "b.example.test",
        "a.example.org.evil.test",
        "xa.example.org.evil",
        "example.org",
    ] {
        denies(&at("/host/x", host), "host").await;
        denies(&at("/zone/x", host), "zone").await;
    }
}

#[tokio::test]
async fn the_path_is_compared_as_it_is_decided_on() {
    for path in ["/path/a", "/path/a/", "/path/a?b=c", "/path/b%20b"] {
        permits(&Request::get(path), "path").await;
    }
    for path in [
        "/path",
        "/path/A",
        "/path/ab",
        "/path/a/b",
        "/path/c?/path/a",
    ] {
        denies(&Request::get(path), "path").await;
    }
    permits(&Request::get("/below/a/b"), "below").await;
    for path in ["/below/a", "/below/ab", "/below/x?/below/a/b"] {
        denies(&Request::get(path), "below").await;
    }
    permits(&Request::get("/kind/a.json"), "kind").await;
    for path in ["/kind/a.jsonx", "/kind/a?x=.json", "/kind/a.json/b"] {
        denies(&Request::get(path), "kind").await;
    }
}

#[tokio::test]
async fn the_route_is_the_one_that_matched() {
    permits(&Request::get("/named/x"), "named").await;
    denies(&Request::get("/misnamed/x"), "misnamed").await;
}

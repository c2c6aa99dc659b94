//! `when` on headers: what a client writes is compared as a whole, and given twice it is nothing.

use portcullis_envoy_tests::Request;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::service::{CHECKOUT, Service, document};

async fn shared() -> &'static Service {
    static SHARED: OnceCell<Service> = OnceCell::const_new();
    SHARED
        .get_or_init(async || Service::start(&routes()).await)
        .await
}

fn routes() -> Value {
    let route = |name: &str, test: &str, operand: Value| {
        let when = json!([{"key": "request.headers[x-tenant]", test: operand}]);
        json!({"name": name, "paths": [format!("/{name}")], "allow": {"when": when}})
    };
    document(&json!([
        route("values", "values", json!(["blue", "green"])),
        route("prefixes", "prefixes", json!(["blue", "green"])),
        route("suffixes", "suffixes", json!(["blue", "green"])),
        route("present", "present", json!(true)),
        route("absent", "present", json!(false)),
        {"name": "two", "paths": ["/two"], "allow": {"when": [
            {"key": "request.headers[x-tenant]", "values": ["blue"]},
            {"key": "request.headers[x-plan]", "prefixes": ["gold"]},
        ]}},
    ]))
}

/// A request with the header as often as values are given.
async fn with(route: &'static str, values: &[&str], permitted: bool) {
    let service = shared().await;
    let caller = service.peer(CHECKOUT);
    let request = values
        .iter()
        .fold(Request::get(format!("/{route}")), |request, value| {
            request.header("X-Tenant", value)
        });
    if permitted {
        service.permits(&caller, &request, route).await;
    } else {
        let denied = (403, "route.not_allowed");
        service
            .denies(&caller, &request, denied, (route, "-"))
            .await;
    }
}

#[tokio::test]
async fn a_value_is_compared_as_a_whole_and_with_case() {
    for value in ["blue", "green"] {
        with("values", &[value], true).await;
    }
    for value in ["", "Blue", "blue2", "xblue", "blue green", "blue;green"] {
        with("values", &[value], false).await;
    }
    with("values", &[], false).await;
}

#[tokio::test]
async fn prefixes_and_suffixes_are_compared_at_their_end_alone() {
    for (route, within, without) in [
        ("prefixes", ["blue", "blue-7"], ["xblue", "Blue-7"]),
        ("suffixes", ["green", "7-green"], ["greenx", "7-Green"]),
    ] {
        for value in within {
            with(route, &[value], true).await;
        }
        for value in without {
            with(route, &[value], false).await;
        }
        with(route, &[], false).await;
        with(route, &[""], false).await;
    }
}

#[tokio::test]
async fn presence_asks_for_no_value() {
    with("present", &["x"], true).await;
    with("present", &["x", "y"], true).await;
    with("present", &[], false).await;
    with("absent", &[], true).await;
    with("absent", &["x"], false).await;
}

/// Of two headers one server takes the first, another the last: neither is what was compared.
#[tokio::test]
async fn a_header_given_twice_never_matches() {
    for route in ["values", "prefixes", "suffixes"] {
        for twice in [
            ["blue", "blue"],
            ["blue", "red"],
            ["red", "blue"],
            ["blue-7", "7-green"],
            ["", "blue"],
            ["blue", ""],
        ] {
            with(route, &twice, false).await;
        }
        // the same in one line, which a proxy in front may have made of two
        for joined in ["blue,red", "red, blue", "blue,"] {
            with(route, &[joined], false).await;
        }
    }
}

#[tokio::test]
async fn all_entries_must_hold() {
    let service = shared().await;
    let caller = service.peer(CHECKOUT);
    let request = |tenant: &str, plan: &str| {
        let request = Request::get("/two").header("x-tenant", tenant);
        request.header("x-plan", plan)
    };
    service
        .permits(&caller, &request("blue", "gold-1"), "two")
        .await;
    for (tenant, plan) in [("blue", "silver"), ("red", "gold-1"), ("gold-1", "blue")] {
        let denied = (403, "route.not_allowed");
        service
            .denies(&caller, &request(tenant, plan), denied, ("two", "-"))
            .await;
    }
}

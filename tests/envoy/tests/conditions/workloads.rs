//! `principals`, `service_accounts`, `namespaces`: alone, and beside each other.

use portcullis_envoy_tests::Request;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::service::{BATCH, CHECKOUT, Service, document};

const NOT_ALLOWED: (u16, &str) = (403, "spiffe.not_allowed");

fn routes() -> Value {
    let route = |name: &str, allow: Value| json!({"name": name, "paths": [format!("/{name}")], "allow": allow});
    document(&json!([
        route("exact", json!({"principals": [CHECKOUT]})),
        route(
            "segment",
            json!({"principals": ["spiffe://mesh.test/ns/{ns}/sa/checkout"]})
        ),
        route(
            "rest",
            json!({"principals": ["spiffe://mesh.test/ns/shop/**"]})
        ),
        route(
            "domain",
            json!({"principals": ["spiffe://partner.test/**"]})
        ),
        route(
            "either",
            json!({"principals": [BATCH, "spiffe://partner.test/{region}"]})
        ),
        route("account", json!({"service_accounts": ["shop/checkout"]})),
        route("accounts", json!({"service_accounts": ["shop/*"]})),
        route("namespace", json!({"namespaces": ["shop", "jobs"]})),
        route(
            "both",
            json!({"namespaces": ["shop"], "principals": ["spiffe://mesh.test/ns/{ns}/sa/checkout"]})
        ),
    ]))
}

async fn shared() -> &'static Service {
    static SHARED: OnceCell<Service> = OnceCell::const_new();
    SHARED
        .get_or_init(async || Service::start(&routes()).await)
        .await
}

/// Each of these callers reaches the route, none of those does.
async fn holds(route: &'static str, within: &[&str], without: &[&str]) {
    let service = shared().await;
    let request = || Request::get(format!("/{route}"));
    for id in within {
        service.permits(&service.peer(id), &request(), route).await;
    }
    for id in without {
        let caller = service.peer(id);
        service
            .denies(&caller, &request(), NOT_ALLOWED, (route, "-"))
            .await;
    }
}

#[tokio::test]
async fn a_principal_is_compared_byte_by_byte() {
    let near = [
        "spiffe://mesh.test/ns/shop/sa/checkou",
        "spiffe://mesh.test/ns/shop/sa/checkout2",
        "spiffe://mesh.test/ns/shop/sa/Checkout",
        "spiffe://mesh.test/ns/shop/sa/checkout/x",
        "spiffe://mesh.test2/ns/shop/sa/checkout",
        "spiffe://xmesh.test/ns/shop/sa/checkout",
    ];
    holds("exact", &[CHECKOUT], &near).await;
}

#[tokio::test]
async fn a_name_in_a_template_is_one_segment() {
    let within = [CHECKOUT, "spiffe://mesh.test/ns/jobs/sa/checkout"];
    let without = [
        "spiffe://mesh.test/ns/sa/checkout",
        "spiffe://mesh.test/ns/a/b/sa/checkout",
        "spiffe://partner.test/ns/shop/sa/checkout",
        BATCH,
    ];
    holds("segment", &within, &without).await;
}

#[tokio::test]
async fn two_stars_are_any_rest() {
    let within = [
        CHECKOUT,
        "spiffe://mesh.test/ns/shop/a/b/c/d",
        "spiffe://mesh.test/ns/shop/x",
    ];
    let without = [
        "spiffe://mesh.test/ns/shopping",
        "spiffe://mesh.test/ns",
        "spiffe://partner.test/ns/shop/sa/checkout",
    ];
    holds("rest", &within, &without).await;
    let within = ["spiffe://partner.test/a", "spiffe://partner.test/a/b"];
    let without = ["spiffe://partner.test.evil.test/a", "spiffe://test/a"];
    holds("domain", &within, &without).await;
}

#[tokio::test]
async fn of_several_principals_one_is_enough() {
    let within = [BATCH, "spiffe://partner.test/eu"];
    holds("either", &within, &["spiffe://partner.test/eu/west"]).await;
}

#[tokio::test]
async fn the_short_forms_are_of_the_own_trust_domain() {
    let foreign = "spiffe://partner.test/ns/shop/sa/checkout";
    let web = "spiffe://mesh.test/ns/shop/sa/web";
    let longer = "spiffe://mesh.test/ns/shop/sa/checkout/x";
    holds("account", &[CHECKOUT], &[foreign, web, longer, BATCH]).await;
    holds("accounts", &[CHECKOUT, web], &[foreign, longer, BATCH]).await;
    let other = "spiffe://mesh.test/ns/shop2/sa/checkout";
    holds(
        "namespace",
        &[CHECKOUT, web, BATCH],
        &[foreign, longer, other],
    )
    .await;
}

#[tokio::test]
async fn parts_beside_each_other_must_all_hold() {
    let web = "spiffe://mesh.test/ns/shop/sa/web";
    let elsewhere = "spiffe://mesh.test/ns/jobs/sa/checkout";
    holds("both", &[CHECKOUT], &[web, elsewhere]).await;
}

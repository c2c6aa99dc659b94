//! `when` on `source.*`: values, prefixes, suffixes and presence of a verified ID's parts.

use portcullis_envoy_tests::Request;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::service::{BATCH, CHECKOUT, Service, document};

const PARTNER: &str = "spiffe://partner.test/settlement";

async fn shared() -> &'static Service {
    static SHARED: OnceCell<Service> = OnceCell::const_new();
    SHARED
        .get_or_init(async || Service::start(&routes()).await)
        .await
}

fn routes() -> Value {
    let route = |name: &str, key: &str, test: &str, operand: Value| json!({"name": name, "paths": [format!("/{name}")], "allow": {"when": [{"key": key, test: operand}]}});
    let (principal, namespace, domain) = (
        "source.principal",
        "source.namespace",
        "source.trust_domain",
    );
    document(&json!([
        route(
            "principal-values",
            principal,
            "values",
            json!([CHECKOUT, PARTNER])
        ),
        route(
            "principal-prefixes",
            principal,
            "prefixes",
            json!(["spiffe://mesh.test/ns/shop/"])
        ),
        route(
            "principal-suffixes",
            principal,
            "suffixes",
            json!(["/sa/checkout"])
        ),
        route("principal-present", principal, "present", json!(true)),
        route("principal-absent", principal, "present", json!(false)),
        route("namespace-values", namespace, "values", json!(["shop"])),
        route("namespace-prefixes", namespace, "prefixes", json!(["sh"])),
        route("namespace-suffixes", namespace, "suffixes", json!(["bs"])),
        route("namespace-present", namespace, "present", json!(true)),
        route("namespace-absent", namespace, "present", json!(false)),
        route("domain-values", domain, "values", json!(["partner.test"])),
        route("domain-suffixes", domain, "suffixes", json!([".test"])),
        route("domain-prefixes", domain, "prefixes", json!(["mesh."])),
    ]))
}

/// Of the three callers, those reach the route that are named.
async fn only(route: &'static str, within: &[&str]) {
    let service = shared().await;
    for id in [CHECKOUT, BATCH, PARTNER] {
        let (caller, request) = (service.peer(id), Request::get(format!("/{route}")));
        if within.contains(&id) {
            service.permits(&caller, &request, route).await;
        } else {
            let denied = (403, "route.not_allowed");
            service
                .denies(&caller, &request, denied, (route, "-"))
                .await;
        }
    }
}

#[tokio::test]
async fn the_principal_is_compared() {
    only("principal-values", &[CHECKOUT, PARTNER]).await;
    only("principal-prefixes", &[CHECKOUT]).await;
    only("principal-suffixes", &[CHECKOUT]).await;
    only("principal-present", &[CHECKOUT, BATCH, PARTNER]).await;
    only("principal-absent", &[]).await;
}

#[tokio::test]
async fn the_namespace_is_compared_where_the_id_has_one() {
    only("namespace-values", &[CHECKOUT]).await;
    only("namespace-prefixes", &[CHECKOUT]).await;
    only("namespace-suffixes", &[BATCH]).await;
    only("namespace-present", &[CHECKOUT, BATCH]).await;
    only("namespace-absent", &[PARTNER]).await;
}

#[tokio::test]
async fn the_trust_domain_is_compared() {
    only("domain-values", &[PARTNER]).await;
    only("domain-suffixes", &[CHECKOUT, BATCH, PARTNER]).await;
    only("domain-prefixes", &[CHECKOUT, BATCH]).await;
}

#[tokio::test]
async fn an_id_that_is_none_is_not_an_absent_one() {
    let service = shared().await;
    let caller = service.peer("spiffe://mesh.test/ns/shop/sa/");
    for route in ["principal-absent", "namespace-absent", "principal-present"] {
        let request = Request::get(format!("/{route}"));
        let denied = (403, "spiffe.bad_id");
        service
            .denies(&caller, &request, denied, (route, "-"))
            .await;
    }
}

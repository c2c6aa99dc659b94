//! `any_of` and `all_of`, inside each other and beside other parts.

use portcullis_envoy_tests::Request;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::service::{BATCH, CHECKOUT, Service, document};

const WEB: &str = "spiffe://mesh.test/ns/shop/sa/web";
const PARTNER: &str = "spiffe://partner.test/settlement";

async fn shared() -> &'static Service {
    static SHARED: OnceCell<Service> = OnceCell::const_new();
    SHARED
        .get_or_init(async || Service::start(&routes()).await)
        .await
}

fn routes() -> Value {
    let header = |name: &str, value: &str| json!([{"key": format!("request.headers[{name}]"), "values": [value]}]);
    let checkout = json!({"service_accounts": ["shop/checkout"]});
    let blue = json!({"when": header("x-tenant", "blue")});
    document(&json!([
        {"name": "any", "paths": ["/any"], "allow": {"any_of": [checkout, blue]}},
        {"name": "all", "paths": ["/all"], "allow": {"all_of": [{"namespaces": ["shop"]}, blue]}},
        {"name": "beside", "paths": ["/beside"], "allow": {
            "namespaces": ["shop"],
            "any_of": [checkout, blue],
        }},
        {"name": "deep", "paths": ["/deep"], "allow": {"any_of": [
            {"all_of": [checkout, {"any_of": [blue, {"when": header("x-plan", "gold")}]}]},
            {"namespaces": ["jobs"], "when": header("x-plan", "gold")},
        ]}},
        {"name": "both-lists", "paths": ["/both-lists"], "allow": {
            "any_of": [checkout, {"namespaces": ["jobs"]}],
            "all_of": [blue, {"when": header("x-plan", "gold")}],
        }},
    ]))
}

/// The caller, and whether it states the tenant and the plan.
type Case = (&'static str, bool, bool);

/// All callers with all headers: those reach the route that `within` names, and no other.
async fn exactly(route: &'static str, within: &[Case]) {
    let service = shared().await;
    for id in [CHECKOUT, WEB, BATCH, PARTNER] {
        let caller = service.peer(id);
        for (blue, gold) in [(false, false), (true, false), (false, true), (true, true)] {
            let mut request = Request::get(format!("/{route}"));
            if blue {
                request = request.header("x-tenant", "blue");
            }
            if gold {
                request = request.header("x-plan", "gold");
            }
            if within.contains(&(id, blue, gold)) {
                service.permits(&caller, &request, route).await;
                continue;
            }
            let response = caller.send(&request).await;
            let code = response.code().unwrap_or_default();
            assert_eq!(response.status, 403, "{id} {request:?}: {code}");
            assert!(
                ["spiffe.not_allowed", "route.not_allowed"].contains(&code.as_str()),
                "{id} {request:?}: {code}"
            );
            let line = service.envoy.log_line(&request).await;
            assert_eq!(line.details, code, "{id} {request:?}");
            assert!(!line.upstream, "{id} {request:?}");
        }
    }
}

/// A caller with each of the four sets of headers.
const fn whatever(id: &'static str) -> [Case; 4] {
    [
        (id, false, false),
        (id, true, false),
        (id, false, true),
        (id, true, true),
    ]
}

/// A caller with the tenant, whatever the plan.
const fn blue(id: &'static str) -> [Case; 2] {
    [(id, true, false), (id, true, true)]
}

#[tokio::test]
async fn one_of_any_of_is_enough() {
    let within = [
        &whatever(CHECKOUT)[..],
        &blue(WEB),
        &blue(BATCH),
        &blue(PARTNER),
    ];
    exactly("any", &within.concat()).await;
}

#[tokio::test]
async fn all_of_asks_for_every_one() {
    exactly("all", &[blue(CHECKOUT), blue(WEB)].concat()).await;
}

#[tokio::test]
async fn parts_beside_any_of_hold_as_well() {
    exactly("beside", &[&whatever(CHECKOUT)[..], &blue(WEB)].concat()).await;
}

#[tokio::test]
async fn both_lists_hold_together() {
    exactly("both-lists", &[(CHECKOUT, true, true), (BATCH, true, true)]).await;
}

#[tokio::test]
async fn lists_inside_lists_mean_what_they_say() {
    let within = [
        (CHECKOUT, true, false),
        (CHECKOUT, false, true),
        (CHECKOUT, true, true),
        (BATCH, false, true),
        (BATCH, true, true),
    ];
    exactly("deep", &within).await;
}

/// Of several alternatives that fail alike, the first tells why.
#[tokio::test]
async fn a_denial_by_alternatives_has_one_code() {
    let service = shared().await;
    let caller = service.peer(WEB);
    for (path, code) in [
        ("any", "spiffe.not_allowed"),
        ("all", "route.not_allowed"),
        ("deep", "spiffe.not_allowed"),
    ] {
        let request = Request::get(format!("/{path}"));
        service
            .denies(&caller, &request, (403, code), (path, "-"))
            .await;
    }
}

//! What a client is told of a decision: the code and an id. What decided stays in the log.

use portcullis_envoy_tests::{Request, Response};
use serde_json::{Value, json};

use crate::service::{CHECKOUT, Service, document};

const WEB: &str = "spiffe://mesh.test/ns/shop/sa/web";

/// Whatever of the policy or the caller must not stand in a reply.
const SECRETS: [&str; 11] = [
    "route-of-ours",
    "deny-of-ours",
    "require-of-ours",
    "spiffe://",
    "mesh.test",
    "checkout",
    "ns/shop",
    "sa/web",
    "tenant-of-ours",
    "secret-path",
    "verdict",
];

fn guarded() -> Value {
    let mut document = document(&json!([
        {"name": "route-of-ours", "paths": ["/secret-path/**"],
         "allow": {"service_accounts": ["shop/checkout"],
                   "when": [{"key": "request.headers[x-tenant]", "values": ["tenant-of-ours"]}]}},
    ]));
    document["deny"] = json!([
        {"name": "deny-of-ours", "paths": ["/secret-path/denied"], "who": {"namespaces": ["shop"]}},
    ]);
    document["require"] = json!([
        {"name": "require-of-ours", "paths": ["/secret-path/required"],
         "who": {"principals": ["spiffe://mesh.test/ns/jobs/**"]}},
    ]);
    document
}

fn keeps_silent(response: &Response) {
    for secret in SECRETS {
        assert!(!response.text().contains(secret), "{secret}: {response:?}");
        for (name, value) in &response.headers {
            let held = name.contains(secret) || value.contains(secret);
            assert!(!held, "{secret}: {response:?}");
        }
    }
}

#[tokio::test]
async fn a_reply_names_no_route_no_rule_and_no_principal() {
    let service = Service::start(&guarded()).await;
    let ours = "route-of-ours";
    let tenant = |path: &str| Request::get(path).header("x-tenant", "tenant-of-ours");
    for (id, request, code, by) in [
        (
            WEB,
            tenant("/secret-path/a"),
            "spiffe.not_allowed",
            (ours, "-"),
        ),
        (
            CHECKOUT,
            Request::get("/secret-path/a"),
            "route.not_allowed",
            (ours, "-"),
        ),
        (
            CHECKOUT,
            tenant("/secret-path/denied"),
            "route.denied",
            (ours, "deny-of-ours"),
        ),
        (
            WEB,
            tenant("/secret-path/required"),
            "spiffe.not_allowed",
            (ours, "require-of-ours"),
        ),
        (WEB, tenant("/elsewhere"), "route.unmatched", ("-", "-")),
    ] {
        let caller = service.peer(id);
        let response = service.denies(&caller, &request, (403, code), by).await;
        keeps_silent(&response);
        let grpc = request.header("content-type", "application/grpc");
        let response = caller.send(&grpc).await;
        assert_eq!(response.header("grpc-status"), ["7"], "{response:?}");
        keeps_silent(&response);
    }
}

#[tokio::test]
async fn a_permit_says_nothing_to_the_client() {
    let service = Service::start(&guarded()).await;
    let request = Request::get("/secret-path/a").header("x-tenant", "tenant-of-ours");
    let response = service.peer(CHECKOUT).send(&request).await;
    assert_eq!(response.status, 200, "{response:?}");
    for (name, value) in &response.headers {
        for secret in SECRETS {
            let held = name.contains(secret) || value.contains(secret);
            assert!(!held, "{secret}: {response:?}");
        }
    }
    let told = "verdict=permit;reason=-;route=route-of-ours;rule=-;shadow=-";
    assert_eq!(service.decision(&request).await, told);
}

//! A whole document through the engine: "who may call this service".

use policy::{Decision, Engine, compile};

use super::world::{CHECKOUT, Connection};
use crate::Identity;
use crate::testing::NOT_AFTER;

const DOCUMENT: &str = r#"{
    "version": "v1",
    "identity": {"trust_domain": "example.org"},
    "deny": [{"name": "quarantine", "who": {"service_accounts": ["shop/legacy"]}}],
    "routes": [
        {"name": "charge", "methods": ["POST"], "paths": ["/v1/charges", "/v1/charges/{id}/refund"],
         "allow": {"service_accounts": ["shop/checkout"]}},
        {"name": "read", "methods": ["GET"], "paths": ["/v1/**"],
         "allow": {"principals": ["spiffe://example.org/ns/jobs/sa/batch",
                                  "spiffe://partner.net/settlement/{region}"]}},
        {"name": "partner", "methods": ["GET"], "paths": ["/partner"],
         "allow": {"when": [{"key": "source.trust_domain", "values": ["partner.net"]}]}},
        {"name": "metrics", "methods": ["GET"], "paths": ["/metrics"],
         "allow": {"any_of": [{"namespaces": ["monitoring"]}, {"service_accounts": ["jobs/*"]}]}},
        {"name": "health", "methods": ["GET"], "paths": ["/healthz"], "allow": "any"}
    ]
}"#;

fn engine() -> Engine {
    let policies: Vec<Box<dyn policy::Policy>> = vec![Box::new(Identity::new())];
    match compile(DOCUMENT.as_bytes(), "spiffe-authz.wasm", policies) {
        Ok((engine, _)) => engine,
        Err(report) => panic!("{:?}", report.errors()),
    }
}

fn decide(
    engine: &Engine,
    mut caller: Connection,
    target: (&'static str, &'static str),
) -> Decision {
    caller.target = Some(target);
    engine.decide(&caller)
}

#[test]
fn each_workload_gets_what_the_document_gives_it() {
    const BATCH: &str = "spiffe://example.org/ns/jobs/sa/batch";
    const PARTNER: &str = "spiffe://partner.net/settlement/eu";
    let (charge, refund) = (("POST", "/v1/charges"), ("POST", "/v1/charges/7/refund"));
    let (read, metrics) = (("GET", "/v1/charges/7"), ("GET", "/metrics"));
    let (partner, health) = (("GET", "/partner"), ("GET", "/healthz"));
    let table = [
        (CHECKOUT, charge, Ok("charge")),
        (CHECKOUT, refund, Ok("charge")),
        (CHECKOUT, read, Err("spiffe.not_allowed")),
        (CHECKOUT, ("DELETE", "/v1/charges"), Err("route.unmatched")),
        (BATCH, charge, Err("spiffe.not_allowed")),
        (BATCH, read, Ok("read")),
        (BATCH, metrics, Ok("metrics")),
        (PARTNER, read, Ok("read")),
        (PARTNER, partner, Ok("partner")),
        (PARTNER, metrics, Err("spiffe.not_allowed")),
        (
            "spiffe://example.org/ns/monitoring/sa/prometheus",
            metrics,
            Ok("metrics"),
        ),
        (
            "spiffe://partner.net/ns/monitoring/sa/prometheus",
            metrics,
            Err("spiffe.not_allowed"),
        ),
        (
            "spiffe://example.org/ns/shop/sa/legacy",
            health,
            Err("route.denied"),
        ),
        (CHECKOUT, health, Ok("health")),
    ];
    let engine = engine();
    for (number, (id, target, expected)) in table.into_iter().enumerate() {
        let mut caller = Connection::of(id);
        caller.digest = Some(format!("{number:064x}"));
        match (decide(&engine, caller, target), expected) {
            (Ok(permit), Ok(route)) => assert_eq!(permit.route.as_deref(), Some(route), "{id}"),
            (Err(denial), Err(code)) => assert_eq!(denial.reason.code(), code, "{id} {target:?}"),
            (decision, _) => panic!("{id} {target:?}: {decision:?}"),
        }
    }
}

#[test]
fn a_stranger_gets_403_and_an_expired_caller_is_sent_away() {
    let engine = engine();
    let denial = decide(&engine, Connection::plain(), ("POST", "/v1/charges")).unwrap_err();
    assert_eq!(denial.reason.code(), "spiffe.missing_identity");
    assert_eq!(denial.reason.status().http(), 403);
    assert_eq!(denial.route.as_deref(), Some("charge"));
    assert_eq!(denial.headers, []);
    let expired = Connection::of(CHECKOUT).at(NOT_AFTER + 1);
    let denial = decide(&engine, expired, ("POST", "/v1/charges")).unwrap_err();
    assert_eq!(denial.reason.code(), "spiffe.svid_expired");
    assert_eq!(denial.headers, [("connection", "close".to_owned())]);
}

/// `legacy` is quarantined: where the proxy cannot show who calls, it might be `legacy`.
#[test]
fn a_proxy_that_shows_no_certificate_gets_nobody_past_a_deny() {
    type Fault = (fn(&mut Connection), &'static str);
    let engine = engine();
    let faults: [Fault; 2] = [
        (
            |caller| caller.certificate = None,
            "spiffe.certificate_not_stated",
        ),
        (|caller| caller.digest = None, "internal.host_call"),
    ];
    for (fault, code) in faults {
        let mut caller = Connection::of("spiffe://example.org/ns/shop/sa/legacy");
        fault(&mut caller);
        let denial = decide(&engine, caller, ("GET", "/healthz")).unwrap_err();
        assert_eq!(denial.reason.code(), code);
    }
}

#[test]
fn errors_of_a_whole_document_name_the_route() {
    let document = DOCUMENT
        .replace(r#""identity": {"trust_domain": "example.org"},"#, "")
        .replace(
            "spiffe://partner.net/settlement/{region}",
            "cluster.local/ns/shop/sa/web",
        );
    let policies: Vec<Box<dyn policy::Policy>> = vec![Box::new(Identity::new())];
    let report = compile(document.as_bytes(), "spiffe-authz.wasm", policies).unwrap_err();
    assert_eq!(
        report.errors(),
        [
            "identity.trust_domain: missing; routes[charge].allow.service_accounts[0] \
             \"shop/checkout\" is short for spiffe://TRUST_DOMAIN/ns/shop/sa/checkout",
            "routes[read].allow.principals[1]: \"cluster.local/ns/shop/sa/web\" is not a SPIFFE \
             ID; write \"spiffe://cluster.local/ns/shop/sa/web\" (Istio leaves the scheme out)",
        ]
    );
}

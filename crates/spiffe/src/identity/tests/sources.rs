//! The order of sources: the first that is there decides, good or bad.

use policy::{Fact, compile};

use super::forwarded::{GATEWAY, element, verdict_with};
use super::world::{CHECKOUT, Connection, anybody};
use crate::Identity;

const STRANGER: &str = "spiffe://example.org/ns/shop/sa/stranger";

fn behind_waypoint(principal: &str) -> Connection {
    let mut request = Connection::plain();
    request.principal = Some(principal.to_owned());
    request
}

#[test]
fn the_default_source_asks_the_proxy_no_more_than_it_must() {
    let leaves = anybody();
    let caller = Connection::of(CHECKOUT).stating(&["x"]);
    assert!(caller.request(&leaves).is_ok());
    caller.asked();
    assert!(caller.request(&leaves).is_ok());
    assert_eq!(caller.asked(), [Fact::PeerDigest]);
    assert_eq!(caller.headers.take(), [""; 0]);
}

#[test]
fn a_waypoint_states_exactly_one_caller() {
    let waypoint = r#"{"sources": ["istio_waypoint"]}"#;
    let verdict = |principal: &str| verdict_with(waypoint, &behind_waypoint(principal));
    assert_eq!(verdict(CHECKOUT), "permit");
    assert_eq!(verdict(STRANGER), "spiffe.not_allowed");
    assert_eq!(
        verdict(&format!("{CHECKOUT},{STRANGER}")),
        "spiffe.bad_peer_principal"
    );
    assert_eq!(verdict("cluster.local/ns/a"), "spiffe.bad_peer_principal");
    for nobody in ["", "-"] {
        assert_eq!(verdict(nobody), "spiffe.missing_identity");
    }
    assert_eq!(
        verdict_with(waypoint, &Connection::of(CHECKOUT)),
        "spiffe.missing_identity",
        "a certificate is no source of this document"
    );
    let mut silent = behind_waypoint(CHECKOUT);
    silent.failing = Some(Fact::PeerPrincipal);
    assert_eq!(verdict_with(waypoint, &silent), "internal.host_call");
}

#[test]
fn the_first_that_is_there_decides_and_what_is_bad_never_falls_to_the_next() {
    let both = r#"{"sources": ["istio_waypoint", "peer_certificate"]}"#;
    let turned = r#"{"sources": ["peer_certificate", "istio_waypoint"]}"#;
    let with = |principal: Option<&str>, peer: Option<&str>| {
        let mut request = peer.map_or_else(Connection::plain, Connection::of);
        request.principal = principal.map(str::to_owned);
        request
    };
    for (identity, principal, peer, expected) in [
        (both, Some(CHECKOUT), None, "permit"),
        (both, Some(CHECKOUT), Some(STRANGER), "permit"),
        (both, Some(STRANGER), Some(CHECKOUT), "spiffe.not_allowed"),
        (
            both,
            Some("bad"),
            Some(CHECKOUT),
            "spiffe.bad_peer_principal",
        ),
        (both, None, Some(CHECKOUT), "permit"),
        (both, Some("-"), Some(CHECKOUT), "permit"),
        (both, None, None, "spiffe.missing_identity"),
        (turned, Some(CHECKOUT), Some(STRANGER), "spiffe.not_allowed"),
        (turned, Some(CHECKOUT), None, "permit"),
        (turned, Some("bad"), Some(CHECKOUT), "permit"),
        (turned, Some("bad"), None, "spiffe.bad_peer_principal"),
    ] {
        assert_eq!(
            verdict_with(identity, &with(principal, peer)),
            expected,
            "{identity} {principal:?} {peer:?}"
        );
    }
    let mut bad = Connection::presenting("ab", b"garbage".to_vec());
    bad.principal = Some(CHECKOUT.to_owned());
    assert_eq!(verdict_with(turned, &bad), "spiffe.bad_certificate");
    let mut stating = Connection::presenting("ab", b"garbage".to_vec());
    stating.xfcc = Some(element(GATEWAY, CHECKOUT).into_bytes());
    let all = r#"{"sources": ["forwarded_client_cert", "peer_certificate", "istio_waypoint"],
                  "trusted_forwarders": ["spiffe://example.org/ns/edge/sa/gateway"]}"#;
    assert_eq!(verdict_with(all, &stating), "spiffe.bad_certificate");
    // A forwarder does not become the caller behind a waypoint either.
    assert_eq!(
        verdict_with(all, &behind_waypoint(GATEWAY)),
        "spiffe.missing_statement"
    );
    assert_eq!(verdict_with(all, &behind_waypoint(CHECKOUT)), "permit");
}

#[test]
fn a_connection_is_asked_for_once_whatever_the_sources() {
    let identity = r#"{"sources": ["forwarded_client_cert", "istio_waypoint", "peer_certificate"],
                       "trusted_forwarders": ["spiffe://example.org/ns/edge/sa/gateway"]}"#;
    let caller = Connection::of(CHECKOUT);
    assert_eq!(verdict_with(identity, &caller), "permit");
    assert_eq!(
        caller.asked(),
        [
            Fact::PeerDigest,
            Fact::Mtls,
            Fact::PeerCertificate,
            Fact::PeerPrincipal
        ]
    );
}

#[test]
fn ports_never_match_behind_a_waypoint_and_are_refused() {
    let document = r#"{"version": "v1",
        "identity": {"sources": ["peer_certificate", "istio_waypoint"]},
        "deny": [{"name": "d", "ports": [80], "who": "any"}],
        "require": [{"name": "r", "ports": [80], "who": {"principals": ["spiffe://a/b"]}}],
        "routes": [{"name": "one", "paths": ["/a"], "allow": "any"},
                   {"name": "two", "paths": ["/b"], "ports": [8080], "allow": "any"}]}"#;
    let with = |document: &str| {
        let report = compile(
            document.as_bytes(),
            "spiffe-authz.wasm",
            vec![Box::new(Identity::new())],
        );
        report
            .err()
            .map_or_else(Vec::new, |report| report.errors().to_vec())
    };
    let why = "never matches with the source istio_waypoint, where the port is the waypoint's \
               own; remove it";
    let mut errors = with(document);
    errors.sort();
    assert_eq!(
        errors,
        [
            format!("deny[d].ports: {why}"),
            format!("require[r].ports: {why}"),
            format!("routes[two].ports: {why}"),
        ]
    );
    assert_eq!(with(&document.replace(", \"istio_waypoint\"", "")), [""; 0]);
}

#[test]
fn a_permit_names_the_caller_if_somebody_asked() {
    let document = r#"{"version": "v1", "routes": [
        {"name": "open", "paths": ["/open"], "allow": "any"},
        {"name": "mesh", "paths": ["/mesh"], "allow": {"principals": ["spiffe://example.org/**"]}}]}"#;
    let (engine, _) = compile(
        document.as_bytes(),
        "spiffe-authz.wasm",
        vec![Box::new(Identity::new())],
    )
    .unwrap();
    let outcomes = |path| {
        let mut caller = Connection::of(CHECKOUT);
        caller.target = Some(("GET", path));
        engine.decide(&caller).unwrap().outcomes
    };
    assert_eq!(outcomes("/open"), []);
    assert_eq!(
        outcomes("/mesh"),
        [("principal", CHECKOUT.as_bytes().to_vec())]
    );
}

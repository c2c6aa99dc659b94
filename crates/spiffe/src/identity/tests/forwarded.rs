//! Whom a trusted forwarder states, in either header.

use super::world::{CHECKOUT, Connection, NOW, leaves};
use crate::testing::{NOT_AFTER, der, pem, svid, uri, url_encoded};
use base64ct::{Base64, Encoding};

pub(super) const EDGE: &str = "spiffe://example.org/ns/edge/sa/edge";
pub(super) const GATEWAY: &str = "spiffe://example.org/ns/edge/sa/gateway";
pub(super) const SERVICE: &str = "spiffe://example.org/ns/shop/sa/payments";

/// The digest of every peer in these tests, and one of somebody else's certificate.
pub(super) const OURS: &str = "abababababababababababababababababababababababababababababababab";
pub(super) const OTHER: &str = "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd";

/// The element of a proxy about a peer.
pub(super) fn element(by: &str, uri: &str) -> String {
    format!("By={by};Hash={OTHER};URI={uri}")
}

/// The element that the service's own listener appends about the gateway.
pub(super) fn own() -> String {
    format!("By={SERVICE};Hash={OURS};URI={GATEWAY}")
}

/// The code with which a caller is denied that only CHECKOUT may be; `permit` for CHECKOUT.
pub(super) fn verdict_with(identity: &str, peer: &Connection) -> &'static str {
    let document = format!(r#"{{"identity": {identity}}}"#);
    let leaves = leaves(&document, &format!(r#"{{"principals": ["{CHECKOUT}"]}}"#));
    match peer.request(&leaves) {
        Ok(()) => "permit",
        Err(failure) => failure.reason.code(),
    }
}

/// The same with both proxies trusted.
pub(super) fn verdict(peer: &Connection) -> &'static str {
    verdict_with(
        r#"{"sources": ["forwarded_client_cert"],
            "trusted_forwarders": ["spiffe://example.org/ns/edge/sa/{any}"]}"#,
        peer,
    )
}

fn byte_sequence(der: &[u8]) -> Vec<u8> {
    format!(":{}:", Base64::encode_string(der)).into_bytes()
}

#[test]
fn the_stated_client_is_the_caller_with_and_without_an_element_of_our_own() {
    let stated = element(GATEWAY, CHECKOUT);
    let gateway = || Connection::of(GATEWAY);
    assert_eq!(verdict(&gateway().stating(&[&stated, &own()])), "permit");
    assert_eq!(verdict(&gateway().stating(&[&stated])), "permit");
    let other = element(GATEWAY, "spiffe://example.org/ns/shop/sa/web");
    assert_eq!(
        verdict(&gateway().stating(&[&other, &own()])),
        "spiffe.not_allowed"
    );
    // What a client sent before it is not looked at.
    let forged = element("spiffe://example.org/x", "spiffe://example.org/y");
    assert_eq!(
        verdict(&gateway().stating(&[&forged, &stated, &own()])),
        "permit"
    );
}

#[test]
fn where_the_client_is_a_forwarder_its_own_statement_is_asked_for() {
    let (first, second) = (element(EDGE, CHECKOUT), element(GATEWAY, EDGE));
    let gateway = || Connection::of(GATEWAY);
    assert_eq!(
        verdict(&gateway().stating(&[&first, &second, &own()])),
        "permit"
    );
    assert_eq!(
        verdict(&gateway().stating(&[&second, &own()])),
        "spiffe.missing_statement"
    );
    // An edge that nobody names is a caller like any other.
    let only_gateway =
        format!(r#"{{"sources": ["forwarded_client_cert"], "trusted_forwarders": ["{GATEWAY}"]}}"#);
    assert_eq!(
        verdict_with(
            &only_gateway,
            &gateway().stating(&[&first, &second, &own()])
        ),
        "spiffe.not_allowed"
    );
}

#[test]
fn a_forwarder_that_states_nobody_is_nobody() {
    let gateway = || Connection::of(GATEWAY);
    for peer in [gateway(), gateway().stating(&[&own()])] {
        for identity in [
            r#"{"sources": ["forwarded_client_cert", "peer_certificate"],
                "trusted_forwarders": ["spiffe://example.org/**"]}"#,
            r#"{"sources": ["peer_certificate", "forwarded_client_cert"],
                "trusted_forwarders": ["spiffe://example.org/**"]}"#,
        ] {
            assert_eq!(verdict_with(identity, &peer), "spiffe.missing_statement");
        }
    }
}

#[test]
fn a_certificate_in_the_element_is_read_and_must_say_the_same() {
    let with = |id: &str, certificate: Vec<u8>| {
        let certificate = String::from_utf8(certificate).unwrap();
        let element = format!("By={GATEWAY};Hash={OTHER};Cert=\"{certificate}\";URI={id}");
        Connection::of(GATEWAY).stating(&[&element, &own()])
    };
    let certificate = || url_encoded(&pem(&svid(CHECKOUT)));
    assert_eq!(verdict(&with(CHECKOUT, certificate())), "permit");
    assert_eq!(
        verdict(&with("spiffe://example.org/a", certificate())),
        "spiffe.conflicting_statements"
    );
    assert_eq!(
        verdict(&with(CHECKOUT, b"garbage".to_vec())),
        "spiffe.bad_certificate"
    );
    let mut two = svid(CHECKOUT);
    two.subject_alt_names.push(uri("spiffe://example.org/a"));
    assert_eq!(
        verdict(&with(CHECKOUT, url_encoded(&pem(&two)))),
        "spiffe.several_uri_sans"
    );
}

const BOTH: &str = r#"{"sources": ["forwarded_client_cert"], "expiry_grace": "30s",
    "forwarded_headers": ["x-forwarded-client-cert", "client-cert"],
    "trusted_forwarders": ["spiffe://example.org/ns/edge/sa/{any}"]}"#;
const STANDARD: &str = r#"{"sources": ["forwarded_client_cert"],
    "forwarded_headers": ["client-cert"],
    "trusted_forwarders": ["spiffe://example.org/ns/edge/sa/{any}"]}"#;

#[test]
fn a_client_cert_is_read_by_the_rules_of_a_peers_own() {
    let with = |header: Vec<u8>| {
        let mut peer = Connection::of(GATEWAY);
        peer.client_cert = Some(header);
        peer
    };
    let params = svid(CHECKOUT);
    let good = byte_sequence(&der(&params));
    assert_eq!(verdict_with(STANDARD, &with(good.clone())), "permit");
    assert_eq!(verdict_with(BOTH, &with(good.clone())), "permit");
    // Without being named, the header is not even asked for.
    let peer = with(good.clone());
    assert_eq!(verdict(&peer), "spiffe.missing_statement");
    assert_eq!(peer.headers.take(), ["x-forwarded-client-cert"]);
    let twice = [good.clone(), good.clone()].join(&b',');
    let pem = pem(&params).into_bytes();
    let cut = good[..good.len() - 1].to_vec();
    for header in [twice, pem, cut, b"".to_vec(), b"::".to_vec()] {
        assert_eq!(verdict_with(BOTH, &with(header)), "spiffe.bad_statement");
    }
    let garbage = byte_sequence(b"garbage");
    assert_eq!(verdict_with(BOTH, &with(garbage)), "spiffe.bad_certificate");
    let mut two = svid(CHECKOUT);
    two.subject_alt_names.push(uri("spiffe://example.org/a"));
    assert_eq!(
        verdict_with(BOTH, &with(byte_sequence(&der(&two)))),
        "spiffe.several_uri_sans"
    );
    let forwarder = byte_sequence(&der(&svid(EDGE)));
    assert_eq!(
        verdict_with(BOTH, &with(forwarder)),
        "spiffe.missing_statement"
    );
}

#[test]
fn a_stated_certificate_ends_like_a_peers_own_but_the_connection_stays() {
    let mut stated = svid(CHECKOUT);
    stated.not_after = rcgen::date_time_ymd(2026, 1, 15);
    let end = NOT_AFTER - 17 * 86_400;
    let document = format!(r#"{{"identity": {BOTH}}}"#);
    let leaves = leaves(&document, r#"{"principals": ["spiffe://example.org/**"]}"#);
    for (now, code) in [
        (NOW, None),
        (end + 30, None),
        (end + 31, Some("spiffe.svid_expired")),
    ] {
        let mut peer = Connection::of(GATEWAY).at(now);
        peer.client_cert = Some(byte_sequence(&der(&stated)));
        let failure = peer.request(&leaves).err();
        assert_eq!(failure.as_ref().map(|failure| failure.reason.code()), code);
        assert!(failure.is_none_or(|failure| !failure.close));
    }
}

#[test]
fn both_headers_must_name_one_client() {
    let mut peer = Connection::of(GATEWAY).stating(&[&element(GATEWAY, CHECKOUT), &own()]);
    peer.client_cert = Some(byte_sequence(&der(&svid(CHECKOUT))));
    assert_eq!(verdict_with(BOTH, &peer), "permit");
    peer.client_cert = Some(byte_sequence(&der(&svid("spiffe://example.org/a"))));
    assert_eq!(verdict_with(BOTH, &peer), "spiffe.conflicting_statements");
    let mut victim = Connection::of(GATEWAY).stating(&[&element(GATEWAY, "spiffe://a/b"), &own()]);
    victim.client_cert = Some(byte_sequence(&der(&svid(CHECKOUT))));
    assert_eq!(verdict_with(BOTH, &victim), "spiffe.conflicting_statements");
}

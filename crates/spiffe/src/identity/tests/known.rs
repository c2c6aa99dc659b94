//! What other policies are told of the caller: whose certificate it has shown, and who it is.

use base64ct::{Base64, Encoding};
use policy::{Fact, Learnt, Weight};

use super::forwarded::{GATEWAY, OTHER, OURS, element, own};
use super::world::{CHECKOUT, Connection, identity};
use crate::testing::{NOT_AFTER, der, svid};

const FORWARDED: &str = r#"{"identity": {"sources": ["peer_certificate", "forwarded_client_cert"],
    "trust_domain_aliases": {"example.org": ["old.example.org"]},
    "trusted_forwarders": ["spiffe://example.org/ns/edge/sa/{any}"]}}"#;

const BOTH_HEADERS: &str = r#"{"identity": {"sources": ["forwarded_client_cert"],
    "forwarded_headers": ["x-forwarded-client-cert", "client-cert"],
    "trusted_forwarders": ["spiffe://example.org/ns/edge/sa/{any}"]}}"#;

/// The digest in hex; `-` for none, and the code of a fault.
fn certificate(document: &str, peer: &Connection) -> String {
    let (identity, report) = identity(document);
    assert_eq!(report.errors(), [""; 0]);
    let workloads = identity.workloads();
    let told = peer.learning(&Learnt::default(), |context| workloads.certificate(context));
    match told {
        Ok(Some(digest)) => digest.map(|byte| format!("{byte:02x}")).concat(),
        Ok(None) => "-".into(),
        Err(failure) => {
            assert_eq!(failure.weight, Weight::Fault);
            failure.reason.code().into()
        }
    }
}

#[test]
fn a_caller_that_nobody_forwards_has_the_certificate_of_its_connection() {
    for document in ["{}", FORWARDED] {
        assert_eq!(certificate(document, &Connection::of(CHECKOUT)), OURS);
        // Nobody need vouch for it (RFC 8705 §2.2).
        let unnamed = Connection::presenting("ab", b"garbage".to_vec());
        assert_eq!(certificate(document, &unnamed), OURS);
        assert_eq!(certificate(document, &Connection::plain()), "-");
        let mut deaf = Connection::of(CHECKOUT);
        deaf.failing = Some(Fact::PeerDigest);
        assert_eq!(certificate(document, &deaf), "internal.host_call");
    }
    // Without forwarders nothing but the digest is asked for.
    let peer = Connection::of(CHECKOUT);
    certificate("{}", &peer);
    assert_eq!(peer.asked(), [Fact::PeerDigest]);
}

#[test]
fn a_forwarded_caller_has_the_certificate_that_its_forwarder_saw_and_never_the_forwarders_own() {
    let stated = element(GATEWAY, CHECKOUT);
    let gateway = || Connection::of(GATEWAY);
    let told = |peer: &Connection| certificate(FORWARDED, peer);
    assert_eq!(told(&gateway().stating(&[&stated, &own()])), OTHER);
    assert_eq!(told(&gateway().stating(&[&own()])), "-");
    assert_eq!(told(&gateway()), "-");
    assert_eq!(
        told(&gateway().stating(&["URI=spiffe://example.org/a"])),
        "-"
    );
    assert_eq!(told(&gateway().stating(&[&stated]).at(NOT_AFTER + 1)), "-");
    // Who is no forwarder states nobody.
    let web = Connection::of("spiffe://example.org/ns/shop/sa/web");
    assert_eq!(
        told(&web.stating(&[&element("spiffe://example.org/ns/shop/sa/web", CHECKOUT)])),
        OURS
    );
    let alias = Connection::of("spiffe://old.example.org/ns/edge/sa/gateway");
    assert_eq!(told(&alias.stating(&[&stated])), "-");
}

#[test]
fn a_certificate_that_is_sent_along_is_its_own_digest() {
    let der = der(&svid(CHECKOUT));
    let digest = hmac_sha256::Hash::hash(&der)
        .map(|byte| format!("{byte:02x}"))
        .concat();
    let sent = |mut peer: Connection| {
        peer.client_cert = Some(format!(":{}:", Base64::encode_string(&der)).into_bytes());
        certificate(BOTH_HEADERS, &peer)
    };
    assert_eq!(sent(Connection::of(GATEWAY)), digest);
    let same = format!("By={GATEWAY};Hash={digest};URI={CHECKOUT}");
    assert_eq!(sent(Connection::of(GATEWAY).stating(&[&same])), digest);
    // Another certificate of the same workload than the one that the forwarder saw.
    let other = element(GATEWAY, CHECKOUT);
    assert_eq!(sent(Connection::of(GATEWAY).stating(&[&other])), "-");
}

#[test]
fn the_caller_is_compared_in_the_domain_that_is_meant() {
    let (identity, _) = identity(FORWARDED);
    let workloads = identity.workloads();
    let is = |peer: &Connection, id: &str| {
        peer.learning(&Learnt::default(), |context| {
            workloads
                .caller_is(context, &|caller| caller == id)
                .unwrap()
        })
    };
    let old = Connection::of("spiffe://old.example.org/ns/shop/sa/checkout");
    let forwarded = Connection::of(GATEWAY).stating(&[&element(GATEWAY, CHECKOUT), &own()]);
    for peer in [&Connection::of(CHECKOUT), &old, &forwarded] {
        assert!(is(peer, CHECKOUT));
        assert!(!is(peer, GATEWAY));
    }
    assert!(!is(&Connection::plain(), CHECKOUT));
    assert!(
        !is(&Connection::of(GATEWAY), GATEWAY),
        "it speaks for others alone"
    );
    let template = workloads
        .template("spiffe://example.org/ns/{ns}/sa/checkout")
        .unwrap();
    assert!(template(CHECKOUT) && !template(GATEWAY) && !template("x"));
    assert!(workloads.template("spiffe://old.example.org/a").is_err());
    assert!(workloads.template("example.org").is_err());
}

use policy::{Fact, Learnt, Weight};
use rcgen::IsCa;

use super::super::cache::MAX_ENTRIES;
use super::world::{Connection, leaves};
use crate::testing::{
    BasicConstraints, KeyUsagePurpose, NOT_AFTER, NOT_BEFORE, pem, svid, uri, url_encoded,
};

const OWN: &str = r#"{"identity": {"trust_domain": "example.org"}}"#;
const CHECKOUT: &str = "spiffe://example.org/ns/shop/sa/checkout";

#[test]
fn a_caller_is_let_in_by_its_own_id_alone() {
    let table = [
        (
            r#"{"principals": ["spiffe://example.org/ns/shop/sa/checkout"]}"#,
            CHECKOUT,
            true,
        ),
        (
            r#"{"principals": ["spiffe://example.org/ns/shop/sa/checkout"]}"#,
            "spiffe://example.org/ns/shop/sa/checkout2",
            false,
        ),
        (
            r#"{"principals": ["spiffe://example.org/ns/shop/sa/checkout"]}"#,
            "spiffe://example.com/ns/shop/sa/checkout",
            false,
        ),
        (
            r#"{"principals": ["spiffe://partner.net/settlement/{region}"]}"#,
            "spiffe://partner.net/settlement/eu",
            true,
        ),
        (
            r#"{"principals": ["spiffe://partner.net/settlement/{region}"]}"#,
            "spiffe://partner.net/settlement/eu/x",
            false,
        ),
        (r#"{"service_accounts": ["shop/checkout"]}"#, CHECKOUT, true),
        (
            r#"{"service_accounts": ["shop/checkout"]}"#,
            "spiffe://partner.net/ns/shop/sa/checkout",
            false,
        ),
        (r#"{"service_accounts": ["shop/*"]}"#, CHECKOUT, true),
        (
            r#"{"service_accounts": ["shop/*"]}"#,
            "spiffe://example.org/ns/shops/sa/checkout",
            false,
        ),
        (r#"{"namespaces": ["jobs", "shop"]}"#, CHECKOUT, true),
        (
            r#"{"namespaces": ["shop"]}"#,
            "spiffe://example.org/ns/jobs/sa/batch",
            false,
        ),
        (
            r#"{"namespaces": ["shop"]}"#,
            "spiffe://example.org/ns/shop/sa/checkout/x",
            false,
        ),
        (
            r#"{"namespaces": ["shop"]}"#,
            "spiffe://partner.net/ns/shop/sa/checkout",
            false,
        ),
        (
            r#"{"namespaces": ["shop"], "service_accounts": ["shop/*", "a/b"]}"#,
            CHECKOUT,
            true,
        ),
        (
            r#"{"namespaces": ["shop", "a"], "service_accounts": ["shop/web", "a/b"]}"#,
            CHECKOUT,
            false,
        ),
    ];
    for (condition, id, passes) in table {
        let leaves = leaves(OWN, condition);
        let caller = Connection::of(id);
        if passes {
            assert!(caller.request(&leaves).is_ok(), "{condition} {id}");
        } else {
            assert_eq!(
                caller.denial(&leaves),
                "spiffe.not_allowed",
                "{condition} {id}"
            );
        }
    }
}

/// A condition that every good caller meets.
fn anybody() -> Vec<Box<dyn policy::Leaf>> {
    leaves(OWN, r#"{"principals": ["spiffe://example.org/**"]}"#)
}

#[test]
fn a_caller_without_a_good_identity_is_denied_for_its_reason() {
    let id = |bend: fn(&mut rcgen::CertificateParams)| {
        let mut params = svid(CHECKOUT);
        bend(&mut params);
        Connection::with(params)
    };
    let no = |strip: fn(&mut Connection)| {
        let mut caller = Connection::of(CHECKOUT);
        strip(&mut caller);
        caller
    };
    let table = [
        (Connection::plain(), "spiffe.missing_identity"),
        (no(|caller| caller.mtls = None), "spiffe.missing_identity"),
        (
            no(|caller| caller.mtls = Some("false")),
            "spiffe.missing_identity",
        ),
        (
            no(|caller| caller.mtls = Some("")),
            "spiffe.missing_identity",
        ),
        (
            no(|caller| caller.mtls = Some("TRUE")),
            "spiffe.missing_identity",
        ),
        (no(|caller| caller.digest = None), "spiffe.missing_identity"),
        (
            no(|caller| caller.certificate = None),
            "spiffe.missing_identity",
        ),
        (
            no(|caller| caller.digest = Some(String::new())),
            "internal.host_call",
        ),
        (
            no(|caller| caller.digest = Some("ab".repeat(31))),
            "internal.host_call",
        ),
        (
            no(|caller| caller.digest = Some("ab".repeat(33))),
            "internal.host_call",
        ),
        (
            no(|caller| caller.digest = Some("xy".repeat(32))),
            "internal.host_call",
        ),
        (
            no(|caller| caller.failing = Some(Fact::Mtls)),
            "internal.host_call",
        ),
        (
            no(|caller| caller.failing = Some(Fact::PeerDigest)),
            "internal.host_call",
        ),
        (
            no(|caller| caller.failing = Some(Fact::PeerCertificate)),
            "internal.host_call",
        ),
        (
            no(|caller| caller.failing_clock = true),
            "internal.host_call",
        ),
        (
            no(|caller| caller.certificate = Some(Vec::new())),
            "spiffe.bad_certificate",
        ),
        (
            no(|caller| caller.certificate = Some(vec![0xff; 70_000])),
            "spiffe.bad_certificate",
        ),
        (
            id(|params| params.subject_alt_names.clear()),
            "spiffe.no_uri_san",
        ),
        (
            id(|params| params.subject_alt_names.push(uri(CHECKOUT))),
            "spiffe.several_uri_sans",
        ),
        (
            id(|params| params.subject_alt_names = vec![uri("https://a/b")]),
            "spiffe.bad_id",
        ),
        (
            id(|params| params.subject_alt_names = vec![uri("spiffe://example.org")]),
            "spiffe.bad_id",
        ),
        (
            id(|p| p.is_ca = IsCa::Ca(BasicConstraints::Unconstrained)),
            "spiffe.not_a_leaf",
        ),
        (
            id(|params| params.key_usages.push(KeyUsagePurpose::KeyCertSign)),
            "spiffe.bad_key_usage",
        ),
        (
            Connection::of(CHECKOUT).at(NOT_BEFORE - 1),
            "spiffe.not_yet_valid",
        ),
        (
            Connection::of(CHECKOUT).at(NOT_AFTER + 1),
            "spiffe.svid_expired",
        ),
        (
            Connection::of("spiffe://partner.net/a"),
            "spiffe.not_allowed",
        ),
    ];
    for (number, (caller, code)) in table.iter().enumerate() {
        let failure = caller.request(&anybody()).unwrap_err();
        assert_eq!(failure.reason.code(), *code, "case {number}");
        let internal = code.starts_with("internal.");
        let (weight, status) = if internal {
            (Weight::Fault, 503)
        } else {
            (Weight::NotAllowed, 403)
        };
        assert_eq!(
            (failure.weight, failure.reason.status().http()),
            (weight, status),
            "{code}"
        );
        assert_eq!(failure.close, *code == "spiffe.svid_expired", "{code}");
        assert!(
            failure.rule.is_none() && failure.challenge.is_none() && failure.headers.is_empty()
        );
    }
    assert!(Connection::of(CHECKOUT).request(&anybody()).is_ok());
}

#[test]
fn both_ends_of_the_validity_are_included_and_grace_is_added_to_the_end() {
    let table = [
        ("0s", NOT_BEFORE - 1, Some("spiffe.not_yet_valid")),
        ("0s", NOT_BEFORE, None),
        ("0s", NOT_AFTER, None),
        ("0s", NOT_AFTER + 1, Some("spiffe.svid_expired")),
        ("30s", NOT_BEFORE - 1, Some("spiffe.not_yet_valid")),
        ("30s", NOT_AFTER + 30, None),
        ("30s", NOT_AFTER + 31, Some("spiffe.svid_expired")),
        ("24h", NOT_AFTER + 86_400, None),
        ("24h", NOT_AFTER + 86_401, Some("spiffe.svid_expired")),
        ("24h", 0, Some("spiffe.not_yet_valid")),
        ("24h", u64::MAX, Some("spiffe.svid_expired")),
    ];
    for (grace, now, code) in table {
        let document = format!(r#"{{"identity": {{"expiry_grace": "{grace}"}}}}"#);
        let leaves = leaves(&document, r#"{"principals": ["spiffe://example.org/**"]}"#);
        let verdict = Connection::of(CHECKOUT).at(now).request(&leaves);
        assert_eq!(
            verdict.err().map(|failure| failure.reason.code()),
            code,
            "{grace} {now}"
        );
    }
}

#[test]
fn a_certificate_is_read_once_and_its_time_is_looked_at_every_time() {
    let leaves = anybody();
    let mut caller = Connection::of(CHECKOUT);
    assert!(caller.request(&leaves).is_ok());
    assert_eq!(
        caller.asked(),
        [Fact::Mtls, Fact::PeerDigest, Fact::PeerCertificate]
    );
    // The second request finds it by its digest; the certificate is not even asked for.
    caller.certificate = None;
    assert!(caller.request(&leaves).is_ok());
    assert_eq!(caller.asked(), [Fact::Mtls, Fact::PeerDigest]);
    // It expires while the connection stays open, and a clock set back makes it good again.
    caller = caller.at(NOT_AFTER + 1);
    assert_eq!(caller.denial(&leaves), "spiffe.svid_expired");
    caller = caller.at(NOT_AFTER);
    assert!(caller.request(&leaves).is_ok());
    // Another certificate is another reading, whatever was cached before.
    let other = Connection::presenting("cd", url_encoded(&pem(svid("spiffe://partner.net/a"))));
    assert_eq!(other.denial(&leaves), "spiffe.not_allowed");
    assert!(caller.request(&leaves).is_ok());
}

#[test]
fn a_bad_certificate_is_read_once_too() {
    let leaves = anybody();
    let caller = Connection::presenting("ab", b"garbage".to_vec());
    assert_eq!(caller.denial(&leaves), "spiffe.bad_certificate");
    assert_eq!(caller.denial(&leaves), "spiffe.bad_certificate");
    let asked = caller.asked();
    assert_eq!(
        asked
            .iter()
            .filter(|fact| **fact == Fact::PeerCertificate)
            .count(),
        1
    );
}

#[test]
fn what_the_proxy_failed_to_say_is_not_remembered() {
    let leaves = anybody();
    let mut caller = Connection::of(CHECKOUT);
    caller.failing = Some(Fact::PeerCertificate);
    assert_eq!(caller.denial(&leaves), "internal.host_call");
    caller.failing = None;
    assert!(caller.request(&leaves).is_ok());
}

#[test]
fn all_leaves_of_a_request_ask_the_proxy_once() {
    let leaves = leaves(
        OWN,
        r#"{"namespaces": ["shop"], "service_accounts": ["shop/*"]}"#,
    );
    for caller in [Connection::of(CHECKOUT), Connection::plain()] {
        let learnt = Learnt::default();
        caller.learning(&learnt, |context| {
            let verdicts: Vec<bool> = leaves
                .iter()
                .map(|leaf| leaf.holds(context).is_ok())
                .collect();
            assert!(verdicts[0] == verdicts[1]);
        });
        let asked = caller.asked();
        assert_eq!(
            asked.iter().filter(|fact| **fact == Fact::Mtls).count(),
            1,
            "{asked:?}"
        );
    }
}

#[test]
fn strangers_push_out_what_is_cached_and_nothing_else() {
    let leaves = anybody();
    let good = Connection::of(CHECKOUT);
    assert!(good.request(&leaves).is_ok());
    for number in 0..MAX_ENTRIES {
        let mut stranger = Connection::presenting("", b"garbage".to_vec());
        stranger.digest = Some(format!("{number:064x}"));
        assert_eq!(stranger.denial(&leaves), "spiffe.bad_certificate");
    }
    good.asked();
    assert!(good.request(&leaves).is_ok());
    assert_eq!(
        good.asked().last(),
        Some(&Fact::PeerCertificate),
        "read again"
    );
}

use policy::{Fact, Failure, Weight};
use rcgen::{CertificateParams, IsCa};

use super::world::{CHECKOUT, Connection, anybody};
use crate::testing::{BasicConstraints, KeyUsagePurpose, NOT_AFTER, NOT_BEFORE, svid, uri};

/// A good caller on a connection that was changed in one way.
fn failure(change: impl FnOnce(&mut Connection)) -> Failure {
    let mut caller = Connection::of(CHECKOUT);
    assert!(caller.request(&anybody()).is_ok());
    change(&mut caller);
    caller.request(&anybody()).unwrap_err()
}

fn check(failure: &Failure, code: &str, weight: Weight, status: u16) {
    assert_eq!(failure.reason.code(), code);
    assert_eq!(
        (failure.weight, failure.reason.status().http()),
        (weight, status),
        "{code}"
    );
    assert_eq!(failure.close, code == "spiffe.svid_expired", "{code}");
    assert!(failure.rule.is_none() && failure.challenge.is_none() && failure.headers.is_empty());
}

#[test]
fn a_connection_without_a_certificate_is_a_missing_identity() {
    let changes: [fn(&mut Connection); 5] = [
        |caller| *caller = Connection::plain(),
        |caller| caller.mtls = None,
        |caller| caller.mtls = Some("false"),
        |caller| caller.mtls = Some(""),
        |caller| caller.mtls = Some("TRUE"),
    ];
    for change in changes {
        check(
            &failure(change),
            "spiffe.missing_identity",
            Weight::NotAllowed,
            403,
        );
    }
}

#[test]
fn a_proxy_that_does_not_answer_denies() {
    let changes: [fn(&mut Connection); 10] = [
        |caller| caller.failing = Some(Fact::Mtls),
        |caller| caller.failing = Some(Fact::PeerDigest),
        |caller| caller.failing = Some(Fact::PeerCertificate),
        |caller| caller.failing_clock = true,
        |caller| caller.digest = None,
        |caller| caller.digest = Some(String::new()),
        |caller| caller.digest = Some("ab".repeat(31)),
        |caller| caller.digest = Some("ab".repeat(33)),
        |caller| caller.digest = Some("ab".repeat(32) + "a"),
        |caller| caller.digest = Some("xy".repeat(32)),
    ];
    for change in changes {
        check(&failure(change), "internal.host_call", Weight::Fault, 503);
    }
}

/// Envoy before 1.38.
#[test]
fn a_certificate_that_the_proxy_cannot_show_is_no_missing_identity() {
    check(
        &failure(|caller| caller.certificate = None),
        "spiffe.certificate_not_stated",
        Weight::Fault,
        503,
    );
}

#[test]
fn a_certificate_that_is_no_svid_is_denied_for_its_reason() {
    type Case = (fn(&mut CertificateParams), &'static str);
    let cases: [Case; 7] = [
        (|p| p.subject_alt_names.clear(), "spiffe.no_uri_san"),
        (
            |p| p.subject_alt_names.push(uri(CHECKOUT)),
            "spiffe.several_uri_sans",
        ),
        (
            |p| p.subject_alt_names = vec![uri("https://a/b")],
            "spiffe.bad_id",
        ),
        (
            |p| p.subject_alt_names = vec![uri("spiffe://example.org")],
            "spiffe.bad_id",
        ),
        (
            |p| p.is_ca = IsCa::Ca(BasicConstraints::Unconstrained),
            "spiffe.not_a_leaf",
        ),
        (
            |p| p.key_usages.push(KeyUsagePurpose::KeyCertSign),
            "spiffe.bad_key_usage",
        ),
        (
            |p| p.subject_alt_names = vec![uri("spiffe://partner.net/a")],
            "spiffe.not_allowed",
        ),
    ];
    for (bend, code) in cases {
        let mut params = svid(CHECKOUT);
        bend(&mut params);
        let failure = failure(|caller| *caller = Connection::with(&params));
        check(&failure, code, Weight::NotAllowed, 403);
    }
    for garbage in [Vec::new(), b"garbage".to_vec(), vec![0xff; 70_000]] {
        let failure = failure(|caller| caller.certificate = Some(garbage));
        check(&failure, "spiffe.bad_certificate", Weight::NotAllowed, 403);
    }
}

#[test]
fn a_certificate_outside_its_time_is_denied_and_one_past_it_closes_the_connection() {
    let at = |seconds: u64| failure(|caller| caller.now = std::time::Duration::from_secs(seconds));
    check(
        &at(NOT_BEFORE - 1),
        "spiffe.not_yet_valid",
        Weight::NotAllowed,
        403,
    );
    check(
        &at(NOT_AFTER + 1),
        "spiffe.svid_expired",
        Weight::NotAllowed,
        403,
    );
}

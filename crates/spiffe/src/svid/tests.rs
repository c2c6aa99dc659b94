mod forms;

use rcgen::{CertificateParams, IsCa};

use super::*;
use crate::testing::{
    BasicConstraints as Constraints, KeyUsagePurpose as Usage, NOT_AFTER, NOT_BEFORE, der, dns,
    extension, pem, svid, uri, url_encoded,
};

const ID: &str = "spiffe://example.org/ns/shop/sa/web";

fn bent(bend: impl FnOnce(&mut CertificateParams)) -> Result<Svid, SvidError> {
    let mut params = svid(ID);
    bend(&mut params);
    Svid::from_der(&der(&params))
}

#[test]
fn a_good_svid_is_read() {
    let svid = Svid::from_pem(&url_encoded(&pem(&svid(ID)))).unwrap();
    assert_eq!(svid.id().as_str(), ID);
    assert_eq!(
        (svid.not_before(), svid.not_after()),
        (NOT_BEFORE, NOT_AFTER)
    );
}

/// A certificate bent in one way, and the rule it then breaks.
type Case = (&'static str, fn(&mut CertificateParams), SvidError);

fn check(cases: &[Case]) {
    assert!(bent(|_| ()).is_ok());
    for (name, bend, error) in cases {
        assert_eq!(bent(bend).unwrap_err(), *error, "{name}");
    }
}

#[test]
fn a_certificate_that_may_sign_others_is_refused() {
    use SvidError::{BadKeyUsage, NotALeaf};
    check(&[
        (
            "a CA",
            |p| p.is_ca = IsCa::Ca(Constraints::Unconstrained),
            NotALeaf,
        ),
        (
            "a CA over leaves",
            |p| p.is_ca = IsCa::Ca(Constraints::Constrained(0)),
            NotALeaf,
        ),
        (
            "keyCertSign",
            |p| p.key_usages.push(Usage::KeyCertSign),
            BadKeyUsage,
        ),
        (
            "cRLSign",
            |p| p.key_usages.push(Usage::CrlSign),
            BadKeyUsage,
        ),
        ("no key usage", |p| p.key_usages.clear(), BadKeyUsage),
        (
            "keyAgreement alone",
            |p| p.key_usages = vec![Usage::KeyAgreement],
            BadKeyUsage,
        ),
        (
            "keyCertSign alone",
            |p| p.key_usages = vec![Usage::KeyCertSign],
            BadKeyUsage,
        ),
    ]);
}

#[test]
fn a_certificate_for_one_end_of_a_connection_alone_is_refused() {
    use rcgen::ExtendedKeyUsagePurpose::{Any, ClientAuth, ServerAuth};
    check(&[
        (
            "a client",
            |p| p.extended_key_usages = vec![ClientAuth],
            SvidError::BadPurposes,
        ),
        (
            "a server",
            |p| p.extended_key_usages = vec![ServerAuth],
            SvidError::BadPurposes,
        ),
        (
            "anything",
            |p| p.extended_key_usages = vec![Any],
            SvidError::BadPurposes,
        ),
    ]);
    assert!(bent(|p| p.extended_key_usages = vec![ClientAuth, ServerAuth]).is_ok());
}

#[test]
fn a_critical_extension_that_nobody_processes_is_refused() {
    fn critical(params: &mut CertificateParams, number: u64, der: &[u8]) {
        let mut extension = extension(number, der);
        extension.set_criticality(true);
        params.custom_extensions.push(extension);
    }
    check(&[(
        "name constraints of a leaf",
        |p| critical(p, 30, &[0x30, 0]),
        SvidError::Unreadable,
    )]);
    assert!(bent(|p| critical(p, 32, &[0x30, 0])).is_ok(), "policies");
}

#[test]
fn a_certificate_with_none_or_several_uris_is_refused() {
    use SvidError::{NoUriSan, SeveralUriSans};
    check(&[
        ("no SAN", |p| p.subject_alt_names.clear(), NoUriSan),
        (
            "a DNS SAN",
            |p| p.subject_alt_names = vec![dns("web")],
            NoUriSan,
        ),
        (
            "an ID as a DNS SAN",
            |p| p.subject_alt_names = vec![dns(ID)],
            NoUriSan,
        ),
        (
            "no names in the list",
            |p| names(p, &[0x30, 0x00]),
            NoUriSan,
        ),
        (
            "another ID",
            |p| p.subject_alt_names.push(uri("spiffe://x/y")),
            SeveralUriSans,
        ),
        (
            "the same twice",
            |p| p.subject_alt_names.push(uri(ID)),
            SeveralUriSans,
        ),
        (
            "a web address",
            |p| p.subject_alt_names.push(uri("https://x")),
            SeveralUriSans,
        ),
        (
            "one in front",
            |p| p.subject_alt_names.insert(0, uri("https://x")),
            SeveralUriSans,
        ),
    ]);
}

#[test]
fn a_certificate_whose_uri_names_no_workload_is_refused() {
    use SvidError::{BadId, NoPath};
    let cases = [
        ("https://example.org/web", BadId(IdError::WrongScheme)),
        ("", BadId(IdError::WrongScheme)),
        ("spiffe://example.org/a/../b", BadId(IdError::DotSegment)),
        ("spiffe://example.org/a\0.evil", BadId(IdError::BadByte)),
        ("spiffe://example.org/a%2fb", BadId(IdError::BadByte)),
        ("spiffe://example.org/a/", BadId(IdError::TrailingSlash)),
        ("spiffe://example.org", NoPath),
    ];
    for (text, error) in cases {
        let read = bent(|p| p.subject_alt_names = vec![uri(text)]);
        assert_eq!(read.unwrap_err(), error, "{text:?}");
    }
}

#[test]
fn a_certificate_that_states_something_twice_or_badly_is_refused() {
    use SvidError::Unreadable;
    fn add(params: &mut CertificateParams, number: u64, der: &[u8]) {
        params.custom_extensions.push(extension(number, der));
    }
    check(&[
        (
            "constraints twice",
            |p| add(p, 19, &[0x30, 3, 1, 1, 0xff]),
            Unreadable,
        ),
        (
            "key usage twice",
            |p| add(p, 15, &[3, 2, 7, 0x80]),
            Unreadable,
        ),
        (
            "names twice",
            |p| add(p, 17, &[0x30, 3, 0x86, 1, b'x']),
            Unreadable,
        ),
        (
            "names that are not DER",
            |p| names(p, &[0x30, 0x7f, 0x86]),
            Unreadable,
        ),
        (
            "a URI that is not ASCII",
            |p| names(p, &[0x30, 3, 0x86, 1, 0xff]),
            Unreadable,
        ),
        (
            "bytes behind the names",
            |p| names(p, &[0x30, 3, 0x86, 1, b'x', 0]),
            Unreadable,
        ),
    ]);
}

/// Replaces the names by bytes of our own.
fn names(params: &mut CertificateParams, der: &[u8]) {
    params.subject_alt_names.clear();
    params.custom_extensions.push(extension(17, der));
}

#[test]
fn what_the_standard_leaves_open_is_taken() {
    assert!(
        bent(|p| p.is_ca = IsCa::NoCa).is_ok(),
        "no basic constraints"
    );
    assert!(
        bent(|p| p.key_usages.push(Usage::KeyEncipherment)).is_ok(),
        "more usages"
    );
    assert!(
        bent(|p| p.subject_alt_names.push(dns("web"))).is_ok(),
        "a DNS name beside it"
    );
    assert!(bent(|p| p.subject_alt_names.insert(0, dns("spiffe://x/y"))).is_ok());
    let unknown = rcgen::CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 1], vec![5, 0]);
    assert!(
        bent(|p| p.custom_extensions.push(unknown)).is_ok(),
        "an extension of somebody's"
    );
}

#[test]
fn each_error_has_its_reason() {
    let table = [
        (SvidError::Unreadable, "spiffe.bad_certificate"),
        (SvidError::TooLarge, "spiffe.bad_certificate"),
        (SvidError::NotALeaf, "spiffe.not_a_leaf"),
        (SvidError::BadKeyUsage, "spiffe.bad_key_usage"),
        (SvidError::BadPurposes, "spiffe.bad_extended_key_usage"),
        (SvidError::NoUriSan, "spiffe.no_uri_san"),
        (SvidError::SeveralUriSans, "spiffe.several_uri_sans"),
        (SvidError::BadId(IdError::DotSegment), "spiffe.bad_id"),
        (SvidError::NoPath, "spiffe.bad_id"),
    ];
    for (error, code) in table {
        assert_eq!(error.reason().code(), code);
        assert_eq!(error.reason().status().http(), 403);
    }
}

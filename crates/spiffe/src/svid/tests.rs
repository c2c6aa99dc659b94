use proptest::prelude::*;
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
    Svid::from_der(&der(params))
}

#[test]
fn a_good_svid_is_read() {
    let svid = Svid::from_url_encoded_pem(&url_encoded(&pem(svid(ID)))).unwrap();
    assert_eq!(svid.id().as_str(), ID);
    assert_eq!(
        (svid.not_before(), svid.not_after()),
        (NOT_BEFORE, NOT_AFTER)
    );
}

#[test]
fn each_rule_refuses_the_certificate_that_breaks_it() {
    use SvidError::{BadId, BadKeyUsage, NoPath, NoUriSan, NotALeaf, SeveralUriSans, Unreadable};
    type Bend = fn(&mut CertificateParams);
    let ca: Bend = |p| p.is_ca = IsCa::Ca(Constraints::Unconstrained);
    let table: Vec<(&str, Bend, SvidError)> = vec![
        ("a CA", ca, NotALeaf),
        (
            "a CA with a path length",
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
        ("no SAN", |p| p.subject_alt_names.clear(), NoUriSan),
        (
            "a DNS SAN",
            |p| p.subject_alt_names = vec![dns("web.example.org")],
            NoUriSan,
        ),
        (
            "a SPIFFE ID as a DNS SAN",
            |p| p.subject_alt_names = vec![dns("spiffe://example.org/ns/shop/sa/web")],
            NoUriSan,
        ),
        (
            "another SPIFFE ID",
            |p| p.subject_alt_names.push(uri("spiffe://x/y")),
            SeveralUriSans,
        ),
        (
            "the same twice",
            |p| p.subject_alt_names.push(uri(ID)),
            SeveralUriSans,
        ),
        (
            "a web address too",
            |p| p.subject_alt_names.push(uri("https://x")),
            SeveralUriSans,
        ),
        (
            "another first",
            |p| p.subject_alt_names.insert(0, uri("spiffe://x/y")),
            SeveralUriSans,
        ),
        (
            "a web address",
            |p| p.subject_alt_names = vec![uri("https://example.org/web")],
            BadId(IdError::WrongScheme),
        ),
        (
            "a dot segment",
            |p| p.subject_alt_names = vec![uri("spiffe://example.org/a/../b")],
            BadId(IdError::DotSegment),
        ),
        (
            "a NUL in the ID",
            |p| p.subject_alt_names = vec![uri("spiffe://example.org/a\0.evil")],
            BadId(IdError::BadByte),
        ),
        (
            "an empty URI",
            |p| p.subject_alt_names = vec![uri("")],
            BadId(IdError::WrongScheme),
        ),
        (
            "a trust domain alone",
            |p| p.subject_alt_names = vec![uri("spiffe://example.org")],
            NoPath,
        ),
        (
            "basic constraints twice",
            |p| {
                p.custom_extensions
                    .push(extension(19, &[0x30, 0x03, 0x01, 0x01, 0xff]))
            },
            Unreadable,
        ),
        (
            "key usage twice",
            |p| {
                p.custom_extensions
                    .push(extension(15, &[0x03, 0x02, 0x07, 0x80]))
            },
            Unreadable,
        ),
        (
            "names twice",
            |p| {
                p.custom_extensions
                    .push(extension(17, &[0x30, 0x03, 0x86, 0x01, b'x']))
            },
            Unreadable,
        ),
        (
            "names that are not DER",
            |p| names(p, &[0x30, 0x7f, 0x86]),
            Unreadable,
        ),
        (
            "no names in the list",
            |p| names(p, &[0x30, 0x00]),
            NoUriSan,
        ),
        (
            "a URI that is not ASCII",
            |p| names(p, &[0x30, 0x03, 0x86, 0x01, 0xff]),
            Unreadable,
        ),
        (
            "bytes behind the names",
            |p| names(p, &[0x30, 0x03, 0x86, 0x01, b'x', 0]),
            Unreadable,
        ),
    ];
    assert!(bent(|_| ()).is_ok());
    for (name, bend, error) in table {
        assert_eq!(bent(bend).unwrap_err(), error, "{name}");
    }
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
    assert!(bent(|p| p.key_usages.clear()).is_ok(), "no key usage");
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
fn the_first_certificate_is_the_callers() {
    let other = pem(svid("spiffe://example.org/ns/shop/sa/other"));
    let chain = format!("{}{other}", pem(svid(ID)));
    let read = Svid::from_url_encoded_pem(&url_encoded(&chain)).unwrap();
    assert_eq!(read.id().as_str(), ID);

    let mut ca = svid(ID);
    ca.is_ca = IsCa::Ca(Constraints::Unconstrained);
    let chain = format!("{}{other}", pem(ca));
    assert_eq!(
        Svid::from_url_encoded_pem(&url_encoded(&chain)),
        Err(SvidError::NotALeaf)
    );

    let many = pem(svid(ID)).repeat(200);
    assert_eq!(
        Svid::from_url_encoded_pem(&url_encoded(&many)),
        Err(SvidError::TooLarge)
    );
}

#[test]
fn a_text_in_another_form_is_refused() {
    let good = pem(svid(ID));
    let encoded = String::from_utf8(url_encoded(&good)).unwrap();
    let body: Vec<&str> = good.lines().collect();
    let short_lines = good.replace(body[1], &format!("{}\n{}", &body[1][..32], &body[1][32..]));
    let table: Vec<(&str, Vec<u8>)> = vec![
        ("nothing", Vec::new()),
        ("raw PEM", good.clone().into_bytes()),
        ("a cut escape", b"%2".to_vec()),
        (
            "an escape that is not hex",
            encoded.replacen("%0A", "%0G", 1).into_bytes(),
        ),
        (
            "a signed escape",
            encoded.replacen("%0A", "%+A", 1).into_bytes(),
        ),
        ("encoded twice", encoded.replace('%', "%25").into_bytes()),
        ("a space", format!(" {encoded}").into_bytes()),
        (
            "a byte that is not ASCII",
            [encoded.as_bytes(), b"\xff"].concat(),
        ),
        ("words in front", format!("x{encoded}").into_bytes()),
        (
            "a key",
            encoded.replace("CERTIFICATE", "PRIVATE%20KEY").into_bytes(),
        ),
        (
            "another end",
            encoded
                .replace("END%20CERTIFICATE", "END%20X509")
                .into_bytes(),
        ),
        (
            "no end",
            encoded
                .split("-----END")
                .next()
                .unwrap()
                .as_bytes()
                .to_vec(),
        ),
        (
            "begin and end",
            b"-----BEGIN%20CERTIFICATE-----%0A-----END%20CERTIFICATE-----".to_vec(),
        ),
        ("lines of another length", url_encoded(&short_lines)),
        (
            "headers",
            url_encoded(&good.replacen(body[1], &format!("A: b\n\n{}", body[1]), 1)),
        ),
        (
            "half a certificate",
            url_encoded(&good.replacen(body[2], "", 1)),
        ),
    ];
    assert!(Svid::from_url_encoded_pem(encoded.as_bytes()).is_ok());
    for (name, text) in table {
        assert_eq!(
            Svid::from_url_encoded_pem(&text),
            Err(SvidError::Unreadable),
            "{name}"
        );
    }
}

#[test]
fn huge_input_is_refused_before_it_is_read() {
    let huge = vec![b'a'; Svid::MAX_BYTES + 1];
    assert_eq!(Svid::from_url_encoded_pem(&huge), Err(SvidError::TooLarge));
    assert_eq!(Svid::from_der(&huge), Err(SvidError::TooLarge));
    let limit = vec![b'%'; Svid::MAX_BYTES];
    assert_eq!(
        Svid::from_url_encoded_pem(&limit),
        Err(SvidError::Unreadable)
    );
    let names = (0..1_000).map(|n| dns(&format!("host{n}.example.org")));
    let many = bent(|p| p.subject_alt_names.extend(names.clone()));
    assert_eq!(
        many.unwrap().id().as_str(),
        ID,
        "a thousand names beside it are no reason"
    );
}

#[test]
fn der_that_is_no_certificate_is_refused() {
    let good = der(svid(ID));
    let mut longer = good.clone();
    longer.push(0);
    for bytes in [
        &b""[..],
        b"\x30",
        b"\x30\x80",
        b"\x30\x84\xff\xff\xff\xff",
        &good[1..],
        &longer,
    ] {
        assert_eq!(Svid::from_der(bytes), Err(SvidError::Unreadable));
    }
    for length in 0..good.len() {
        assert_eq!(
            Svid::from_der(&good[..length]),
            Err(SvidError::Unreadable),
            "{length} bytes"
        );
    }
}

#[test]
fn each_error_has_its_reason() {
    let table = [
        (SvidError::Unreadable, "spiffe.bad_certificate"),
        (SvidError::TooLarge, "spiffe.bad_certificate"),
        (SvidError::NotALeaf, "spiffe.not_a_leaf"),
        (SvidError::BadKeyUsage, "spiffe.bad_key_usage"),
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

proptest! {
    #[test]
    fn hostile_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..512)) {
        prop_assert!(Svid::from_der(&bytes).is_err());
        prop_assert!(Svid::from_url_encoded_pem(&bytes).is_err());
        let framed = [b"-----BEGIN CERTIFICATE-----%0A".as_slice(), &bytes].concat();
        prop_assert!(Svid::from_url_encoded_pem(&framed).is_err());
    }
}

#[test]
fn a_certificate_with_any_byte_changed_never_panics_nor_gives_a_bad_id() {
    let good = der(svid(ID));
    for at in 0..good.len() {
        for flip in [0x01, 0x80, 0xff] {
            let mut bytes = good.clone();
            bytes[at] ^= flip;
            if let Ok(svid) = Svid::from_der(&bytes) {
                assert!(svid.id().as_str().parse::<SpiffeId>().is_ok());
                assert!(!svid.id().path().is_empty());
            }
        }
    }
}

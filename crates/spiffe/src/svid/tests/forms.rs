use proptest::prelude::*;
use rcgen::IsCa;

use super::{ID, bent};
use crate::testing::{BasicConstraints, der, dns, pem, svid, url_encoded};
use crate::{SpiffeId, Svid, SvidError};

#[test]
fn the_first_certificate_is_the_callers() {
    let other = pem(&svid("spiffe://example.org/ns/shop/sa/other"));
    let chain = format!("{}{other}", pem(&svid(ID)));
    let read = Svid::from_pem(&url_encoded(&chain)).unwrap();
    assert_eq!(read.id().as_str(), ID);

    let mut ca = svid(ID);
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let chain = format!("{}{other}", pem(&ca));
    assert_eq!(
        Svid::from_pem(&url_encoded(&chain)),
        Err(SvidError::NotALeaf)
    );

    let many = pem(&svid(ID)).repeat(200);
    assert_eq!(
        Svid::from_pem(&url_encoded(&many)),
        Err(SvidError::TooLarge)
    );
}

#[test]
fn plain_pem_is_read_as_well() {
    let text = pem(&svid(ID));
    assert_eq!(
        Svid::from_pem(text.as_bytes()),
        Svid::from_pem(&url_encoded(&text))
    );
    assert!(Svid::from_pem(text.as_bytes()).is_ok());
}

#[test]
fn a_text_in_another_form_is_refused() {
    let good = pem(&svid(ID));
    let encoded = String::from_utf8(url_encoded(&good)).unwrap();
    let body: Vec<&str> = good.lines().collect();
    let (left, right) = body[1].split_at(32);
    let short_lines = good.replace(body[1], &format!("{left}\n{right}"));
    let table: Vec<(&str, Vec<u8>)> = vec![
        ("nothing", Vec::new()),
        (
            "plain PEM with words in front",
            format!("x{good}").into_bytes(),
        ),
        (
            "plain PEM without its end",
            good.replace("END", "ENE").into_bytes(),
        ),
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
    assert!(Svid::from_pem(encoded.as_bytes()).is_ok());
    for (name, text) in table {
        assert_eq!(Svid::from_pem(&text), Err(SvidError::Unreadable), "{name}");
    }
}

#[test]
fn huge_input_is_refused_before_it_is_read() {
    let huge = vec![b'a'; Svid::MAX_BYTES + 1];
    assert_eq!(Svid::from_pem(&huge), Err(SvidError::TooLarge));
    assert_eq!(Svid::from_der(&huge), Err(SvidError::TooLarge));
    let limit = vec![b'%'; Svid::MAX_BYTES];
    assert_eq!(Svid::from_pem(&limit), Err(SvidError::Unreadable));
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
    let good = der(&svid(ID));
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

proptest! {
    #[test]
    fn hostile_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..512)) {
        prop_assert!(Svid::from_der(&bytes).is_err());
        prop_assert!(Svid::from_pem(&bytes).is_err());
        let framed = [b"-----BEGIN CERTIFICATE-----%0A".as_slice(), &bytes].concat();
        prop_assert!(Svid::from_pem(&framed).is_err());
    }
}

#[test]
fn a_certificate_with_any_byte_changed_never_panics_nor_gives_a_bad_id() {
    let good = der(&svid(ID));
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

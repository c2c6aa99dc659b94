//! Properties of the grammar. The cases of the standard and of other implementations stand in
//! `tests/vectors/spiffe`, and are run by `make test-spiffe`.

use proptest::prelude::*;

use super::*;
use IdError::{BadByte, TooLong, WrongScheme};

const BAD_DOMAIN: IdError = IdError::TrustDomain(TrustDomainError::BadByte);
const LONG_DOMAIN: IdError = IdError::TrustDomain(TrustDomainError::TooLong);

#[test]
fn bytes_that_are_not_text_are_refused() {
    assert_eq!(SpiffeId::parse(b"spiffe://td/\xff"), Err(BadByte));
    assert_eq!(SpiffeId::parse(b"spiffe://t\xc3\xbc/a"), Err(BAD_DOMAIN));
    assert_eq!(SpiffeId::parse(b"\xff\xfe"), Err(WrongScheme));
}

#[test]
fn every_byte_of_a_path_is_taken_or_refused_as_the_standard_says() {
    for byte in (0..=u8::MAX).filter(|byte| *byte != b'/') {
        let letters = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
        let id = [b"spiffe://td/a".as_slice(), &[byte], b"b"].concat();
        assert_eq!(
            SpiffeId::parse(&id).is_ok(),
            letters.contains(&byte),
            "byte {byte:#04x}"
        );
    }
}

#[test]
fn lengths_are_bounded_where_the_standard_says() {
    let id = |domain: usize, path: usize| {
        format!("spiffe://{}/{}", "d".repeat(domain), "p".repeat(path)).parse::<SpiffeId>()
    };
    assert!(id(255, 2048 - 9 - 255 - 1).is_ok());
    assert_eq!(id(255, 2048 - 9 - 255), Err(TooLong));
    assert_eq!(id(256, 1), Err(LONG_DOMAIN));
    assert_eq!(SpiffeId::parse(&vec![b'a'; 10_000_000]), Err(TooLong));
}

#[test]
fn a_namespace_is_read_of_the_kubernetes_form_alone() {
    let table = [
        ("spiffe://td/ns/shop/sa/web", Some("shop")),
        ("spiffe://td/ns/sa/sa/sa", Some("sa")),
        ("spiffe://td/ns/shop/sa/web/x", None),
        ("spiffe://td/ns/shop/team/sa/web", None),
        ("spiffe://td/ns/shop/sa", None),
        ("spiffe://td/ns/shop", None),
        ("spiffe://td/x/ns/shop/sa/web", None),
        ("spiffe://td/NS/shop/sa/web", None),
        ("spiffe://td", None),
        ("spiffe://ns/shop/sa/web", None),
    ];
    for (text, namespace) in table {
        assert_eq!(
            text.parse::<SpiffeId>().unwrap().namespace(),
            namespace,
            "{text}"
        );
    }
}

/// The grammar once more, the other way round: as parts between slashes.
fn is_id(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    let parts: Vec<&str> = text.split('/').collect();
    let ["spiffe:", "", domain, segments @ ..] = parts.as_slice() else {
        return false;
    };
    let of = |text: &str, more: fn(char) -> bool| {
        !text.is_empty() && text.chars().all(|c| "0123456789.-_".contains(c) || more(c))
    };
    text.len() <= 2048
        && domain.len() <= 255
        && of(domain, |c| c.is_ascii_lowercase())
        && segments
            .iter()
            .all(|s| of(s, |c| c.is_ascii_alphabetic()) && *s != "." && *s != "..")
}

fn valid_id() -> impl Strategy<Value = String> {
    let segment = "[A-Za-z0-9._-]{1,12}".prop_filter("dots", |s| s != "." && s != "..");
    ("[a-z0-9._-]{1,40}", prop::collection::vec(segment, 0..8)).prop_map(|(domain, segments)| {
        segments
            .iter()
            .fold(format!("spiffe://{domain}"), |id, segment| {
                id + "/" + segment
            })
    })
}

proptest! {
    #[test]
    fn what_is_parsed_prints_as_it_was(text in valid_id()) {
        let id: SpiffeId = text.parse().unwrap();
        prop_assert_eq!(id.as_str(), &text);
        prop_assert_eq!(format!("spiffe://{}{}", id.trust_domain(), id.path()), text);
        prop_assert_eq!(id.to_string().parse::<SpiffeId>(), Ok(id));
    }

    #[test]
    fn a_foreign_byte_anywhere_is_refused(
        text in valid_id(),
        byte in any::<u8>().prop_filter("foreign", |b| {
            !b.is_ascii_alphanumeric() && !b"/._-".contains(b)
        }),
        at in any::<prop::sample::Index>(),
    ) {
        let mut bytes = text.into_bytes();
        bytes.insert(at.index(bytes.len() + 1), byte);
        prop_assert!(SpiffeId::parse(&bytes).is_err());
    }

    #[test]
    fn a_slash_more_or_a_letter_raised_is_refused(text in valid_id(), at in any::<prop::sample::Index>()) {
        let slashes: Vec<usize> = text.match_indices('/').map(|(at, _)| at).collect();
        let mut doubled = text.clone();
        doubled.insert(slashes[at.index(slashes.len())], '/');
        prop_assert!(doubled.parse::<SpiffeId>().is_err());
        let trailing = text.clone() + "/";
        prop_assert!(trailing.parse::<SpiffeId>().is_err());
        let domain = text.parse::<SpiffeId>().unwrap().trust_domain().to_owned();
        if domain.bytes().any(|byte| byte.is_ascii_lowercase()) {
            let raised = text.replacen(&domain, &domain.to_uppercase(), 1);
            prop_assert!(raised.parse::<SpiffeId>().is_err());
        }
    }

    #[test]
    fn bytes_are_taken_exactly_where_the_grammar_says(
        bytes in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..64),
            "spiffe://[a-zA./%:_-]{0,12}".prop_map(String::into_bytes),
            "spiffe:/{0,3}[a-z.]{0,3}/[a-zA-Z./?#@%-]{0,12}".prop_map(String::into_bytes),
        ],
    ) {
        prop_assert_eq!(SpiffeId::parse(&bytes).is_ok(), is_id(&bytes));
    }
}

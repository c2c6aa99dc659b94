//! A trust domain's name, as a type that cannot hold anything else.
//!
//! Compared as bytes everywhere: it is lower case by construction, so there is nothing to fold.

use std::fmt;
use std::str::FromStr;

use policy::language::{Json, Model, Place, Report, Shape, Text};

use crate::spiffe_id::SCHEME;

/// Why a text is not the name of a trust domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TrustDomainError {
    /// Nothing there (SPIFFE-ID §2.1).
    #[error("the trust domain is missing")]
    Empty,
    /// Longer than [`TrustDomain::MAX_BYTES`] (SPIFFE-ID §2.3).
    #[error("the trust domain is longer than 255 bytes")]
    TooLong,
    /// A byte outside `a-z 0-9 . - _` (SPIFFE-ID §2.1): upper case, a port, userinfo, a percent.
    #[error("a trust domain is written with a-z 0-9 . - _ alone")]
    BadByte,
}

/// The name of a trust domain: 1 to 255 of `a-z 0-9 . - _` (SPIFFE-ID §2.1).
///
/// ```
/// use spiffe::TrustDomain;
/// let domain: TrustDomain = "example.org".parse().unwrap();
/// assert_eq!(domain.as_str(), "example.org");
/// assert!("Example.org".parse::<TrustDomain>().is_err());
/// assert!("example.org:8443".parse::<TrustDomain>().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TrustDomain(Box<str>);

impl TrustDomain {
    /// The longest name in bytes (SPIFFE-ID §2.3, after the host of RFC 3986 §3.2.2).
    pub const MAX_BYTES: usize = 255;

    /// Reads a name out of bytes that anybody may have sent.
    ///
    /// # Errors
    /// It is empty, too long, or has a byte that a trust domain may not have.
    pub fn parse(bytes: &[u8]) -> Result<Self, TrustDomainError> {
        Ok(Self(Self::check(bytes)?.into()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same bytes as text, if they are a name.
    pub(crate) fn check(bytes: &[u8]) -> Result<&str, TrustDomainError> {
        if bytes.is_empty() {
            return Err(TrustDomainError::Empty);
        }
        if bytes.len() > Self::MAX_BYTES {
            return Err(TrustDomainError::TooLong);
        }
        if !bytes.iter().copied().all(is_plain) {
            return Err(TrustDomainError::BadByte);
        }
        std::str::from_utf8(bytes).map_err(|_| TrustDomainError::BadByte)
    }
}

/// The letters of a trust domain (SPIFFE-ID §2.1).
const fn is_plain(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_')
}

impl FromStr for TrustDomain {
    type Err = TrustDomainError;

    fn from_str(text: &str) -> Result<Self, TrustDomainError> {
        Self::parse(text.as_bytes())
    }
}

impl fmt::Display for TrustDomain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Model for TrustDomain {
    fn read(value: &Json, place: &Place<'_>, report: &mut Report) -> Option<Self> {
        let text = Text::read(value, place, report)?;
        let text = text.as_str();
        let error = match text.parse() {
            Ok(domain) => return Some(domain),
            Err(error) => error,
        };
        let inside = text
            .strip_prefix(SCHEME)
            .and_then(|id| id.split('/').next());
        match inside.filter(|name| name.parse::<Self>().is_ok()) {
            Some(name) => report.error(
                place,
                format_args!("\"{text}\" is a URI; write the trust domain alone: \"{name}\""),
            ),
            None => report.error(place, format_args!("\"{text}\": {error}")),
        }
        None
    }

    fn shape() -> Shape {
        Shape::Pattern("^[a-z0-9._-]{1,255}$", "trust domain")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_parsed_prints_as_it_was(name in "[a-z0-9._-]{1,255}") {
            let domain: TrustDomain = name.parse().unwrap();
            prop_assert_eq!(domain.as_str(), &name);
            prop_assert_eq!(domain.to_string().parse::<TrustDomain>(), Ok(domain));
        }

        #[test]
        fn whatever_is_a_name_is_the_trust_domain_of_its_ids(bytes in prop::collection::vec(any::<u8>(), 0..12)) {
            let id = [SCHEME.as_bytes(), bytes.as_slice(), b"/a"].concat();
            let id = crate::SpiffeId::parse(&id).ok();
            match TrustDomain::parse(&bytes) {
                Ok(domain) => prop_assert_eq!(id.as_ref().unwrap().trust_domain(), domain.as_str()),
                // a slash ends a trust domain: what stands before it may be one
                Err(_) => prop_assert!(id.is_none() || bytes.contains(&b'/')),
            }
        }
    }

    #[test]
    fn every_byte_is_taken_or_refused_as_the_standard_says() {
        for byte in 0..=u8::MAX {
            let plain = b"abcdefghijklmnopqrstuvwxyz0123456789.-_".contains(&byte);
            let name = [b'a', byte, b'b'];
            assert_eq!(TrustDomain::parse(&name).is_ok(), plain, "byte {byte:#04x}");
        }
    }

    #[test]
    fn the_longest_name_is_255_bytes() {
        assert!(TrustDomain::parse(&[b'a'; 255]).is_ok());
        assert_eq!(
            TrustDomain::parse(&[b'a'; 256]),
            Err(TrustDomainError::TooLong)
        );
        assert_eq!(TrustDomain::parse(b""), Err(TrustDomainError::Empty));
    }

    #[test]
    fn a_wrong_name_in_the_document_says_what_to_write() {
        let read = |text: &str| {
            let mut report = Report::default();
            let place = Place::top();
            let place = place.field("trust_domain");
            assert!(TrustDomain::read(&Json::Text(text.into()), &place, &mut report).is_none());
            report.errors().join("\n")
        };
        assert_eq!(
            read("spiffe://old.example.org"),
            "trust_domain: \"spiffe://old.example.org\" is a URI; write the trust domain alone: \
             \"old.example.org\""
        );
        assert_eq!(
            read("spiffe://old.example.org/ns/a"),
            "trust_domain: \"spiffe://old.example.org/ns/a\" is a URI; write the trust domain \
             alone: \"old.example.org\""
        );
        assert_eq!(
            read("Example.org"),
            "trust_domain: \"Example.org\": a trust domain is written with a-z 0-9 . - _ alone"
        );
        assert_eq!(read(""), "trust_domain: is empty");
    }
}

//! A SPIFFE ID, as a type that cannot hold anything else.
//!
//! Parsed once, by one strict grammar, from bytes: there is no second spelling of an ID, so two
//! IDs are equal exactly where their bytes are.

#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use crate::trust_domain::{TrustDomain, TrustDomainError};

/// Scheme and separator of every SPIFFE ID, in the one spelling taken (SPIFFE-ID §2; go-spiffe
/// and rust-spiffe take no other either, though §2.4 would let a scheme be folded).
pub(crate) const SCHEME: &str = "spiffe://";

/// Why a text is not a SPIFFE ID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdError {
    /// Longer than [`SpiffeId::MAX_BYTES`] (SPIFFE-ID §2.3).
    #[error("a SPIFFE ID has at most 2048 bytes")]
    TooLong,
    /// It does not begin with `spiffe://` (SPIFFE-ID §2).
    #[error("a SPIFFE ID begins with spiffe://")]
    WrongScheme,
    /// The trust domain is not one (SPIFFE-ID §2.1).
    #[error(transparent)]
    TrustDomain(#[from] TrustDomainError),
    /// The path has two slashes in a row (SPIFFE-ID §2.2).
    #[error("the path has an empty segment")]
    EmptySegment,
    /// The path ends in a slash (SPIFFE-ID §2.2).
    #[error("the path ends in a slash")]
    TrailingSlash,
    /// A segment is `.` or `..` (SPIFFE-ID §2.2).
    #[error("the path has a dot segment")]
    DotSegment,
    /// A byte outside `a-z A-Z 0-9 . - _` in the path (SPIFFE-ID §2.2): a percent, a query, a
    /// fragment, a letter that is not ASCII.
    #[error("a path is written with letters, digits and . - _ alone")]
    BadByte,
}

/// A SPIFFE ID (SPIFFE-ID §2).
///
/// ```
/// use spiffe::SpiffeId;
/// let id: SpiffeId = "spiffe://example.org/ns/shop/sa/web".parse().unwrap();
/// assert_eq!(id.trust_domain(), "example.org");
/// assert_eq!(id.path(), "/ns/shop/sa/web");
/// assert_eq!(id.namespace(), Some("shop"));
/// assert_eq!(id.to_string(), "spiffe://example.org/ns/shop/sa/web");
/// assert!("spiffe://example.org/ns/../sa".parse::<SpiffeId>().is_err());
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SpiffeId {
    text: Box<str>,
    /// Where the path begins in `text`; its end where there is no path.
    path_at: usize,
}

impl SpiffeId {
    /// The longest ID in bytes, scheme included (SPIFFE-ID §2.3).
    pub const MAX_BYTES: usize = 2048;

    /// Reads an ID out of bytes that anybody may have sent.
    ///
    /// # Errors
    /// The first rule of SPIFFE-ID §2 that the bytes break.
    ///
    /// # Security
    /// Nothing is decoded, folded or trimmed: what is not in the one canonical form is refused.
    pub fn parse(bytes: &[u8]) -> Result<Self, IdError> {
        if bytes.len() > Self::MAX_BYTES {
            return Err(IdError::TooLong);
        }
        let rest = bytes
            .strip_prefix(SCHEME.as_bytes())
            .ok_or(IdError::WrongScheme)?;
        let domain_len = rest
            .iter()
            .position(|byte| *byte == b'/')
            .unwrap_or(rest.len());
        let (domain, path) = rest
            .split_at_checked(domain_len)
            .ok_or(IdError::WrongScheme)?;
        TrustDomain::check(domain)?;
        check_path(path)?;
        let text = std::str::from_utf8(bytes).map_err(|_| IdError::BadByte)?;
        Ok(Self {
            text: text.into(),
            path_at: SCHEME.len().saturating_add(domain_len),
        })
    }

    /// The whole ID.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The name of its trust domain.
    #[must_use]
    pub fn trust_domain(&self) -> &str {
        self.text
            .get(SCHEME.len()..self.path_at)
            .unwrap_or_default()
    }

    /// Its path: empty, or `/` and the segments. Case counts (SPIFFE-ID §2.4).
    #[must_use]
    pub fn path(&self) -> &str {
        self.text.get(self.path_at..).unwrap_or_default()
    }

    /// Whether a text is an ID in this trust domain; what a policy asks that knows no IDs itself.
    ///
    /// ```
    /// use spiffe::SpiffeId;
    /// assert!(SpiffeId::is_in("spiffe://example.org/web", "example.org"));
    /// assert!(!SpiffeId::is_in("spiffe://example.org.evil.test/web", "example.org"));
    /// assert!(!SpiffeId::is_in("https://example.org/web", "example.org"));
    /// ```
    #[must_use]
    pub fn is_in(text: &str, trust_domain: &str) -> bool {
        Self::parse(text.as_bytes()).is_ok_and(|id| id.trust_domain() == trust_domain)
    }

    /// The Kubernetes namespace, where the path is `/ns/NAMESPACE/sa/ACCOUNT` (Istio's form).
    #[must_use]
    pub fn namespace(&self) -> Option<&str> {
        let (namespace, account) = self.path().strip_prefix("/ns/")?.split_once("/sa/")?;
        let one_segment = |text: &str| !text.is_empty() && !text.contains('/');
        (one_segment(namespace) && one_segment(account)).then_some(namespace)
    }
}

/// A path: empty, or segments each behind a slash (SPIFFE-ID §2.2).
fn check_path(path: &[u8]) -> Result<(), IdError> {
    let mut segments = path.split(|byte| *byte == b'/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        match segment {
            b"" if segments.peek().is_none() => return Err(IdError::TrailingSlash),
            _ => check_segment(segment)?,
        }
    }
    Ok(())
}

/// One segment of a path (SPIFFE-ID §2.2).
pub(crate) fn check_segment(segment: &[u8]) -> Result<(), IdError> {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    match segment {
        b"" => Err(IdError::EmptySegment),
        b"." | b".." => Err(IdError::DotSegment),
        _ if segment.iter().all(plain) => Ok(()),
        _ => Err(IdError::BadByte),
    }
}

impl FromStr for SpiffeId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        Self::parse(text.as_bytes())
    }
}

impl fmt::Display for SpiffeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for SpiffeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SpiffeId({})", self.text)
    }
}

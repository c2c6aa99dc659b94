//! Where something is fetched: an absolute `https` (or `http`) URI, split for a request.
//!
//! No URI library: nothing is decoded or normalised here, so what is not plain is refused.

use std::fmt;

/// Why a text is no address to fetch from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LocationError {
    /// It begins neither with `https://` nor with `http://`.
    #[error("write it in full, beginning with https://")]
    NoScheme,
    /// No host, or one with a user part or a byte that no host has (RFC 3986 §3.2).
    #[error("its host is not one")]
    BadAuthority,
    /// A byte that must be encoded, or a fragment (RFC 3986 §3.3 to §3.5).
    #[error("its path holds a byte that must be percent-encoded, or a fragment")]
    BadPath,
    /// Longer than [`Location::MAX_BYTES`].
    #[error("longer than 2048 bytes")]
    TooLong,
}

/// An address to fetch from.
///
/// ```
/// use jwt::Location;
/// let location: Location = "https://login.example.org/keys?v=2".parse().unwrap();
/// assert_eq!((location.authority(), location.path()), ("login.example.org", "/keys?v=2"));
/// assert!("login.example.org/keys".parse::<Location>().is_err());
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Location {
    text: Box<str>,
    authority_at: usize,
    path_at: usize,
}

impl Location {
    /// The longest address in bytes; an issuer's are a tenth of it.
    pub const MAX_BYTES: usize = 2048;

    /// Host and port.
    #[must_use]
    pub fn authority(&self) -> &str {
        self.text
            .get(self.authority_at..self.path_at)
            .unwrap_or_default()
    }

    /// The host alone.
    #[must_use]
    pub fn host(&self) -> &str {
        let authority = self.authority();
        match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => host,
            _ => authority,
        }
    }

    /// Path and query, beginning with a slash.
    #[must_use]
    pub fn path(&self) -> &str {
        match self.text.get(self.path_at..) {
            None | Some("") => "/",
            Some(path) => path,
        }
    }

    /// Whether it is `https`.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.text.starts_with(HTTPS)
    }

    /// The whole of it, as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

const HTTPS: &str = "https://";
const HTTP: &str = "http://";

impl std::str::FromStr for Location {
    type Err = LocationError;

    fn from_str(text: &str) -> Result<Self, LocationError> {
        if text.len() > Self::MAX_BYTES {
            return Err(LocationError::TooLong);
        }
        let scheme = [HTTPS, HTTP].into_iter().find(|one| text.starts_with(one));
        let authority_at = scheme.ok_or(LocationError::NoScheme)?.len();
        let rest = text.get(authority_at..).unwrap_or_default();
        let length = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest
            .split_at_checked(length)
            .ok_or(LocationError::BadAuthority)?;
        if !is_authority(authority) {
            return Err(LocationError::BadAuthority);
        }
        if !path.bytes().all(is_plain) || path.starts_with('?') {
            return Err(LocationError::BadPath);
        }
        Ok(Self {
            text: text.into(),
            authority_at,
            path_at: authority_at.saturating_add(length),
        })
    }
}

fn is_authority(text: &str) -> bool {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (text, None),
    };
    let name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    let is_host = match host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => !host.is_empty() && host.bytes().all(name),
    };
    is_host && port.is_none_or(|digits| digits.parse::<u16>().is_ok_and(|port| port > 0))
}

/// Bytes that stand for themselves in a path or query (RFC 3986 §3.3, §3.4), and `%`.
const fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'-' | b'.'
                | b'_'
                | b'~'
                | b'!'
                | b'$'
                | b'&'
                | b'\''
                | b'('
                | b')'
                | b'*'
                | b'+'
                | b','
                | b';'
                | b'='
                | b':'
                | b'@'
                | b'/'
                | b'?'
                | b'%'
        )
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Location({})", self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_split_and_nothing_in_it_is_changed() {
        for (text, authority, path) in [
            ("https://a.example", "a.example", "/"),
            ("https://a.example/", "a.example", "/"),
            (
                "https://a.example:8443/k%20s?x=/1",
                "a.example:8443",
                "/k%20s?x=/1",
            ),
            ("http://127.0.0.1:80/keys", "127.0.0.1:80", "/keys"),
            ("https://[2001:db8::1]/keys", "[2001:db8::1]", "/keys"),
            ("https://[2001:db8::1]:1/keys", "[2001:db8::1]:1", "/keys"),
        ] {
            let location: Location = text.parse().unwrap();
            assert_eq!((location.authority(), location.path()), (authority, path));
            assert_eq!(location.to_string(), text);
        }
    }

    #[test]
    fn what_two_readers_could_split_differently_is_refused() {
        use LocationError::{BadAuthority, BadPath, NoScheme, TooLong};
        let long = format!("https://a/{}", "x".repeat(Location::MAX_BYTES));
        for (text, error) in [
            ("", NoScheme),
            ("a.example/keys", NoScheme),
            ("HTTPS://a.example/keys", NoScheme),
            ("ftp://a.example/keys", NoScheme),
            ("https://", BadAuthority),
            ("https:///keys", BadAuthority),
            ("https://user@a.example/keys", BadAuthority),
            ("https://a.example:/keys", BadAuthority),
            ("https://a.example:0/keys", BadAuthority),
            ("https://a.example:65536/keys", BadAuthority),
            ("https://a.example\\b/keys", BadAuthority),
            ("https://[::1/keys", BadAuthority),
            ("https://a b/keys", BadAuthority),
            ("https://a.example/keys#x", BadPath),
            ("https://a.example#x", BadPath),
            ("https://a.example?x", BadPath),
            ("https://a.example/ke ys", BadPath),
            ("https://a.example/ke\r\nys", BadPath),
            ("https://a.example/\u{e4}", BadPath),
            (&long, TooLong),
        ] {
            assert_eq!(text.parse::<Location>(), Err(error), "{text}");
        }
    }
}

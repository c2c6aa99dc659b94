//! The host a decision is made on: lower case, without port and trailing dot.

use std::borrow::Cow;

use crate::reason::request as reason;
use crate::{Failure, Weight};

/// The longest host in bytes (RFC 1035 §2.3.4: 255 octets on the wire, 253 as text).
const MAX_BYTES: usize = 253;

/// Reads `:authority`. `None` stays `None`: an absent host matches no route that names hosts.
///
/// # Errors
/// The host is empty, has a user part or a byte that no host has, or was given twice.
pub(crate) fn read(raw: Cow<'_, [u8]>) -> Result<Cow<'_, str>, Failure> {
    let bad = || Failure::new(reason::BAD_HOST, Weight::Fault);
    if raw.contains(&b',') {
        return Err(Failure::new(reason::DUPLICATE_HEADER, Weight::Fault));
    }
    let text = match raw {
        Cow::Borrowed(bytes) => Cow::Borrowed(std::str::from_utf8(bytes).map_err(|_| bad())?),
        Cow::Owned(bytes) => Cow::Owned(String::from_utf8(bytes).map_err(|_| bad())?),
    };
    let length = name_length(&text).ok_or_else(bad)?;
    let mut name = match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.get(..length).ok_or_else(bad)?),
        Cow::Owned(mut text) => {
            text.truncate(length);
            Cow::Owned(text)
        }
    };
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        name.to_mut().make_ascii_lowercase();
    }
    Ok(name)
}

/// Whether the name ends in a dot. It is the same name (RFC 1034 §3.1), but a router that compares
/// as written finds none of its own.
pub(crate) fn is_dotted(raw: &[u8]) -> bool {
    raw.split(|byte| *byte == b':')
        .next()
        .is_some_and(|name| name.ends_with(b"."))
}

/// How many bytes of the authority are the host's name; `None` where it is not a host.
fn name_length(text: &str) -> Option<usize> {
    if let Some(inner) = text.strip_prefix('[') {
        let (address, rest) = inner.split_once(']')?;
        address.parse::<std::net::Ipv6Addr>().ok()?;
        is_port(rest).then_some(())?;
        return address.len().checked_add(2);
    }
    let (name, rest) = text.split_at_checked(text.find(':').unwrap_or(text.len()))?;
    let name = name.strip_suffix('.').unwrap_or(name);
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    let well_formed = !name.is_empty()
        && name.len() <= MAX_BYTES
        && name.bytes().all(plain)
        && name.split('.').all(|label| !label.is_empty())
        && is_port(rest);
    well_formed.then_some(name.len())
}

/// Nothing, or a colon with a port of at most five digits.
fn is_port(text: &str) -> bool {
    text.is_empty()
        || text.strip_prefix(':').is_some_and(|digits| {
            (1..=5).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_compared_without_port_case_and_dot() {
        for (raw, host) in [
            ("api.example.org", "api.example.org"),
            ("API.Example.ORG:8443", "api.example.org"),
            ("api.example.org.", "api.example.org"),
            ("api.example.org.:443", "api.example.org"),
            ("localhost", "localhost"),
            ("127.0.0.1:80", "127.0.0.1"),
            ("[::1]:8080", "[::1]"),
            ("[2001:DB8::1]", "[2001:db8::1]"),
            ("my_service", "my_service"),
        ] {
            assert_eq!(read(Cow::Borrowed(raw.as_bytes())).unwrap(), host, "{raw}");
            assert_eq!(
                read(Cow::Owned(raw.as_bytes().to_vec())).unwrap(),
                host,
                "{raw}"
            );
        }
    }

    #[test]
    fn a_trailing_dot_is_seen() {
        for raw in ["h.", "h.:80", "127.0.0.1."] {
            assert!(is_dotted(raw.as_bytes()), "{raw}");
        }
        for raw in ["h", "a.h:80", "[::ffff:1.2.3.4]:80", "", "h:80."] {
            assert!(!is_dotted(raw.as_bytes()), "{raw}");
        }
    }

    #[test]
    fn what_is_no_host_is_denied() {
        for raw in [
            "",
            ".",
            "a..b",
            "user@h",
            "h:80:80",
            "h:",
            "h:x",
            "h:123456",
            "h/a",
            "h?x",
            "h h",
            "h%2e",
            "[::1",
            "[x]",
            "[::1]x",
            "..",
            "h..",
            "h\0",
            "é.example",
        ] {
            let failure = read(Cow::Borrowed(raw.as_bytes())).unwrap_err();
            assert_eq!(failure.reason, reason::BAD_HOST, "{raw:?}");
        }
        assert!(read(Cow::Borrowed(b"\xff")).is_err());
        assert!(read(Cow::Owned(vec![b'a'; 300])).is_err());
        assert_eq!(
            read(Cow::Borrowed(b"a,b")).unwrap_err().reason,
            reason::DUPLICATE_HEADER
        );
    }
}

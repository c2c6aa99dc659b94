//! One cookie out of the header `cookie` (RFC 6265 §4.2), in the one reading that all servers share.
//!
//! Servers differ in what they do with a cookie given twice, with spaces and quotes, with the case of
//! its name; and two header fields reach us joined by a comma, which a value may hold as well.
//! Whatever leaves a choice is an error, so that neither an `allow` nor a `deny` is decided on it.

use crate::reason::request as reason;
use crate::{Failure, Weight};

/// The longest value in bytes: what every client keeps of one cookie (RFC 6265 §6.1).
const MAX_VALUE: usize = 4096;

/// The value of a cookie; `None` where no server finds it.
///
/// # Errors
/// Two servers could find different values.
pub(super) fn read<'c>(cookies: &'c [u8], name: &str) -> Result<Option<&'c [u8]>, Failure> {
    let hits = cookies
        .split(|byte| matches!(byte, b';' | b','))
        .filter(|pair| name_of(pair).eq_ignore_ascii_case(name.as_bytes()));
    match hits.count() {
        0 => Ok(None),
        1 => match value(cookies, name) {
            Some(value) => Ok(Some(value)),
            None => Err(ambiguous()),
        },
        _ => Err(ambiguous()),
    }
}

/// The value by the letter of RFC 6265, if nobody can take it for another.
fn value<'c>(cookies: &'c [u8], name: &str) -> Option<&'c [u8]> {
    let mut values = cookies.split(|byte| *byte == b';').filter_map(|pair| {
        let pair = pair.trim_ascii_start().strip_prefix(name.as_bytes())?;
        pair.strip_prefix(b"=")
    });
    let value = values.next()?;
    let plain = !value.contains(&b',')
        && !cookies.contains(&b'"')
        && value.trim_ascii().len() == value.len()
        && value.len() <= MAX_VALUE;
    plain.then_some(value)
}

/// What a lax server takes for the name.
fn name_of(pair: &[u8]) -> &[u8] {
    let name = pair.split(|byte| *byte == b'=').next();
    name.unwrap_or_default().trim_ascii()
}

const fn ambiguous() -> Failure {
    Failure::new(reason::DUPLICATE_HEADER, Weight::Fault)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(cookies: &str) -> Result<Option<&str>, &'static str> {
        match read(cookies.as_bytes(), "sid") {
            Ok(value) => Ok(value.map(|value| std::str::from_utf8(value).unwrap())),
            Err(failure) => Err(failure.reason.code()),
        }
    }

    #[test]
    fn a_cookie_with_one_reading_is_found() {
        for (cookies, expected) in [
            ("sid=a", Some("a")),
            ("x=1; sid=a; y=2", Some("a")),
            ("x=1;sid=a", Some("a")),
            ("sid=a=b", Some("a=b")),
            ("sid=", Some("")),
            ("ga=1,2; sid=a", Some("a")),
            ("", None),
            ("x=sid", None),
            ("xsid=a; sidx=b; x=\"q\"", None),
        ] {
            assert_eq!(found(cookies), Ok(expected), "{cookies}");
        }
    }

    #[test]
    fn a_cookie_with_two_readings_is_an_error() {
        for cookies in [
            "sid=a; sid=b",
            "sid=a; sid=a",
            "sid=a,sid=b",
            "x=1,sid=a",
            "x=1, sid=a",
            "sid=a,x=1",
            "sid=a; x=1,sid=b",
            "sid=\"a\"",
            "x=\"1; sid=a\"",
            "sid =a",
            "sid= a",
            "sid=a ;x=1",
            "SID=a",
            "sid=a; Sid=b",
            "sid",
            "sid; x=1",
        ] {
            assert_eq!(found(cookies), Err("request.duplicate_header"), "{cookies}");
        }
        let long = format!("sid={}", "a".repeat(MAX_VALUE));
        assert!(found(&long).is_ok());
        assert!(found(&format!("{long}a")).is_err());
    }

    proptest! {
            /// Whatever a client sends, what is found stands in the header once, behind the name.
            #[test]
            fn hostile_bytes_are_read_in_one_way(
                cookies in "((sid=|SID=|sid|x=|)[a\" ]{0,2}[;,] ?){0,4}"
            ) {
                if let Ok(Some(value)) = found(&cookies) {
    let pair = format!("sid={value}");
                    prop_assert!(cookies.contains(&pair));
                    prop_assert!(!value.contains([',', ';', '"']));
                    let pairs = cookies.split([';', ',']);
                    let named = pairs.filter(|pair| pair.trim().to_lowercase().starts_with("sid="));
                    prop_assert_eq!(named.count(), 1);
                }
            }
        }
}

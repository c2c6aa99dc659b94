//! One cookie out of the header `cookie` (RFC 6265 §4.2), in the one reading that all servers share.
//!
//! Servers differ in what they do with a cookie given twice, with spaces and quotes, with the case of
//! its name; and two header fields reach us joined by a comma, which a value may hold as well.
//! Whatever leaves a choice is an error, so that neither an `allow` nor a `deny` is decided on it.

use super::Unclear;

/// The longest value in bytes: what every client keeps of one cookie (RFC 6265 §6.1).
const MAX_VALUE: usize = 4096;

/// The value of a cookie; `None` where no server finds it.
///
/// # Errors
/// Two servers could find different values.
pub(crate) fn read<'c>(cookies: &'c [u8], name: &str) -> Result<Option<&'c [u8]>, Unclear> {
    let hits = cookies
        .split(|byte| matches!(byte, b';' | b','))
        .filter(|pair| name_of(pair).eq_ignore_ascii_case(name.as_bytes()));
    match hits.count() {
        0 => Ok(None),
        1 => match value(cookies, name) {
            Some(value) => Ok(Some(value)),
            None => Err(Unclear),
        },
        _ => Err(Unclear),
    }
}

/// The cookies without this one; `None` where no server finds it. Where servers could differ on what
/// belongs to it, nothing is left.
pub(super) fn without(cookies: &[u8], name: &str) -> Option<Vec<u8>> {
    match read(cookies, name) {
        Ok(None) => return None,
        Err(Unclear) => return Some(Vec::new()),
        Ok(Some(_)) => {}
    }
    let pairs = cookies.split(|byte| *byte == b';');
    let is_it = |pair: &&[u8]| name_of(pair).eq_ignore_ascii_case(name.as_bytes());
    let left: Vec<&[u8]> = pairs.filter(|pair| !is_it(pair)).collect();
    Some(left.join(&b';').trim_ascii_start().to_vec())
}

/// The value by the letter of RFC 6265, if nobody can take it for another.
fn value<'c>(cookies: &'c [u8], name: &str) -> Option<&'c [u8]> {
    let mut values = cookies.split(|byte| *byte == b';').filter_map(|pair| {
        let pair = pair.trim_ascii_start().strip_prefix(name.as_bytes())?;
        pair.strip_prefix(b"=")
    });
    let value = values.next()?;
    let plain = !value.contains(&b',')
        && !value.contains(&b'"')
        && cookies.split(|byte| *byte == b';').all(ends_for_all)
        && value.trim_ascii().len() == value.len()
        && value.len() <= MAX_VALUE;
    plain.then_some(value)
}

/// Whether a pair ends at its semicolon also for a server that takes what stands in quotes for one
/// value: no quote is left open, and none is escaped.
fn ends_for_all(pair: &[u8]) -> bool {
    let pieces = pair.split(|byte| *byte == b'"').count();
    pieces == 1 || (pieces % 2 == 1 && !pair.contains(&b'\\')) // n quotes, n + 1 pieces
}

/// What a lax server takes for the name.
fn name_of(pair: &[u8]) -> &[u8] {
    let name = pair.split(|byte| *byte == b'=').next();
    name.unwrap_or_default().trim_ascii()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(cookies: &str) -> Result<Option<&str>, Unclear> {
        let value = read(cookies.as_bytes(), "sid")?;
        Ok(value.map(|value| std::str::from_utf8(value).unwrap()))
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
            ("x=\"q\"; sid=a; y=\"1,2\"", Some("a")),
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
            "x=\"1; sid=a; y=\"",
            "x=\"q\\\"; sid=a; y=\"",
            "sid=a; x=\"1; y=\"",
            "sid =a",
            "sid= a",
            "sid=a ;x=1",
            "SID=a",
            "sid=a; Sid=b",
            "sid",
            "sid; x=1",
        ] {
            assert_eq!(found(cookies), Err(Unclear), "{cookies}");
        }
        let long = format!("sid={}", "a".repeat(MAX_VALUE));
        assert!(found(&long).is_ok());
        assert!(found(&format!("{long}a")).is_err());
    }

    #[test]
    fn a_cookie_is_removed_and_the_others_stay_as_they_are() {
        for (cookies, left) in [
            ("sid=a", Some("")),
            ("sid=a; x=1", Some("x=1")),
            ("x=1; sid=a", Some("x=1")),
            ("x=1; sid=a;y=,2 ; z", Some("x=1;y=,2 ; z")),
            ("x=1; sid=a; sid=b", Some("")),
            ("x=\"1; sid=a\"", Some("")),
            ("x=1,sid=a", Some("")),
            ("xsid=1; y=sid", None),
        ] {
            let without = without(cookies.as_bytes(), "sid");
            assert_eq!(without.as_deref(), left.map(str::as_bytes), "{cookies}");
        }
    }

    proptest! {
        /// Whatever a client sends, what is found stands in the header once, behind the name, and is
        /// gone when it is removed.
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
            if let Some(left) = without(cookies.as_bytes(), "sid") {
                prop_assert_eq!(read(&left, "sid"), Ok(None));
            }
        }
    }
}

//! One parameter out of the query of a path, in the one reading that all servers share.
//!
//! Servers differ in what they do with a parameter given twice, with `;` and `+`, with the case of
//! its name and with its encoding (WHATWG URL, section 5.1, is one way among several).

use std::borrow::Cow;

use super::Unclear;

/// The value of a parameter, percent-decoded; `None` where no server finds it.
///
/// # Errors
/// Two servers could find different values.
pub(super) fn read<'p>(path: &'p [u8], name: &str) -> Result<Option<Cow<'p, [u8]>>, Unclear> {
    let Some((before, query)) = split(path) else {
        return Ok(None);
    };
    let hits = pieces(query).filter(|one| names(one, name));
    match hits.count() {
        0 => Ok(None),
        1 if !before.contains(&b'#') => value(query, name).map(Some).ok_or(Unclear),
        _ => Err(Unclear),
    }
}

/// The path without whatever any server could take for the parameter; `None` where there is nothing
/// of it. All else stays as it is, and so does the order.
pub(super) fn without(path: &[u8], name: &str) -> Option<Vec<u8>> {
    let (before, query) = split(path)?;
    let is_it = |pair: &&[u8]| pieces(pair).any(|one| names(one, name));
    let pairs = || query.split(|byte| *byte == b'&');
    if !pairs().any(|pair| is_it(&pair)) {
        return None;
    }
    let mut path = before.to_vec();
    for (index, pair) in pairs().filter(|pair| !is_it(pair)).enumerate() {
        path.push(if index == 0 { b'?' } else { b'&' });
        path.extend_from_slice(pair);
    }
    Some(path)
}

/// What stands before the first `?`, and behind it.
fn split(path: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = path.iter().position(|byte| *byte == b'?')?;
    let (before, query) = path.split_at_checked(at)?;
    Some((before, query.split_first()?.1))
}

/// What some server takes for a parameter: up to any of the bytes that end one somewhere.
fn pieces(query: &[u8]) -> impl Iterator<Item = &[u8]> {
    query.split(|byte| matches!(byte, b'&' | b';' | b'#'))
}

/// The value as every server reads it: behind the name as it is written, decoded once.
fn value<'q>(query: &'q [u8], name: &str) -> Option<Cow<'q, [u8]>> {
    let mut values = query.split(|byte| *byte == b'&').filter_map(|pair| {
        let rest = pair.strip_prefix(name.as_bytes())?;
        rest.strip_prefix(b"=")
    });
    let value = values.next()?;
    if value.iter().any(|byte| matches!(byte, b';' | b'#' | b'+')) {
        return None; // `+` is itself to one server and a space to another
    }
    if !value.contains(&b'%') {
        return Some(Cow::Borrowed(value));
    }
    let mut decoded = Vec::with_capacity(value.len());
    let mut rest = value;
    while let [first, more @ ..] = rest {
        rest = if *first == b'%' {
            let (byte, more) = hex_pair(more)?;
            decoded.push(byte);
            more
        } else {
            decoded.push(*first);
            more
        };
    }
    Some(Cow::Owned(decoded))
}

/// Whether a lax server takes this for the parameter: its name decoded, in any case.
fn names(pair: &[u8], name: &str) -> bool {
    let mut wanted = name.bytes();
    let mut rest = pair;
    loop {
        let (byte, more) = match rest {
            [] | [b'=', ..] => return wanted.next().is_none(),
            [b'%', more @ ..] => hex_pair(more).unwrap_or((b'%', more)),
            [byte, more @ ..] => (*byte, more),
        };
        if !wanted
            .next()
            .is_some_and(|one| one.eq_ignore_ascii_case(&byte))
        {
            return false;
        }
        rest = more;
    }
}

/// The byte that two hex digits stand for, and what follows them.
fn hex_pair(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let (pair, rest) = bytes.split_first_chunk::<2>()?;
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let [high, low] = *pair;
    let byte = u8::try_from(digit(high)? << 4 | digit(low)?).ok()?;
    Some((byte, rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(path: &str) -> Result<Option<String>, Unclear> {
        let value = read(path.as_bytes(), "key")?;
        Ok(value.map(|value| value.escape_ascii().to_string()))
    }

    #[test]
    fn a_parameter_with_one_reading_is_found() {
        for (path, expected) in [
            ("/a?key=K", Some("K")),
            ("/a?x=1&key=K&y=2", Some("K")),
            ("/a?key=K%2Bb%3d", Some("K+b=")),
            ("/a?key=a=b", Some("a=b")),
            ("/a?key=", Some("")),
            ("/a?key=%00%ff", Some("\\x00\\xff")),
            ("/a?key=K#part", None),
            ("/a", None),
            ("/a?", None),
            ("/key=K", None),
            ("/a?x=key", None),
            ("/a?xkey=K&keys=K&x=key=K", None),
        ] {
            if path.contains('#') {
                assert_eq!(found(path), Err(Unclear), "{path}");
            } else {
                assert_eq!(found(path), Ok(expected.map(str::to_owned)), "{path}");
            }
        }
    }

    #[test]
    fn a_parameter_with_two_readings_is_unclear() {
        for path in [
            "/a?key=K&key=L",
            "/a?key=K&key=K",
            "/a?key=K&KEY=L",
            "/a?key=K&k%65y=L",
            "/a?key=K;x=1",
            "/a?x=1;key=K",
            "/a?KEY=K",
            "/a?k%65y=K",
            "/a?key=a+b",
            "/a?key=%",
            "/a?key=%4",
            "/a?key=%zz",
            "/a?key",
            "/a?x=1#key=K",
            "/a#?key=K",
        ] {
            assert_eq!(found(path), Err(Unclear), "{path}");
        }
    }

    #[test]
    fn what_is_removed_leaves_the_rest_as_it_is() {
        for (path, left) in [
            ("/a?key=K", "/a"),
            ("/a?key=K&x=1", "/a?x=1"),
            ("/a?x=%31&key=K&y=+", "/a?x=%31&y=+"),
            ("/a?x=1&key=K", "/a?x=1"),
            ("/a?&key=K", "/a?"),
            ("/a?key=K&x=1&KEY=L&k%65y=M", "/a?x=1"),
            ("/a?x=1;key=K&y=2", "/a?y=2"),
            ("/a?y=2&x=1#key=K", "/a?y=2"),
            ("/a%3fkey=K?key", "/a%3fkey=K"),
        ] {
            let without = without(path.as_bytes(), "key");
            assert_eq!(without.as_deref(), Some(left.as_bytes()), "{path}");
        }
        assert_eq!(without(b"/a?x=1&keys=K", "key"), None);
        assert_eq!(without(b"/a", "key"), None);
    }

    proptest! {
        /// Whatever a client sends: what is found is gone when it is removed, and stands once.
        #[test]
        fn hostile_bytes_are_read_in_one_way(
            path in "/a[?#]?((key=?|KEY=|k%65y=|x=|)[aK%+]{0,2}[&;#?]?){0,4}"
        ) {
            let path = path.as_bytes();
            let read = read(path, "key");
            let left = without(path, "key");
            prop_assert_eq!(left.is_none(), read == Ok(None));
            if let Some(left) = left {
                prop_assert_eq!(super::read(&left, "key"), Ok(None));
                prop_assert!(left.len() < path.len());
            }
        }
    }
}

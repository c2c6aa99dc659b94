//! Percent-decoding, and the form in which a path was written.

use std::borrow::Cow;

use super::Ambiguity;

/// A path decoded once.
pub(super) struct Decoded<'a> {
    /// Encoded slashes and backslashes stay encoded, in lower case.
    pub(super) bytes: Cow<'a, [u8]>,
    pub(super) ambiguity: Ambiguity,
    /// It was written as RFC 3986 §6.2.2 normalises it: what needs no encoding has none, what needs
    /// one has it, in upper case. Then a router that decodes and one that compares as written
    /// choose alike.
    pub(super) is_canonical: bool,
}

/// One byte of a path as it was written.
enum Written {
    Raw(u8),
    /// The value, and whether its digits are in upper case.
    Encoded(u8, bool),
    /// A percent sign without two digits behind it.
    Broken,
}

impl<'a> Decoded<'a> {
    pub(super) fn of(path: &'a [u8]) -> Self {
        if !path.contains(&b'%') {
            return Self {
                bytes: Cow::Borrowed(path),
                ambiguity: Ambiguity::NONE,
                is_canonical: path.iter().all(|byte| needs_no_encoding(*byte)),
            };
        }
        let mut ambiguity = Ambiguity::NONE;
        let mut is_canonical = true;
        let mut bytes = Vec::with_capacity(path.len());
        let mut left_encoded = 0_usize;
        for written in written(path) {
            is_canonical &= written.is_canonical();
            match written {
                Written::Raw(byte) => bytes.push(byte),
                Written::Broken => {
                    ambiguity = ambiguity.with(Ambiguity::NEVER);
                    bytes.push(b'%');
                }
                Written::Encoded(b'/', _) => {
                    ambiguity = ambiguity.with(Ambiguity::ENCODED_SLASH);
                    left_encoded = left_encoded.saturating_add(1);
                    bytes.extend_from_slice(b"%2f");
                }
                Written::Encoded(b'\\', _) => {
                    ambiguity = ambiguity.with(Ambiguity::ENCODED_BACKSLASH);
                    left_encoded = left_encoded.saturating_add(1);
                    bytes.extend_from_slice(b"%5c");
                }
                Written::Encoded(value, _) => {
                    // `?` and `#`, decoded, would be the query's or fragment's own sign; a sign that
                    // is there in both forms is cut by some servers at one and by some at the other.
                    let twofold = value == b';' && path.contains(&b';');
                    if matches!(value, b'?' | b'#') || twofold {
                        ambiguity = ambiguity.with(Ambiguity::NEVER);
                    }
                    bytes.push(value);
                }
            }
        }
        if ambiguity.has(Ambiguity::ENCODED_BACKSLASH) && path.contains(&b'\\') {
            ambiguity = ambiguity.with(Ambiguity::NEVER);
        }
        // counted in what came out, since `%25%32f` makes one as well
        if encodings(&bytes) > left_encoded {
            ambiguity = ambiguity.with(Ambiguity::DOUBLE_ENCODING);
        }
        Self {
            bytes: Cow::Owned(bytes),
            ambiguity,
            is_canonical,
        }
    }
}

/// What a router sees that compares as written, in the space of decoded templates: what is written
/// in its canonical form is decoded, anything else is unlike any literal.
pub(super) fn as_written(path: &[u8]) -> Vec<u8> {
    written(path)
        .map(|written| match written {
            Written::Raw(byte) | Written::Encoded(byte, _) if written.is_canonical() => byte,
            _ => UNLIKE_ANY_LITERAL,
        })
        .collect()
}

impl Written {
    const fn is_canonical(&self) -> bool {
        match *self {
            Self::Raw(byte) => needs_no_encoding(byte),
            Self::Encoded(b'/' | b'\\', _) | Self::Broken => false,
            Self::Encoded(byte, upper) => upper && !needs_no_encoding(byte),
        }
    }
}

fn written(path: &[u8]) -> impl Iterator<Item = Written> {
    let mut rest = path;
    std::iter::from_fn(move || {
        let (byte, after) = rest.split_first()?;
        rest = after;
        if *byte != b'%' {
            return Some(Written::Raw(*byte));
        }
        let [high, low, tail @ ..] = after else {
            return Some(Written::Broken);
        };
        let Some(value) = hex(*high)
            .zip(hex(*low))
            .map(|(high, low)| (high << 4) | low)
        else {
            return Some(Written::Broken);
        };
        rest = tail;
        let lower = high.is_ascii_lowercase() || low.is_ascii_lowercase();
        Some(Written::Encoded(value, !lower))
    })
}

/// How many encodings stand in these bytes.
fn encodings(bytes: &[u8]) -> usize {
    written(bytes)
        .filter(|written| matches!(written, Written::Encoded(..)))
        .count()
}

/// A `pchar` of RFC 3986 §3.3 or the slash between two segments.
const fn needs_no_encoding(byte: u8) -> bool {
    matches!(byte,
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~'
        | b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'='
        | b':' | b'@' | b'/')
}

const fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

/// No template has this byte: it is not UTF-8.
const UNLIKE_ANY_LITERAL: u8 = 0xff;

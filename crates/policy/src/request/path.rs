//! The path a decision is made on: one reading, or a denial.
//!
//! Two servers that read one path differently are how policies are walked around, so whatever has
//! more than one reading is refused unless a route accepts just that.

use std::borrow::Cow;

/// What makes a path ambiguous; a set, as small as a byte.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ambiguity(u8);

impl Ambiguity {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// `%2f`: a slash to some servers, a byte of the segment to others.
    pub const ENCODED_SLASH: Self = Self(1);
    /// A backslash, encoded or raw: a slash to some servers.
    pub const ENCODED_BACKSLASH: Self = Self(1 << 1);
    /// `//`: merged by some servers.
    pub const EMPTY_SEGMENT: Self = Self(1 << 2);
    /// `;`: begins a path parameter to some servers, which cut it (`/..;/`).
    pub const SEMICOLON: Self = Self(1 << 3);
    /// An encoded percent sign that makes another encoding: `%252f`.
    pub const DOUBLE_ENCODING: Self = Self(1 << 4);
    /// What no route can accept: NUL and other control bytes, bytes that are not UTF-8, a broken
    /// encoding, dot segments, a fragment, no leading slash.
    pub const NEVER: Self = Self(1 << 7);

    /// Whether all of this is within `accepted`.
    #[must_use]
    pub const fn is_within(self, accepted: Self) -> bool {
        self.0 & !accepted.0 == 0
    }

    /// Both sets together.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// A normalised path: query cut, decoded once, one trailing slash dropped.
///
/// ```
/// use policy::{Ambiguity, NormalPath};
/// let path = NormalPath::read(b"/v1/%6frders/7/?x=1");
/// assert_eq!(path.as_bytes(), b"/v1/orders/7");
/// assert_eq!(path.ambiguity(), Ambiguity::NONE);
/// assert_eq!(NormalPath::read(b"/v1/orders%2f..").ambiguity(), Ambiguity::ENCODED_SLASH);
/// ```
#[derive(Clone, Debug)]
pub struct NormalPath<'a> {
    bytes: Cow<'a, [u8]>,
    ambiguity: Ambiguity,
}

impl<'a> NormalPath<'a> {
    /// Reads the `:path` of a request, as bytes of any kind.
    #[must_use]
    pub fn read(raw: &'a [u8]) -> Self {
        let path = raw.split(|byte| *byte == b'?').next().unwrap_or_default();
        let (decoded, mut ambiguity) = decode(path);
        if path.first() != Some(&b'/')
            || path.contains(&b'#')
            || std::str::from_utf8(&decoded).is_err()
        {
            ambiguity = ambiguity.with(Ambiguity::NEVER);
        }
        let bytes = without_trailing_slash(decoded);
        ambiguity = ambiguity.with(ambiguity_of_segments(&bytes));
        Self { bytes, ambiguity }
    }

    /// The path, beginning with a slash, in this reading. An encoded slash that is not decoded
    /// stands as `%2f`, so that it is no separator here.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What makes it ambiguous.
    #[must_use]
    pub const fn ambiguity(&self) -> Ambiguity {
        self.ambiguity
    }

    /// The other reading: what a server sees that takes encoded slashes and backslashes as
    /// slashes, merges empty segments, cuts path parameters, decodes twice and folds dots.
    #[must_use]
    pub fn other_reading(&self) -> NormalPath<'static> {
        let (decoded, _) = decode(&self.bytes);
        let mut once_more = Vec::with_capacity(decoded.len());
        let mut rest: &[u8] = &decoded;
        while let Some((byte, after)) = rest.split_first() {
            rest = after;
            match (byte, after) {
                (b'%', [b'2', b'f' | b'F', after @ ..] | [b'5', b'c' | b'C', after @ ..]) => {
                    once_more.push(b'/');
                    rest = after;
                }
                (b'\\', _) => once_more.push(b'/'),
                (byte, _) => once_more.push(*byte),
            }
        }
        let mut bytes = Vec::with_capacity(once_more.len());
        let mut ambiguity = Ambiguity::NONE;
        for segment in once_more.split(|byte| *byte == b'/') {
            let segment = segment
                .split(|byte| *byte == b';')
                .next()
                .unwrap_or_default();
            match segment {
                b"" => continue,
                b"." | b".." => ambiguity = Ambiguity::NEVER,
                _ => {}
            }
            bytes.push(b'/');
            bytes.extend_from_slice(segment);
        }
        if bytes.is_empty() {
            bytes.push(b'/');
        }
        NormalPath {
            bytes: Cow::Owned(bytes),
            ambiguity,
        }
    }

    /// The same with ASCII letters in lower case, for upstreams that fold case.
    #[must_use]
    pub fn folded(mut self) -> Self {
        if self.bytes.iter().any(u8::is_ascii_uppercase) {
            self.bytes.to_mut().make_ascii_lowercase();
        }
        self
    }
}

/// Decodes percent-encodings once. Encoded slashes and backslashes stay encoded, in lower case.
fn decode(path: &[u8]) -> (Cow<'_, [u8]>, Ambiguity) {
    let mut ambiguity = Ambiguity::NONE;
    if !path.contains(&b'%') {
        return (Cow::Borrowed(path), ambiguity);
    }
    let mut out = Vec::with_capacity(path.len());
    let mut rest = path;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        let [high, low, tail @ ..] = after else {
            if *byte == b'%' {
                ambiguity = ambiguity.with(Ambiguity::NEVER);
            }
            out.push(*byte);
            continue;
        };
        if *byte != b'%' {
            out.push(*byte);
            continue;
        }
        let Some(value) = hex(*high)
            .zip(hex(*low))
            .map(|(high, low)| (high << 4) | low)
        else {
            ambiguity = ambiguity.with(Ambiguity::NEVER);
            out.push(*byte);
            continue;
        };
        rest = tail;
        match value {
            b'/' => {
                ambiguity = ambiguity.with(Ambiguity::ENCODED_SLASH);
                out.extend_from_slice(b"%2f");
            }
            b'\\' => {
                ambiguity = ambiguity.with(Ambiguity::ENCODED_BACKSLASH);
                out.extend_from_slice(b"%5c");
            }
            b'%' => {
                if matches!(tail, [a, b, ..] if hex(*a).is_some() && hex(*b).is_some()) {
                    ambiguity = ambiguity.with(Ambiguity::DOUBLE_ENCODING);
                }
                out.push(b'%');
            }
            b'?' | b'#' => {
                // decoded, it would be the query's or fragment's own sign
                ambiguity = ambiguity.with(Ambiguity::NEVER);
                out.push(value);
            }
            _ => out.push(value),
        }
    }
    (Cow::Owned(out), ambiguity)
}

const fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

fn without_trailing_slash(path: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    match path {
        Cow::Borrowed([head @ .., b'/']) if !head.is_empty() => Cow::Borrowed(head),
        Cow::Owned(mut bytes) if bytes.len() > 1 && bytes.last() == Some(&b'/') => {
            bytes.pop();
            Cow::Owned(bytes)
        }
        other => other,
    }
}

/// One pass over the decoded bytes: control bytes, backslashes, semicolons, empty and dot segments.
fn ambiguity_of_segments(path: &[u8]) -> Ambiguity {
    let mut found = Ambiguity::NONE;
    for byte in path {
        match byte {
            0..=0x1f | 0x7f => found = found.with(Ambiguity::NEVER),
            b'\\' => found = found.with(Ambiguity::ENCODED_BACKSLASH),
            b';' => found = found.with(Ambiguity::SEMICOLON),
            _ => {}
        }
    }
    if path == b"/" {
        return found;
    }
    for segment in path.split(|byte| *byte == b'/').skip(1) {
        match segment {
            b"" => found = found.with(Ambiguity::EMPTY_SEGMENT),
            b"." | b".." => found = found.with(Ambiguity::NEVER),
            _ if found.has(Ambiguity::SEMICOLON) && is_dots_with_parameter(segment) => {
                found = found.with(Ambiguity::NEVER);
            }
            _ => {}
        }
    }
    found
}

/// `..;x` and `.;x`: a dot segment to a server that cuts path parameters first.
fn is_dots_with_parameter(segment: &[u8]) -> bool {
    let name = segment
        .split(|byte| *byte == b';')
        .next()
        .unwrap_or_default();
    name == b"." || name == b".."
}

#[cfg(test)]
mod tests;

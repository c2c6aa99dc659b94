//! The path a decision is made on: one reading, or a denial.
//!
//! Two servers that read one path differently are how policies are walked around, so whatever has
//! more than one reading is refused unless a route accepts just that.

mod decoded;

use std::borrow::Cow;

use decoded::{Decoded, as_written};

use super::Ambiguity;

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
    /// The path as it was sent, where that is not the form that every router compares alike.
    unusual: Option<&'a [u8]>,
}

/// What a lax server does with empty segments.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Empty {
    Kept,
    Merged,
}

impl<'a> NormalPath<'a> {
    /// Reads the `:path` of a request, as bytes of any kind.
    #[must_use]
    pub fn read(raw: &'a [u8]) -> Self {
        let path = raw.split(|byte| *byte == b'?').next().unwrap_or_default();
        let decoded = Decoded::of(path);
        let mut ambiguity = decoded.ambiguity;
        if path.first() != Some(&b'/')
            || path.contains(&b'#')
            || std::str::from_utf8(&decoded.bytes).is_err()
        {
            ambiguity = ambiguity.with(Ambiguity::NEVER);
        }
        let bytes = without_trailing_slash(decoded.bytes);
        ambiguity = ambiguity.with(ambiguity_of_segments(&bytes));
        Self {
            bytes,
            ambiguity,
            unusual: (!decoded.is_canonical).then_some(path),
        }
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
        self.lax(Empty::Merged)
    }

    /// Every other reading; none where the path has one. A policy that answers alike for all of
    /// them cannot be walked around by choosing between two servers.
    ///
    /// Besides the lax ones there is that of a router which compares paths as they are written, as
    /// Envoy's does: to it `/%61dmin` is not `/admin`, and neither is any literal.
    ///
    /// ```
    /// use policy::NormalPath;
    /// assert_eq!(NormalPath::read(b"/users/bob@example.org").other_readings().count(), 0);
    /// assert_eq!(NormalPath::read(b"/users/bob%40example.org").other_readings().count(), 1);
    /// ```
    pub fn other_readings(&self) -> impl Iterator<Item = NormalPath<'static>> {
        let written = self.unusual.map(|raw| NormalPath {
            bytes: without_trailing_slash(Cow::Owned(as_written(raw))),
            ambiguity: Ambiguity::NONE,
            unusual: None,
        });
        let lax: &[Empty] = if self.ambiguity == Ambiguity::NONE {
            &[]
        } else {
            &[Empty::Kept, Empty::Merged]
        };
        written
            .into_iter()
            .chain(lax.iter().map(|empty| self.lax(*empty)))
    }

    /// The same with ASCII letters in lower case, for upstreams that fold case.
    #[must_use]
    pub fn folded(mut self) -> Self {
        if self.bytes.iter().any(u8::is_ascii_uppercase) {
            self.bytes.to_mut().make_ascii_lowercase();
        }
        self
    }

    fn lax(&self, empty: Empty) -> NormalPath<'static> {
        let mut ambiguity = Ambiguity::NONE;
        let decoded = if self.ambiguity.has(Ambiguity::DOUBLE_ENCODING) {
            let twice = Decoded::of(&self.bytes);
            if twice.ambiguity.has(Ambiguity::NEVER)
                || twice.ambiguity.has(Ambiguity::DOUBLE_ENCODING)
                || twice.bytes.iter().any(u8::is_ascii_control)
                || std::str::from_utf8(&twice.bytes).is_err()
            {
                ambiguity = Ambiguity::NEVER;
            }
            twice.bytes
        } else {
            Cow::Borrowed(self.as_bytes())
        };
        let slashed = with_all_slashes(&decoded);
        let mut bytes = Vec::with_capacity(slashed.len());
        for segment in slashed.split(|byte| *byte == b'/').skip(1) {
            match without_parameter(segment) {
                b"" if empty == Empty::Merged => continue,
                b"." | b".." => ambiguity = Ambiguity::NEVER,
                _ => {}
            }
            bytes.push(b'/');
            bytes.extend_from_slice(without_parameter(segment));
        }
        if bytes.is_empty() {
            bytes.push(b'/');
        }
        NormalPath {
            bytes: without_trailing_slash(Cow::Owned(bytes)),
            ambiguity,
            unusual: None,
        }
    }
}

/// Backslashes, and what stays encoded of slashes of both kinds, as slashes.
fn with_all_slashes(path: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(path.len());
    let mut rest = path;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        match (byte, after) {
            (b'%', [b'2', b'f', after @ ..] | [b'5', b'c', after @ ..]) => {
                out.push(b'/');
                rest = after;
            }
            (b'\\', _) => out.push(b'/'),
            (byte, _) => out.push(*byte),
        }
    }
    out
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
            // `..;x` is a dot segment to a server that cuts path parameters first
            _ if matches!(without_parameter(segment), b"." | b"..") => {
                found = found.with(Ambiguity::NEVER);
            }
            _ => {}
        }
    }
    found
}

/// A segment up to its first `;`.
fn without_parameter(segment: &[u8]) -> &[u8] {
    segment
        .split(|byte| *byte == b';')
        .next()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;

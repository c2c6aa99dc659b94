//! One value, bare or in quotes.
//!
//! Whether it was quoted is kept: Envoy quotes certificates and subjects and nothing else, so that
//! a quoted `URI` is one that Envoy did not write.

use std::borrow::Cow;

use super::XfccError;

/// A value as it stands in the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// Without quotes: visible ASCII but `"`, `,`, `;` and `\`.
    Bare(&'a [u8]),
    /// What stands between the quotes, backslashes and all.
    Quoted(&'a [u8]),
}

impl<'a> Value<'a> {
    /// Reads the value at the start, and gives what follows it.
    pub(super) fn parse(text: &'a [u8]) -> Result<(Self, &'a [u8]), XfccError> {
        match text.strip_prefix(b"\"") {
            Some(inside) => Self::parse_quoted(inside),
            None => Self::parse_bare(text),
        }
    }

    fn parse_bare(text: &'a [u8]) -> Result<(Self, &'a [u8]), XfccError> {
        let ends = |byte: &u8| matches!(byte, b';' | b',');
        let length = text.iter().position(ends).unwrap_or(text.len());
        let (value, rest) = text.split_at_checked(length).ok_or(XfccError::BadByte)?;
        let plain = |byte: &u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\');
        if value.iter().all(plain) {
            Ok((Self::Bare(value), rest))
        } else {
            Err(XfccError::BadByte)
        }
    }

    /// A backslash takes the next byte with it (RFC 2253 §2.4), whichever it is: a subject that
    /// ends in a backslash must not swallow the quote behind it.
    ///
    /// # Security
    /// A bare `;` is refused: no subject after RFC 2253 and no URL-encoded certificate has one. Every
    /// element of Envoy's has, so that no quote left open by a client can hide one.
    fn parse_quoted(inside: &'a [u8]) -> Result<(Self, &'a [u8]), XfccError> {
        let mut bytes = inside.iter().copied().enumerate();
        while let Some((at, byte)) = bytes.next() {
            match byte {
                b'"' => {
                    let (value, rest) = inside.split_at_checked(at).ok_or(XfccError::BadQuote)?;
                    return Ok((Self::Quoted(value), rest.get(1..).unwrap_or_default()));
                }
                b'\\' => match bytes.next() {
                    Some((_, b' '..=b'~')) => {}
                    Some(_) => return Err(XfccError::BadByte),
                    None => return Err(XfccError::BadQuote),
                },
                b';' | ..b' ' | 0x7f => return Err(XfccError::BadByte),
                _ => {}
            }
        }
        Err(XfccError::BadQuote)
    }

    /// The value, if it stands without quotes.
    #[must_use]
    pub const fn bare(self) -> Option<&'a [u8]> {
        match self {
            Self::Bare(value) => Some(value),
            Self::Quoted(_) => None,
        }
    }

    /// The value without quotes, and without the backslash before a quote: the one escape that the
    /// header adds to a text.
    #[must_use]
    pub fn text(self) -> Cow<'a, [u8]> {
        let value = match self {
            Self::Bare(value) => return Cow::Borrowed(value),
            Self::Quoted(value) => value,
        };
        if !value.contains(&b'\\') {
            return Cow::Borrowed(value);
        }
        let mut text = Vec::with_capacity(value.len());
        let mut bytes = value.iter().copied().peekable();
        while let Some(byte) = bytes.next() {
            let next = if byte == b'\\' { bytes.next() } else { None };
            match next {
                Some(b'"') => text.push(b'"'),
                Some(next) => text.extend([byte, next]),
                None => text.push(byte),
            }
        }
        Cow::Owned(text)
    }

    /// Appends it as it stood.
    pub(super) fn write(self, out: &mut Vec<u8>) {
        match self {
            Self::Bare(value) => out.extend_from_slice(value),
            Self::Quoted(value) => {
                out.push(b'"');
                out.extend_from_slice(value);
                out.push(b'"');
            }
        }
    }
}

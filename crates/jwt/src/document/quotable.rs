//! Texts that are written into a quoted string of `WWW-Authenticate`.

use policy::language::{Json, Model, Place, Report, Shape, Text};

/// The realm: visible ASCII and spaces, no quote or backslash, so that it needs no escaping.
#[derive(Clone, Debug)]
pub(crate) struct Realm(Box<str>);

/// An `https` address, all of which can stand in a quoted string.
#[derive(Clone, Debug)]
pub(crate) struct MetadataUrl(Box<str>);

/// One scope (RFC 6749 §3.3, `scope-token`).
#[derive(Clone, Debug)]
pub(crate) struct ScopeName(Box<str>);

impl Realm {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl MetadataUrl {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl ScopeName {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl Model for Realm {
    fn read(value: &Json, place: &Place<'_>, report: &mut Report) -> Option<Self> {
        let text = Text::read(value, place, report)?;
        if text
            .as_str()
            .bytes()
            .all(|byte| byte == b' ' || is_quotable(byte))
        {
            return Some(Self(text.as_str().into()));
        }
        report.error(
            place,
            "may hold visible ASCII and spaces only, no quotes or backslashes",
        );
        None
    }

    fn shape() -> Shape {
        Shape::Pattern(r"^[ !#-\[\]-~]+$", "realm")
    }
}

impl Model for MetadataUrl {
    fn read(value: &Json, place: &Place<'_>, report: &mut Report) -> Option<Self> {
        let text = Text::read(value, place, report)?;
        let text = text.as_str();
        let host = text.strip_prefix("https://").unwrap_or_default();
        if text.bytes().all(is_quotable) && !text.contains('#') && !host.is_empty() {
            return Some(Self(text.into()));
        }
        let message = format!(
            "\"{text}\" is not an https address without a fragment (RFC 9728 §1.2), such as \
             https://api.example.org/.well-known/oauth-protected-resource"
        );
        report.error(place, message);
        None
    }

    fn shape() -> Shape {
        Shape::Pattern(r"^https://[!$-\[\]-~]+$", "https address")
    }
}

impl Model for ScopeName {
    fn read(value: &Json, place: &Place<'_>, report: &mut Report) -> Option<Self> {
        let text = Text::read(value, place, report)?;
        if text.as_str().bytes().all(is_quotable) {
            return Some(Self(text.as_str().into()));
        }
        let message = if text.as_str().contains(' ') {
            "is more than one scope; list each by itself"
        } else {
            "is not a scope (RFC 6749 §3.3): visible ASCII only, no quotes or backslashes"
        };
        report.error(place, format_args!("\"{}\" {message}", text.as_str()));
        None
    }

    fn shape() -> Shape {
        Shape::Pattern(r"^[!#-\[\]-~]+$", "scope")
    }
}

const fn is_quotable(byte: u8) -> bool {
    byte.is_ascii_graphic() && byte != b'"' && byte != b'\\'
}

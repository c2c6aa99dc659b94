//! The fields `from_headers`, `from_cookies` and `from_params` of a section.

use super::Carrier;
use crate::language::{HeaderName, Json, Model, Place, Report, Shape, Text, is_token};

crate::model! {
    /// A header that carries a credential.
    pub struct FromHeader {
        /// The header's name.
        required name: HeaderName, "name the header";
        /// What stands before the credential, compared exactly; the scheme in `authorization` is
        /// compared without case.
        optional value_prefix: Text;
    }
    instead [("prefix", "value_prefix"), ("header", "name")];
}

/// The name of a cookie that carries a credential (RFC 6265 §4.1.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CookieName(Box<str>);

/// The name of a parameter of the query that carries a credential: bytes that nobody encodes
/// (RFC 3986 §2.3), so that it is written in one way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParamName(Box<str>);

impl FromHeader {
    fn prefix(&self) -> &str {
        self.value_prefix.as_ref().map_or("", Text::as_str)
    }

    /// Whether one value could be read by both.
    fn meets(&self, other: &Self) -> bool {
        let (one, two) = (self.prefix().to_ascii_lowercase(), other.prefix());
        let two = two.to_ascii_lowercase();
        self.name == other.name && (one.starts_with(&two) || two.starts_with(&one))
    }
}

/// The carriers of these lists, in order. `place` is the map they stand in.
pub fn listed(
    headers: &[FromHeader],
    cookies: &[CookieName],
    params: &[ParamName],
    place: &Place<'_>,
    report: &mut Report,
) -> Vec<Carrier> {
    let mut carriers = Vec::new();
    let list = place.field("from_headers");
    for (index, header) in headers.iter().enumerate() {
        if headers.iter().take(index).any(|other| other.meets(header)) {
            let message = "reads the same value as an entry before it";
            report.error(&list.index(index), message);
        }
        carriers.push(Carrier::header(header.name.as_str(), header.prefix()));
    }
    let named = [
        ("from_cookies", names(cookies, |one| &*one.0)),
        ("from_params", names(params, |one| &*one.0)),
    ];
    for (field, names) in named {
        let list = place.field(field);
        for (index, name) in names.iter().enumerate() {
            let mut others = names.iter().take(index);
            if others.any(|other| other.eq_ignore_ascii_case(name)) {
                report.error(
                    &list.index(index),
                    format_args!("\"{name}\" is given twice"),
                );
            }
            carriers.push(match field {
                "from_cookies" => Carrier::cookie(name),
                _ => Carrier::param(name),
            });
        }
    }
    if !params.is_empty() {
        report.warning(
            &place.field("from_params"),
            "what stands in a URL is kept by logs, histories and other sites (RFC 6750 §5.3); prefer \
             from_headers",
        );
    }
    carriers
}

fn names<T>(list: &[T], name: impl Fn(&T) -> &str) -> Vec<&str> {
    list.iter().map(name).collect()
}

impl Model for CookieName {
    fn read(value: &Json, place: &Place<'_>, report: &mut Report) -> Option<Self> {
        let text = Text::read(value, place, report)?;
        let text = text.as_str();
        if text.bytes().all(is_token) {
            return Some(Self(text.into()));
        }
        let message = format!("\"{text}\" is not the name of a cookie");
        report.error(place, message);
        None
    }

    fn shape() -> Shape {
        Shape::Pattern("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$", "name of a cookie")
    }
}

impl Model for ParamName {
    fn read(value: &Json, place: &Place<'_>, report: &mut Report) -> Option<Self> {
        let text = Text::read(value, place, report)?;
        let text = text.as_str();
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        if text.bytes().all(is_plain) {
            return Some(Self(text.into()));
        }
        let message = format!("\"{text}\": write letters, digits and - . _ ~ only");
        report.error(place, message);
        None
    }

    fn shape() -> Shape {
        Shape::Pattern("^[A-Za-z0-9._~-]+$", "name of a parameter")
    }
}

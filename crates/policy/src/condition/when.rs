//! `when`: an attribute against values, prefixes, suffixes or its presence.

use std::rc::Rc;

use crate::language::{Json, Model, Place, Report, Text};
use crate::reason::route as reason;
use crate::{Ambiguity, Attribute, Context, Failure, NormalPath, Presence, Trust, Weight};

crate::model! {
    /// An attribute compared. Exactly one of `values`, `prefixes`, `suffixes`, `present` stands.
    pub(super) struct WhenModel {
        /// The attribute, for example `request.headers[x-tenant]`.
        required key: Text, "name an attribute, such as request.headers[x-tenant]";
        /// Any of these exact values.
        optional values: Vec<Text>;
        /// Any of these beginnings.
        optional prefixes: Vec<Text>;
        /// Any of these endings.
        optional suffixes: Vec<Text>;
        /// Whether it must be there (`true`) or must not (`false`).
        optional present: bool;
    }
    instead [("notValues", "a narrower route, \"deny\" or \"allow: none\"; there are no not_ forms")];
}

/// A comparison, compiled.
#[derive(Debug)]
pub(crate) struct When {
    key: Box<str>,
    attribute: Rc<dyn Attribute>,
    test: Test,
}

#[derive(Debug)]
enum Test {
    Values(Vec<String>),
    Prefixes(Vec<String>),
    Suffixes(Vec<String>),
    Present(bool),
}

impl Test {
    /// The field it stands in, and what is compared with.
    fn texts(&self) -> (&'static str, &[String]) {
        match self {
            Self::Values(list) => ("values", list),
            Self::Prefixes(list) => ("prefixes", list),
            Self::Suffixes(list) => ("suffixes", list),
            Self::Present(_) => ("present", &[]),
        }
    }
}

impl Test {
    fn can_hold_with(&self, other: &Self) -> bool {
        let ends = |one: &String, other: &String| one.ends_with(&**other);
        let begins = |one: &String, other: &String| one.starts_with(&**other);
        match (self, other) {
            (Self::Present(one), Self::Present(other)) => one == other,
            (Self::Present(present), _) | (_, Self::Present(present)) => *present,
            (Self::Values(values), other) | (other, Self::Values(values)) => {
                values.iter().any(|value| other.is_met_by(value.as_bytes()))
            }
            (Self::Prefixes(one), Self::Prefixes(other)) => {
                any_pair(one, other, |a, b| begins(a, b) || begins(b, a))
            }
            (Self::Suffixes(one), Self::Suffixes(other)) => {
                any_pair(one, other, |a, b| ends(a, b) || ends(b, a))
            }
            _ => true,
        }
    }

    /// Whether a value that is there meets it.
    fn is_met_by(&self, value: &[u8]) -> bool {
        match self {
            Self::Present(wanted) => *wanted,
            Self::Values(list) => list.iter().any(|one| one.as_bytes() == value),
            Self::Prefixes(list) => list.iter().any(|one| value.starts_with(one.as_bytes())),
            Self::Suffixes(list) => list.iter().any(|one| value.ends_with(one.as_bytes())),
        }
    }
}

fn any_pair<T>(one: &[T], other: &[T], meet: impl Fn(&T, &T) -> bool) -> bool {
    one.iter().any(|a| other.iter().any(|b| meet(a, b)))
}

impl When {
    /// Compiles one entry; `resolve` gives the attribute.
    pub(crate) fn read(
        item: &Json,
        place: &Place<'_>,
        report: &mut Report,
        resolve: impl FnOnce(&str, &Place<'_>, &mut Report) -> Option<Rc<dyn Attribute>>,
    ) -> Option<Self> {
        let model = WhenModel::read(item, place, report)?;
        let attribute = resolve(model.key.as_str(), &place.field("key"), report);
        let folded = attribute
            .as_ref()
            .is_some_and(|attribute| attribute.is_folded());
        let written = |text: &Text| match text.as_str() {
            text if folded => text.to_ascii_lowercase(),
            text => text.to_owned(),
        };
        let texts = |list: Vec<Text>| list.iter().map(written).collect::<Vec<_>>();
        let mut given = [
            model.values.map(|list| Test::Values(texts(list))),
            model.prefixes.map(|list| Test::Prefixes(texts(list))),
            model.suffixes.map(|list| Test::Suffixes(texts(list))),
            model.present.map(Test::Present),
        ]
        .into_iter()
        .flatten();
        let (Some(test), None) = (given.next(), given.next()) else {
            report.error(
                place,
                "needs exactly one of values, prefixes, suffixes, present",
            );
            return None;
        };
        let (name, list) = test.texts();
        if let (Some(attribute), Test::Values(_) | Test::Prefixes(_)) = (&attribute, &test) {
            for (index, text) in list.iter().enumerate() {
                if let Some(message) = attribute.never_is(text) {
                    report.error(&place.field(name).index(index), message);
                }
            }
        }
        if is_header(model.key.as_str()) && list.iter().any(|text| text.contains(',')) {
            report.error(
                &place.field(name),
                "a value with a comma cannot be told from a header given twice, which never matches",
            );
        }
        if let (true, Test::Values(list)) =
            (model.key.as_str().starts_with("request.cookies["), &test)
            && list.iter().any(|value| value.contains([',', ';', '"']))
        {
            report.error(
                &place.field("values"),
                "a cookie with a comma, semicolon or quote can be read in two ways and is denied",
            );
        }
        if let ("request.path", Test::Values(list)) = (model.key.as_str(), &test) {
            for (index, value) in list.iter().enumerate() {
                check_path(value, &place.field("values").index(index), report);
            }
        }
        Some(Self {
            key: model.key.as_str().into(),
            attribute: attribute?,
            test,
        })
    }

    /// The attribute's name as written.
    pub(super) fn key(&self) -> &str {
        &self.key
    }

    /// Whether the attribute is of a verified fact.
    pub(super) fn is_verified(&self) -> bool {
        self.attribute.trust() != Trust::Unverified
    }

    /// Whether one value can meet both; true where the attributes differ.
    pub(super) fn can_hold_with(&self, other: &Self) -> bool {
        self.key != other.key || self.test.can_hold_with(&other.test)
    }

    /// The name of what must be asked for first, as [`Leaf::asks`](crate::Leaf::asks) is given it, and
    /// its section.
    pub(super) fn needs(&self) -> Option<(&str, &'static str)> {
        match self.attribute.trust() {
            Trust::Verified(section) if !self.attribute.verifies_itself() => {
                Some((self.attribute.needs().unwrap_or(section), section))
            }
            _ => None,
        }
    }

    /// Whether it holds only where this section's credential was verified, by this source if one is
    /// named.
    pub(super) fn verifies(&self, section: &str, source: Option<&str>) -> bool {
        let absent = matches!(self.test, Test::Present(false));
        let by_it = source.is_none() || self.attribute.source() == source;
        let of_it = matches!(self.attribute.trust(), Trust::Verified(name) if name == section);
        !absent && by_it && of_it
    }

    /// Whether it holds.
    pub(crate) fn holds(&self, context: &Context<'_>) -> Result<(), Failure> {
        let mut value = Vec::new();
        let presence = self.attribute.append(context, &mut value)?;
        let holds = match (&self.test, presence) {
            (Test::Present(wanted), Presence::Absent) => !wanted,
            (_, Presence::Absent) => false,
            // The proxy joins a header given twice by commas; who reads the first alone and who reads
            // the last alone must not find different values behind one decision.
            (Test::Present(wanted), Presence::Present) => *wanted,
            _ if is_header(&self.key) && value.contains(&b',') => false,
            (test, Presence::Present) => test.is_met_by(&value),
        };
        if holds {
            Ok(())
        } else {
            Err(Failure::new(reason::NOT_ALLOWED, Weight::NotAllowed))
        }
    }
}

/// Refuses a path that is no request's: it would never be hit, and a `deny` on it never deny.
fn check_path(value: &str, place: &Place<'_>, report: &mut Report) {
    let path = NormalPath::read(value.as_bytes());
    if path.ambiguity() != Ambiguity::NONE {
        report.error(
            place,
            format_args!("\"{value}\" can be read in two ways, so no request has it as its path"),
        );
    } else if path.as_bytes() != value.as_bytes() {
        let normal = String::from_utf8_lossy(path.as_bytes());
        report.error(
            place,
            format_args!("\"{value}\" is compared with the normalised path; write \"{normal}\""),
        );
    }
}

/// Whether an attribute is a header, which a client may give more than once.
fn is_header(key: &str) -> bool {
    key.starts_with("request.headers[")
}

/// The shape of one entry, for the condition's own shape.
pub(super) fn shape() -> crate::language::Shape {
    WhenModel::shape()
}

//! A JSON value out of a token, read strictly: like members, deep nesting and odd numbers are
//! refused.
//!
//! Two readers that disagree about a duplicate member disagree about who the user is
//! (RFC 8725 §2.4); so there is one reader for header and claims, and it takes no duplicates.

mod read;

use std::borrow::Cow;
use std::time::Duration;

use policy::language::number_text;

/// How deep objects and lists may nest; tokens in the field need four.
pub(crate) const MAX_DEPTH: u8 = 16;

/// How many values a JSON text of so many bytes may hold: what is read takes ten times the bytes of
/// a text that is nothing but values, and a token in the field has twenty bytes or more to each.
const fn most_values(bytes: usize) -> usize {
    const FEW: usize = 256;
    let values = bytes / 12;
    if values > FEW { values } else { FEW }
}

/// The largest number a date may be: 2^53 - 1, which every JSON reader keeps exactly.
const MAX_DATE: u64 = (1 << 53) - 1;

/// A JSON value. It has no `Debug`, since it holds what a token says.
#[derive(PartialEq)]
pub(crate) enum Value {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number written without fraction or exponent, within 64 bits.
    Whole(i64),
    /// Any other number.
    Fraction(f64),
    /// A string.
    Text(Box<str>),
    /// A list.
    List(Vec<Self>),
    /// An object, its members sorted by name, no two alike.
    Object(Vec<(Box<str>, Self)>),
}

impl Value {
    /// Reads one JSON text; `None` where it is anything else, nested deeper than [`MAX_DEPTH`], gives a
    /// member twice, on whatever level, or holds more than [`most_values`].
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        read::parse(bytes)
    }

    /// An object of these members; `None` where a name stands twice.
    pub(crate) fn object(mut members: Vec<(Box<str>, Self)>) -> Option<Self> {
        members.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        let mut pairs = members.windows(2);
        let twice = pairs.any(|pair| matches!(pair, [(one, _), (other, _)] if one == other));
        (!twice).then_some(Self::Object(members))
    }

    /// The member of this name, where the value is an object.
    pub(crate) fn member(&self, name: &str) -> Option<&Self> {
        let Self::Object(members) = self else {
            return None;
        };
        let at = members
            .binary_search_by(|(member, _)| (**member).cmp(name))
            .ok()?;
        members.get(at).map(|(_, value)| value)
    }

    /// The only member of an object: its name and its value.
    pub(crate) fn only_member(&self) -> Option<(&str, &Self)> {
        match self {
            Self::Object(members) => match members.as_slice() {
                [(name, value)] => Some((name, value)),
                _ => None,
            },
            _ => None,
        }
    }

    /// The value at the end of a path of members.
    pub(crate) fn at(&self, path: &[Box<str>]) -> Option<&Self> {
        path.iter().try_fold(self, |value, name| value.member(name))
    }

    /// The string, where the value is one.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The value as a `NumericDate` (RFC 7519 §2): seconds since 1970, whole or not. `None` where
    /// it is no number, negative, or beyond [`MAX_DATE`].
    pub(crate) fn date(&self) -> Option<Duration> {
        let date = match self {
            Self::Whole(seconds) => Duration::from_secs(u64::try_from(*seconds).ok()?),
            Self::Fraction(seconds) => Duration::try_from_secs_f64(*seconds).ok()?,
            _ => return None,
        };
        (date.as_secs() <= MAX_DATE).then_some(date)
    }

    /// A string, number or boolean as text; `None` for the rest.
    pub(crate) fn scalar(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Text(text) => Some(Cow::Borrowed(text)),
            Self::Whole(number) => Some(number.to_string().into()),
            Self::Fraction(number) => Some(number_text(*number).into()),
            Self::Bool(value) => Some(if *value { "true" } else { "false" }.into()),
            Self::Null | Self::List(_) | Self::Object(_) => None,
        }
    }

    /// About how many bytes it takes in memory.
    pub(crate) fn footprint(&self) -> usize {
        let inner = match self {
            Self::Null | Self::Bool(_) | Self::Whole(_) | Self::Fraction(_) => 0,
            Self::Text(text) => text.len(),
            Self::List(items) => items.iter().map(Self::footprint).sum(),
            Self::Object(members) => members
                .iter()
                .map(|(name, value)| {
                    let name = name.len().saturating_add(size_of::<Box<str>>());
                    name.saturating_add(value.footprint())
                })
                .sum(),
        };
        inner.saturating_add(size_of::<Self>())
    }
}

#[cfg(test)]
mod tests;

//! A JSON value as it was written: members in order, a member given twice still there twice.
//!
//! `serde_json::Value` keeps the last of two like members silently; here that is an error.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::{Place, Report};
use crate::order::{index, order};

/// The largest whole number that every JSON reader keeps exactly: 2^53 - 1 (RFC 8259 §6).
pub(super) const MAX_WHOLE: u64 = (1 << 53) - 1;

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// `null`; nothing in the language is null.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number from 0 to 2^53 - 1, however it was written (`100`, `100.0`, `1e2`).
    Whole(u64),
    /// Any other number, as text for a message.
    OtherNumber(String),
    /// A string.
    Text(String),
    /// A list.
    List(Vec<Self>),
    /// An object with its members in order.
    Object(Vec<(String, Self)>),
}

/// The text is not JSON.
#[derive(Debug, thiserror::Error)]
#[error("not JSON: {0}")]
pub struct JsonError(#[from] serde_json::Error);

impl Json {
    /// Reads a JSON text.
    ///
    /// # Errors
    /// The bytes are not one JSON value, or nested deeper than 128.
    pub fn parse(bytes: &[u8]) -> Result<Self, JsonError> {
        Ok(serde_json::from_slice(bytes)?)
    }

    /// The member of this name, where the value is an object.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members
                .iter()
                .find(|(member, _)| member == name)
                .map(|(_, value)| value),
            _ => None,
        }
    }

    /// The string, where the value is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// What kind of value this is, for a message: `a string`, `the number 60`, `null`.
    #[must_use]
    pub fn kind(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Bool(value) => format!("the boolean {value}"),
            Self::Whole(value) => format!("the number {value}"),
            Self::OtherNumber(text) => format!("the number {text}"),
            Self::Text(_) => "a string".to_owned(),
            Self::List(_) => "a list".to_owned(),
            Self::Object(_) => "a map".to_owned(),
        }
    }

    /// Reports every member that an object gives twice, everywhere below this value.
    pub fn report_duplicates(&self, place: &Place<'_>, report: &mut Report) {
        match self {
            Self::Object(members) => {
                let name = |at: usize| members.get(at).map(|(name, _)| name.as_str());
                twice(members.len(), &name, &mut |name| {
                    report.error(&place.field(name), "given twice; only one may stand");
                });
                for (name, value) in members {
                    value.report_duplicates(&place.field(name), report);
                }
            }
            Self::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    item.report_duplicates(&place.item(index, item), report);
                }
            }
            _ => {}
        }
    }
}

/// Calls `found` for each text that stands among others twice, once for every time after the first.
pub(crate) fn twice<'t>(
    len: usize,
    text: &dyn Fn(usize) -> Option<&'t str>,
    found: &mut dyn FnMut(&'t str),
) {
    if len < 2 {
        return;
    }
    let order = order(len, &|a, b| text(a).cmp(&text(b)));
    for pair in order.windows(2) {
        if let [first, second] = pair
            && let Some(text_of_first) = text(index(*first))
            && text(index(*second)) == Some(text_of_first)
        {
            found(text_of_first);
        }
    }
}

/// A number as JSON writes it, a whole one without fraction; `null` for what JSON has no number for.
/// Unlike [`ToString`] of `f64`, it takes what `serde_json` brings along already, and not 15 kB of
/// formatting more.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    reason = "a whole f64 between the bounds of i64 is an i64 exactly"
)]
pub fn number_text(number: f64) -> String {
    const BOUND: f64 = 9_223_372_036_854_775_808.0; // 2^63
    if number.fract() == 0.0 && number.abs() < BOUND {
        return (number as i64).to_string();
    }
    let number = serde_json::Number::from_f64(number);
    number.map_or_else(|| "null".to_owned(), |number| number.to_string())
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_none<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(if value <= MAX_WHOLE {
            Json::Whole(value)
        } else {
            Json::OtherNumber(value.to_string())
        })
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Json, E> {
        match u64::try_from(value) {
            Ok(value) => self.visit_u64(value),
            Err(_) => Ok(Json::OtherNumber(value.to_string())),
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "the value is whole and within 0 to 2^53 - 1, where f64 and u64 agree exactly"
    )]
    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        let exact = value.fract() == 0.0 && (0.0..=MAX_WHOLE as f64).contains(&value);
        Ok(if exact {
            Json::Whole(value as u64)
        } else {
            Json::OtherNumber(number_text(value))
        })
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Json, E> {
        Ok(Json::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        items.shrink_to_fit(); // most hold one or two, and grow by four
        Ok(Json::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        members.shrink_to_fit();
        Ok(Json::Object(members))
    }
}

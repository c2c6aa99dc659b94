//! JSON written with its members in the order in which they were put.
//!
//! `serde_json::Value` would sort them, and a schema with `version` behind `routes` reads badly.

use policy::language::Json;
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

/// A value, to be written.
pub(crate) struct Ordered<'a>(pub(crate) &'a Json);

impl Serialize for Ordered<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Json::Null => serializer.serialize_unit(),
            Json::Bool(value) => serializer.serialize_bool(*value),
            Json::Whole(value) => serializer.serialize_u64(*value),
            Json::OtherNumber(digits) => number(digits, serializer),
            Json::Text(text) => serializer.serialize_str(text),
            Json::List(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(&Ordered(item))?;
                }
                list.end()
            }
            Json::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, value) in members {
                    map.serialize_entry(name, &Ordered(value))?;
                }
                map.end()
            }
        }
    }
}

fn number<S: Serializer>(digits: &str, serializer: S) -> Result<S::Ok, S::Error> {
    if let Ok(whole) = digits.parse::<i64>() {
        serializer.serialize_i64(whole)
    } else if let Ok(whole) = digits.parse::<u64>() {
        serializer.serialize_u64(whole)
    } else if let Ok(float) = digits.parse::<f64>() {
        serializer.serialize_f64(float)
    } else {
        serializer.serialize_str(digits)
    }
}

/// The value on one line, as a proxy hands it to a plugin.
pub(crate) fn compact(value: &Json) -> String {
    serde_json::to_string(&Ordered(value)).unwrap_or_default()
}

/// The value over many lines, with a line end.
pub(crate) fn pretty(value: &Json) -> String {
    let mut text = serde_json::to_string_pretty(&Ordered(value)).unwrap_or_default();
    text.push('\n');
    text
}

/// A text value.
pub(crate) fn text(text: impl Into<String>) -> Json {
    Json::Text(text.into())
}

/// An object with these members.
pub(crate) fn object<const N: usize>(members: [(&str, Json); N]) -> Json {
    Json::Object(
        members
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    )
}

/// A list of texts.
pub(crate) fn texts(items: &[String]) -> Json {
    Json::List(items.iter().cloned().map(Json::Text).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_written_again() {
        for json in [
            r#"{"b":1,"a":[true,null,"x"],"b":2}"#,
            r#"{"n":[1.5,-3,9007199254740993]}"#,
        ] {
            assert_eq!(compact(&Json::parse(json.as_bytes()).unwrap()), json);
        }
    }
}

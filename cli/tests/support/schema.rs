//! A validator for the part of JSON Schema that the schema uses; a keyword it does not know fails
//! the test.

#![allow(clippy::unwrap_used, clippy::panic, reason = "for tests")]

use regex_lite::Regex;
use serde_json::Value;

/// What does not fit, each with its place; empty where all fits.
pub(crate) fn misfits(schema: &Value, value: &Value) -> Vec<String> {
    let mut misfits = Vec::new();
    Validator { root: schema }.look(schema, value, "$", &mut misfits);
    misfits
}

struct Validator<'s> {
    root: &'s Value,
}

impl Validator<'_> {
    fn look(&self, schema: &Value, value: &Value, place: &str, misfits: &mut Vec<String>) {
        for (keyword, wanted) in schema.as_object().unwrap() {
            if !self.fits(keyword, wanted, schema, value, place, misfits) {
                misfits.push(format!("{place}: {value} against {keyword} {wanted}"));
            }
        }
    }

    fn fits(
        &self,
        keyword: &str,
        wanted: &Value,
        schema: &Value,
        value: &Value,
        place: &str,
        misfits: &mut Vec<String>,
    ) -> bool {
        let size = |value: &Value| match value {
            Value::Array(items) => Some(items.len()),
            Value::Object(members) => Some(members.len()),
            Value::String(text) => Some(text.chars().count()),
            _ => None,
        };
        let at_least =
            |value: &Value| size(value).is_none_or(|size| size as u64 >= wanted.as_u64().unwrap());
        match keyword {
            "$schema" | "$comment" | "$defs" | "title" | "description" | "default" => true,
            "type" => match wanted.as_str().unwrap() {
                "string" => value.is_string(),
                "boolean" => value.is_boolean(),
                "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
                "array" => value.is_array(),
                "object" => value.is_object(),
                other => panic!("type {other}"),
            },
            "enum" => wanted.as_array().unwrap().contains(value),
            "const" => wanted == value,
            "minimum" => value
                .as_f64()
                .is_none_or(|it| it >= wanted.as_f64().unwrap()),
            "maximum" => value
                .as_f64()
                .is_none_or(|it| it <= wanted.as_f64().unwrap()),
            "minLength" | "minItems" | "minProperties" => at_least(value),
            "pattern" => {
                let pattern = Regex::new(wanted.as_str().unwrap()).unwrap();
                value.as_str().is_none_or(|text| pattern.is_match(text))
            }
            "items" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    self.look(wanted, item, &format!("{place}[{index}]"), misfits);
                }
                true
            }
            "properties" => {
                for (name, schema) in wanted.as_object().unwrap() {
                    if let Some(member) = value.get(name) {
                        self.look(schema, member, &format!("{place}.{name}"), misfits);
                    }
                }
                true
            }
            "required" => {
                let mut names = wanted.as_array().unwrap().iter();
                names.all(|name| value.get(name.as_str().unwrap()).is_some())
            }
            "additionalProperties" => {
                let known = schema.get("properties").and_then(Value::as_object);
                let mut rest = value.as_object().into_iter().flatten().filter(|(name, _)| {
                    known.is_none_or(|known| !known.contains_key(name.as_str()))
                });
                if wanted == &Value::Bool(false) {
                    return rest.next().is_none();
                }
                for (name, member) in rest {
                    self.look(wanted, member, &format!("{place}.{name}"), misfits);
                }
                true
            }
            "anyOf" => wanted.as_array().unwrap().iter().any(|schema| {
                let mut below = Vec::new();
                self.look(schema, value, place, &mut below);
                below.is_empty()
            }),
            "$ref" => {
                let pointer = wanted.as_str().unwrap().strip_prefix('#').unwrap();
                self.look(self.root.pointer(pointer).unwrap(), value, place, misfits);
                true
            }
            other => panic!("this validator does not know the keyword {other}"),
        }
    }
}

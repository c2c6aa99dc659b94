//! A recipe as it stands in a file: a good certificate, and how it is bent.

use serde_json::{Map, Value};

use super::extension::{
    BASIC_CONSTRAINTS, EXTENDED_KEY_USAGE, Extension, KEY_USAGE, NAMES, basic_constraints,
    extended_key_usage, key_usage, names,
};
use super::{Edit, Recipe, WORKLOAD};
use crate::der::{GENERALIZED_TIME, UTC_TIME, hex, tlv};

impl Recipe {
    /// Reads the bends.
    pub(crate) fn read(bends: &Map<String, Value>) -> Self {
        let mut recipe = Self::good(WORKLOAD);
        for (word, value) in bends {
            recipe.bend(word, value);
        }
        recipe
    }

    fn bend(&mut self, word: &str, value: &Value) {
        match word {
            "uri" => self.put(NAMES, names(&[&format!("uri:{}", expanded(value))])),
            "names" => self.replace(NAMES, value, names),
            "key_usage" => self.replace(KEY_USAGE, value, key_usage),
            "extended_key_usage" => self.replace(EXTENDED_KEY_USAGE, value, extended_key_usage),
            "basic_constraints" => match text(value) {
                words @ ("" | "ca" | "ca,0" | ",0") => {
                    self.put(BASIC_CONSTRAINTS, basic_constraints(words));
                }
                _ => self.replace(BASIC_CONSTRAINTS, value, |_| Vec::new()),
            },
            "critical" => self.mark(value, true),
            "not_critical" => self.mark(value, false),
            "no_extensions" => self.extensions.clear(),
            "also" => self.extensions.extend(list(value).iter().map(extension)),
            "version" => {
                let number: u8 = serde_json::from_value(value.clone()).expect("a number");
                self.version = number.checked_sub(1).filter(|number| *number > 0);
            }
            "serial" => self.serial = hex(text(value)),
            "subject" => text(value).clone_into(&mut self.subject),
            "not_before" => self.validity[0] = time(text(value)),
            "not_after" => self.validity[1] = time(text(value)),
            "edits" => self.edits = list(value).iter().map(Edit::read).collect(),
            other => unreachable!("no bend {other}"),
        }
    }

    /// Puts a value, `der:` and hex digits, in place of an extension's; `absent` removes it.
    fn replace(&mut self, oid: &str, value: &Value, encode: impl Fn(&[&str]) -> Vec<u8>) {
        match value {
            Value::String(word) if word == "absent" => self.extensions.retain(|it| it.oid != oid),
            Value::String(der) => {
                let digits = der.strip_prefix("der:").expect("der: and hex digits");
                self.put(oid, hex(digits));
            }
            many => {
                let texts: Vec<String> = list(many).iter().map(expanded).collect();
                let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
                self.put(oid, encode(&texts));
            }
        }
    }

    fn put(&mut self, oid: &str, value: Vec<u8>) {
        self.extension_mut(oid).value = value;
    }

    fn mark(&mut self, oids: &Value, critical: bool) {
        for name in list(oids) {
            let oid = match text(name) {
                "key_usage" => KEY_USAGE,
                "names" => NAMES,
                "basic_constraints" => BASIC_CONSTRAINTS,
                "extended_key_usage" => EXTENDED_KEY_USAGE,
                other => unreachable!("no extension {other}"),
            };
            self.extension_mut(oid).critical = critical;
        }
    }
}

/// Puts N letters in place of each `<x*N>`.
pub(crate) fn expanded(text: &Value) -> String {
    let text = text.as_str().expect("a text");
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('<') {
        let (run, after) = behind.split_once('>').expect("<x*N>");
        let (letters, count) = run.split_once('*').expect("<x*N>");
        out.push_str(before);
        out.push_str(&letters.repeat(count.parse().expect("a number")));
        rest = after;
    }
    out + rest
}

fn extension(value: &Value) -> Extension {
    let critical = value["critical"].as_bool().expect("critical");
    Extension::new(text(&value["oid"]), critical, hex(text(&value["der"])))
}

/// `utc:` or `generalized:` and the time's letters.
fn time(text: &str) -> Vec<u8> {
    match text.split_once(':') {
        Some(("utc", letters)) => tlv(UTC_TIME, letters.as_bytes()),
        Some(("generalized", letters)) => tlv(GENERALIZED_TIME, letters.as_bytes()),
        _ => unreachable!("no time {text}"),
    }
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().expect("a list")
}

//! The document inside of an Envoy `configuration`: a Struct, or a text in a `StringValue`.
//!
//! A Struct reaches the plugin as JSON; a text reaches it as it stands, so there YAML is an error.

use std::borrow::Cow;

use policy::language::Json;

use super::proto;
use super::trail::Trail;
use crate::remarks::Remarks;
use crate::yaml::{self, Reading};

/// The document of a wasm filter's `config`; what is wrong with the wrapping goes to the remarks.
pub(super) fn document(
    config: &Trail<'_>,
    cautious: Option<&Json>,
    remarks: &mut Remarks,
) -> Option<Reading> {
    let Some(any) = config.clone().into_field("configuration") else {
        remarks.error("configuration: missing; the plugin does not load without a document");
        return None;
    };
    let value = any.clone().into_field("value");
    match value {
        Some(value) if proto::is_type(any.end(), "google.protobuf.Struct") => {
            let other = cautious.and_then(|root| value.follow(root));
            Some(Reading {
                json: value.end().clone(),
                cautious: other.cloned(),
            })
        }
        Some(value) if proto::is_type(any.end(), "google.protobuf.StringValue") => {
            text(value.end(), remarks)
        }
        _ => {
            let got = any.end().member("@type").and_then(Json::text);
            let got = got.map_or(Cow::Borrowed("no @type"), |url| format!("\"{url}\"").into());
            remarks.error(format!(
                "configuration: expected \"@type\": type.googleapis.com/google.protobuf.Struct with \
                 the document under \"value\", got {got}"
            ));
            None
        }
    }
}

fn text(value: &Json, remarks: &mut Remarks) -> Option<Reading> {
    let Some(text) = value.text() else {
        let kind = value.kind();
        remarks.error(format!(
            "configuration.value: a StringValue holds the document as a text, got {kind}; write \
             \"@type\": type.googleapis.com/google.protobuf.Struct for a map"
        ));
        return None;
    };
    if let Ok(json) = Json::parse(text.as_bytes()) {
        let cautious = None;
        return Some(Reading { json, cautious });
    }
    match yaml::read(text) {
        Ok(mut readings) if readings.len() == 1 => {
            remarks.error(
                "configuration.value: this text is YAML, and the plugin reads only JSON; write \
                 \"@type\": type.googleapis.com/google.protobuf.Struct and the document as a map \
                 under \"value\"",
            );
            readings.pop()
        }
        Ok(readings) => {
            let count = readings.len();
            remarks.error(format!(
                "configuration.value: holds {count} documents; exactly one may stand"
            ));
            None
        }
        Err(error) => {
            remarks.error(format!("configuration.value: {error}"));
            None
        }
    }
}

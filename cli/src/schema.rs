//! `portcullis schema`: the JSON Schema (draft 2020-12) of the document, from the models' shapes.
//!
//! For editors. It is never stricter than the compiler, and often looser: conflicts between
//! routes, for one, are beyond it.

use policy::document;
use policy::language::{FieldShape, Json, ObjectShape, Presence, Shape};

use crate::ordered::{object, pretty, text};
use crate::plugin::Plugin;
use crate::yaml;

/// A duration as the language writes it.
const DURATION: &str = "^[0-9]+(ms|s|m|h|d)$";

/// The schema as text.
pub(crate) fn page() -> String {
    let references = Plugin::Gateway.references();
    let mut members = vec![
        (
            "$schema".to_owned(),
            text("https://json-schema.org/draft/2020-12/schema"),
        ),
        ("title".to_owned(), text("Portcullis document, v1")),
    ];
    members.extend(schema(&document::document(references)));
    let mut condition = schema(&document::condition(references));
    condition.push(("minProperties".to_owned(), Json::Whole(1)));
    let definitions = object([("condition", Json::Object(condition))]);
    members.push(("$defs".to_owned(), definitions));
    pretty(&Json::Object(members))
}

/// The members of the schema of a shape.
fn schema(shape: &Shape) -> Vec<(String, Json)> {
    let typed = |name: &str| ("type".to_owned(), text(name));
    let member = |name: &str, value: Json| (name.to_owned(), value);
    match shape {
        Shape::Bool => vec![typed("boolean")],
        Shape::Whole { min, max } => vec![
            typed("integer"),
            member("minimum", Json::Whole(*min)),
            member("maximum", Json::Whole(*max)),
        ],
        Shape::Text(_) => vec![typed("string"), member("minLength", Json::Whole(1))],
        Shape::Pattern(pattern, _) => vec![typed("string"), member("pattern", text(*pattern))],
        Shape::Words(words) => vec![member("enum", word_list(words))],
        Shape::Span(min, max) => vec![
            typed("string"),
            member("pattern", text(DURATION)),
            member("$comment", text(format!("{min} to {max}"))),
        ],
        Shape::List(item) => vec![
            typed("array"),
            member("items", Json::Object(schema(item))),
            member("minItems", Json::Whole(1)),
        ],
        Shape::Map(value) => vec![
            typed("object"),
            member("additionalProperties", Json::Object(schema(value))),
        ],
        Shape::Either(shapes) => {
            let shapes = shapes.iter().map(|shape| Json::Object(schema(shape)));
            vec![member("anyOf", Json::List(shapes.collect()))]
        }
        Shape::Object(shape) => object_schema(shape),
        Shape::Foreign(about) => vec![typed("object"), member("$comment", text(*about))],
        Shape::Condition => vec![member("$ref", text("#/$defs/condition"))],
    }
}

fn object_schema(shape: &ObjectShape) -> Vec<(String, Json)> {
    let fields = shape.fields.iter();
    let properties = fields
        .clone()
        .map(|field| (field.name.to_owned(), field_schema(field)))
        .collect();
    let required: Vec<&str> = fields
        .filter(|field| field.presence == Presence::Required)
        .map(|field| field.name)
        .collect();
    let mut members = vec![
        ("description".to_owned(), text(one_line(shape.about))),
        ("type".to_owned(), text("object")),
        ("properties".to_owned(), Json::Object(properties)),
    ];
    if !required.is_empty() {
        members.push(("required".to_owned(), word_list(&required)));
    }
    members.push(("additionalProperties".to_owned(), Json::Bool(false)));
    members
}

fn field_schema(field: &FieldShape) -> Json {
    let mut members = vec![("description".to_owned(), text(one_line(field.about)))];
    let own = schema(&field.shape);
    // the field says more than the object that it holds
    members.extend(own.into_iter().filter(|(name, _)| name != "description"));
    if let Presence::Default(written) = field.presence
        && let Some(default) = default_value(written, &field.shape)
    {
        members.push(("default".to_owned(), default));
    }
    Json::Object(members)
}

/// A default as a value, where it is written as one and not described.
fn default_value(written: &str, shape: &Shape) -> Option<Json> {
    let mut readings = yaml::read(written).ok()?;
    let json = readings.pop()?.json;
    let fits = match shape {
        Shape::Bool => matches!(json, Json::Bool(_)),
        Shape::Whole { .. } => matches!(json, Json::Whole(_)),
        Shape::List(_) => matches!(json, Json::List(_)),
        Shape::Map(_) | Shape::Object(_) => matches!(json, Json::Object(_)),
        Shape::Words(words) => json.text().is_some_and(|text| words.contains(&text)),
        Shape::Span(..) => json.text().is_some_and(|text| !text.contains(' ')),
        _ => false,
    };
    fits.then_some(json)
}

fn word_list(words: &[&str]) -> Json {
    Json::List(words.iter().map(|word| text(*word)).collect())
}

/// Documentation on one line.
pub(crate) fn one_line(about: &str) -> String {
    about.split_whitespace().collect::<Vec<_>>().join(" ")
}

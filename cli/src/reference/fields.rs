//! Tables of fields: one for each map of the document.

use policy::language::{ObjectShape, Presence, Shape};

use super::{Page, cell};

/// Writes the document's fields, and behind them those of every map in it.
pub(super) fn write(document: &Shape, page: &mut Page) {
    if let Shape::Object(object) = document {
        write_object("", object, page);
    }
}

/// Writes the parts of a condition, and the maps in them.
pub(super) fn write_condition(condition: &Shape, page: &mut Page) {
    if let Shape::Object(object) = condition {
        page.line("\n| part | type | meaning |\n|---|---|---|");
        for field in &object.fields {
            let (name, kind) = (field.name, type_of(&field.shape));
            let about = cell(field.about);
            page.line(format_args!("| `{name}` | {kind} | {about} |"));
        }
        write_below("allow", object, page);
    }
}

fn write_object(place: &str, object: &ObjectShape, page: &mut Page) {
    if !place.is_empty() {
        let about = super::one_line(object.about);
        page.line(format_args!("\n### `{place}`\n\n{about}"));
    }
    page.line("\n| field | type | default | meaning |\n|---|---|---|---|");
    for field in &object.fields {
        let default = match field.presence {
            Presence::Required => "**required**".to_owned(),
            Presence::Optional => String::new(),
            Presence::Default(written) => format!("`{}`", cell(written)),
        };
        let (name, kind) = (field.name, type_of(&field.shape));
        let about = cell(field.about);
        page.line(format_args!("| `{name}` | {kind} | {default} | {about} |"));
    }
    write_below(place, object, page);
}

fn write_below(place: &str, object: &ObjectShape, page: &mut Page) {
    for field in &object.fields {
        let dot = if place.is_empty() { "" } else { "." };
        let below = format!("{place}{dot}{}", field.name);
        for (suffix, object) in objects_in(&field.shape) {
            write_object(&format!("{below}{suffix}"), object, page);
        }
    }
}

/// The maps that a shape holds, each with how it is reached.
pub(super) fn objects_in(shape: &Shape) -> Vec<(String, &ObjectShape)> {
    let below = |suffix: &str, shape| {
        objects_in(shape)
            .into_iter()
            .map(|(rest, object)| (format!("{suffix}{rest}"), object))
            .collect()
    };
    match shape {
        Shape::Object(object) => vec![(String::new(), object)],
        Shape::List(item) => below("[]", item),
        Shape::Map(value) => below("[NAME]", value),
        Shape::Either(shapes) => shapes.iter().flat_map(objects_in).collect(),
        _ => Vec::new(),
    }
}

/// A type in words.
fn type_of(shape: &Shape) -> String {
    match shape {
        Shape::Bool => "`true` or `false`".to_owned(),
        Shape::Whole { min, max } => format!("whole number, {min} to {max}"),
        Shape::Text("text") => "string".to_owned(),
        Shape::Text(about) | Shape::Pattern(_, about) | Shape::Foreign(about) => cell(about),
        Shape::Words(words) => {
            let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
            words.join(" or ")
        }
        Shape::Span(min, max) => format!("duration, `{min}` to `{max}`"),
        Shape::List(item) if matches!(**item, Shape::Object(_)) => "list of maps".to_owned(),
        Shape::List(item) => match type_of(item).as_str() {
            "string" => "list of strings".to_owned(),
            several if several.contains(", or ") => format!("list of ({several})"),
            one => format!("list of {one}"),
        },
        Shape::Map(value) => format!("map of names to {}", type_of(value)),
        Shape::Either(shapes) => {
            let shapes: Vec<String> = shapes.iter().map(type_of).collect();
            shapes.join(", or ")
        }
        Shape::Object(_) => "map".to_owned(),
        Shape::Condition => "[condition](#conditions)".to_owned(),
    }
}

//! Which words there are, which plugin has which, and which come later.

use policy::language::Shape;
use policy::{Reference, document};

use super::fields::objects_in;
use super::{Page, cell};
use crate::plugin::Plugin;

/// Writes the attributes: keys of limits, and what `when` compares.
pub(super) fn write_attributes(references: &[Reference], page: &mut Page) {
    page.line(
        "\n## Attributes\n\nFacts by name: the `key` of a limit, and the `key` of a `when`. What \
         the client or the network states is not verified; the others are known once a credential \
         was.\n\n| attribute | verified by | meaning |\n|---|---|---|",
    );
    let own = document::attributes().iter().map(|head| ("", head));
    let theirs = references.iter().flat_map(|words| {
        let section = words.section;
        words.attributes.iter().map(move |head| (section, head))
    });
    for (section, (name, about)) in own.chain(theirs) {
        let by = if section.is_empty() {
            String::new()
        } else {
            format!("`{section}`")
        };
        let about = cell(about);
        page.line(format_args!("| `{name}` | {by} | {about} |"));
    }
}

/// Writes which plugin takes which part; any other refuses it by name.
pub(super) fn write_plugins(page: &mut Page) {
    page.line(
        "\n## Which plugin takes which part\n\nA part is never skipped: a plugin that cannot give \
         it its full meaning refuses the document.\n",
    );
    let files = Plugin::ALL.map(Plugin::file).join(" | ");
    page.line(format_args!("| part | {files} |\n|---|---|---|---|---|"));
    row(
        "`version` `mode` `request` `routes`, `allow: any`, `allow: none`",
        |_| true,
        page,
    );
    row("`deny` `require`", has_conditions, page);
    let own = field_names(&document::condition(&[]));
    row(
        &format!("conditions: {}", own.join(" ")),
        has_conditions,
        page,
    );
    for words in Plugin::Gateway.references() {
        let section = words.section;
        let has = |plugin: Plugin| {
            let references = plugin.references();
            references.iter().any(|words| words.section == section)
        };
        row(&format!("`{section}`"), has, page);
        if let Some(condition) = words.condition {
            let parts = field_names(&condition()).join(" ");
            row(&format!("conditions: {parts}"), has, page);
        }
        if !words.attributes.is_empty() {
            let heads: Vec<String> = words
                .attributes
                .iter()
                .map(|(head, _)| format!("`{head}`"))
                .collect();
            row(&format!("attributes: {}", heads.join(" ")), has, page);
        }
    }
    row(
        "a document without `routes`",
        |plugin| !has_conditions(plugin),
        page,
    );
}

/// Writes the fields that are refused as not yet there.
pub(super) fn write_later(references: &[Reference], page: &mut Page) {
    page.line(
        "\n## What comes later\n\nThese fields are known and refused: this version does not have \
         them yet.\n",
    );
    for (place, shape) in [
        ("", document::document(references)),
        ("condition", document::condition(references)),
    ] {
        later_in(place, &shape, page);
    }
}

fn later_in(place: &str, shape: &Shape, page: &mut Page) {
    for (suffix, object) in objects_in(shape) {
        let place = format!("{place}{suffix}");
        let dot = if place.is_empty() { "" } else { "." };
        for name in object.later {
            page.line(format_args!("- `{place}{dot}{name}`"));
        }
        for field in &object.fields {
            later_in(&format!("{place}{dot}{}", field.name), &field.shape, page);
        }
    }
}

fn row(part: &str, has: impl Fn(Plugin) -> bool, page: &mut Page) {
    let cells = Plugin::ALL.map(|plugin| if has(plugin) { "yes" } else { "refused" });
    page.line(format_args!("| {part} | {} |", cells.join(" | ")));
}

/// A plugin whose policies have no conditions takes no other conditions either.
fn has_conditions(plugin: Plugin) -> bool {
    let references = plugin.references();
    references.iter().any(|words| words.condition.is_some())
}

fn field_names(shape: &Shape) -> Vec<String> {
    match shape {
        Shape::Object(object) => object
            .fields
            .iter()
            .map(|field| format!("`{}`", field.name))
            .collect(),
        _ => Vec::new(),
    }
}

//! `portcullis reference`: the reference page of the document in Markdown.
//!
//! Written from the same models that read the document, so that it cannot say anything else.

mod fields;
mod parts;

use std::fmt::{Display, Write};

use policy::{document, reason};

use crate::plugin::Plugin;
use crate::schema::one_line;

/// What stands at the top of the page.
const HEAD: &str = "\
# Reference of the document

<!-- Written by `portcullis reference`; edit the models in crates/, then
     `cargo run -p portcullis -- reference > docs/reference.md` -->

One document says who may do what; every plugin reads the same. It is YAML or JSON: maps, lists,
strings, booleans, whole numbers from 0 to 2^53 - 1. Nothing in it may be null, no field may stand
twice, and a field that is not on this page is an error. A list is never empty. Durations are
strings such as `30s`: a whole number and one of `ms` `s` `m` `h` `d`.

Check a document with `portcullis check FILE`. The JSON Schema for editors is in
[schema/portcullis.v1.json](schema/portcullis.v1.json).

Of the routes that match a request, the narrowest decides alone; their order means nothing. What no
route matches is denied.
";

/// A page while it is written.
struct Page(String);

impl Page {
    /// Adds a line.
    fn line(&mut self, line: impl Display) {
        let _ = writeln!(self.0, "{line}"); // a String takes everything
    }
}

/// The page.
pub(crate) fn page() -> String {
    let references = Plugin::Gateway.references();
    let mut page = Page(HEAD.to_owned());
    page.line("\n## Fields");
    fields::write(&document::document(references), &mut page);
    page.line("\n## Conditions\n");
    page.line(
        "In `allow`, and in `who` alike. Every part that is given must hold; a list of values means any of \
         them; \"or\" between conditions is always spelled `any_of`. Conditions nest at most three \
         deep.",
    );
    fields::write_condition(&document::condition(references), &mut page);
    parts::write_attributes(references, &mut page);
    parts::write_plugins(&mut page);
    parts::write_later(references, &mut page);
    write_reasons(&mut page);
    page.0
}

fn write_reasons(page: &mut Page) {
    page.line(
        "\n## Reason codes\n\nWhy a request was denied. The code is in the access log (response \
         code details), in the plugin's log line, in the metric and in the body of the reply; the \
         client learns nothing else of it.",
    );
    let own = [
        ("The request itself", reason::request::ADVICE),
        ("Routes and guards", reason::route::ADVICE),
        ("The plugin", reason::internal::ADVICE),
    ];
    let references = Plugin::Gateway.references();
    let policies = references
        .iter()
        .map(|words| (words.section, words.reasons));
    for (name, reasons) in own.into_iter().chain(policies) {
        let name = if name.contains(' ') {
            name.to_owned()
        } else {
            format!("`{name}`")
        };
        page.line(format_args!("\n### {name}\n"));
        page.line("| code | status | gRPC | what happened, and what to do |");
        page.line("|---|---|---|---|");
        for (reason, advice) in reasons {
            let (code, status) = (reason.code(), reason.status());
            let (http, title, grpc) = (status.http(), status.title(), status.grpc());
            let advice = cell(advice);
            page.line(format_args!(
                "| `{code}` | {http} {title} | {grpc} | {advice} |"
            ));
        }
    }
}

/// A text as a table takes it.
fn cell(about: &str) -> String {
    one_line(about).replace('|', "\\|")
}

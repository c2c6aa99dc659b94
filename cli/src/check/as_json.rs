//! Findings as one JSON object for programs: the same words, by file and document.

use policy::language::Json;

use super::outcome::{Checked, Outcome, Totals};
use crate::ordered::{object, pretty, text, texts};

/// The object as text.
pub(super) fn write(outcomes: &[Outcome], totals: &Totals) -> String {
    let summary = object([
        ("documents", number(totals.documents)),
        ("refused", number(totals.refused)),
        ("unreadable", number(totals.unreadable)),
        ("errors", number(totals.errors)),
        ("warnings", number(totals.warnings)),
        ("notes", number(totals.notes)),
    ]);
    let files = Json::List(outcomes.iter().map(file).collect());
    pretty(&object([("files", files), ("summary", summary)]))
}

fn file(outcome: &Outcome) -> Json {
    object([
        ("file", text(&outcome.file)),
        ("problem", outcome.problem.as_ref().map_or(Json::Null, text)),
        ("skipped", texts(&outcome.skipped)),
        (
            "documents",
            Json::List(outcome.documents.iter().map(document).collect()),
        ),
    ])
}

fn document(checked: &Checked) -> Json {
    let remarks = &checked.remarks;
    object([
        ("place", text(&checked.place)),
        ("plugin", text(checked.plugin.name())),
        ("refused", Json::Bool(remarks.is_refused())),
        ("errors", texts(&remarks.errors)),
        ("more_errors", number(remarks.more_errors)),
        ("warnings", texts(&remarks.warnings)),
        ("notes", texts(&remarks.notes)),
    ])
}

fn number(count: usize) -> Json {
    Json::Whole(u64::try_from(count).unwrap_or(u64::MAX))
}

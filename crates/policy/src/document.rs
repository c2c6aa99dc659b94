//! The document: routes, guards and the policies' sections, read into an [`Engine`].
//!
//! [`Engine`]: crate::Engine

mod compile;
pub(crate) mod guards;
pub(crate) mod linked;
mod matching;
mod model;
pub(crate) mod routes;
mod shape;

pub use compile::{MAX_DOCUMENT_BYTES, MAX_ROUTES, compile, compile_json};
pub use shape::{attributes, condition, document};

use crate::language::{Json, Place, Report};

/// Reports names that stand twice in a list.
fn report_like_names(items: &[Json], place: &Place<'_>, report: &mut Report) {
    let mut names: Vec<&str> = items
        .iter()
        .filter_map(|item| item.member("name")?.text())
        .collect();
    names.sort_unstable();
    for pair in names.windows(2) {
        if let [first, second] = pair
            && first == second
        {
            report.error(
                &place.named(first),
                "this name stands twice; names are unique in their list",
            );
        }
    }
}

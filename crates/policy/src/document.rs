//! The document: routes, guards and the policies' sections, read into an [`Engine`].
//!
//! [`Engine`]: crate::Engine

mod compile;
pub(crate) mod guards;
pub(crate) mod linked;
mod matching;
mod model;
mod route_lists;
pub(crate) mod routes;
mod shape;

pub use compile::{MAX_DOCUMENT_BYTES, compile, compile_json};
pub use route_lists::MAX_ROUTES;
pub use shape::{attributes, condition, document};

use crate::Mode;
use crate::language::{Json, Place, Report, twice};

/// Reports names that stand twice in a list.
fn report_like_names(items: &[Json], place: &Place<'_>, report: &mut Report) {
    let name = |at: usize| items.get(at)?.member("name")?.text();
    twice(items.len(), &name, &mut |name| {
        report.error(
            &place.named(name),
            "this name stands twice; names are unique in their list",
        );
    });
}

/// The mode of a route or guard, where it may say its own. Nothing is enforced in a document that
/// is on trial as a whole, so there it cannot say "enforce".
///
/// What says nothing is decided with the document: it is on trial by itself only where it says so.
fn check_mode(own: Option<Mode>, document: Mode, place: &Place<'_>, report: &mut Report) -> Mode {
    if (own, document) == (Some(Mode::Enforce), Mode::Shadow) {
        report.error(
            &place.field("mode"),
            "the document is in shadow mode, where everything passes; remove this line, or write \
             \"mode: shadow\" on what is on trial instead of on the document",
        );
    }
    own.unwrap_or_default()
}

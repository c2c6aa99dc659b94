//! What is wrong with a document: errors that refuse it, warnings and notes that do not.

use std::fmt::Display;

use super::Place;

/// How many errors are shown at once; more would only hide the first.
pub const MAX_ERRORS: usize = 20;

/// How many notes are kept, and how many warnings: they go to the proxy's log, from each worker.
pub const MAX_NOTES: usize = 100;

/// Errors, warnings and notes about one document, each a line that begins with its place.
///
/// ```
/// use policy::language::{Place, Report};
/// let mut report = Report::default();
/// report.error(&Place::top().field("version"), "missing");
/// assert_eq!(report.errors(), ["version: missing"]);
/// assert!(report.is_refused());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Report {
    errors: Vec<String>,
    more: usize,
    warnings: Vec<String>,
    notes: Vec<String>,
}

impl Report {
    /// An error at a place; the document is refused.
    pub fn error(&mut self, place: &Place<'_>, message: impl Display) {
        if self.errors.len() == MAX_ERRORS {
            self.more = self.more.saturating_add(1);
        } else {
            let line = line(place, message);
            if !self.errors.contains(&line) {
                self.errors.push(line);
            }
        }
    }

    /// A warning at a place: it loads, but is probably not what was meant. Beyond [`MAX_NOTES`]
    /// they are dropped.
    pub fn warning(&mut self, place: &Place<'_>, message: impl Display) {
        if self.warnings.len() < MAX_NOTES {
            self.warnings.push(line(place, message));
        }
    }

    /// A note at a place: legal, and good to know. Beyond [`MAX_NOTES`] they are dropped.
    pub fn note(&mut self, place: &Place<'_>, message: impl Display) {
        if self.notes.len() < MAX_NOTES {
            self.notes.push(line(place, message));
        }
    }

    /// The errors, at most [`MAX_ERRORS`].
    #[must_use]
    pub fn errors(&self) -> &[String] {
        &self.errors
    }

    /// How many errors there are beyond those kept.
    #[must_use]
    pub const fn more_errors(&self) -> usize {
        self.more
    }

    /// The warnings.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// The notes.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Whether anything refuses the document.
    #[must_use]
    pub const fn is_refused(&self) -> bool {
        !self.errors.is_empty()
    }
}

fn line(place: &Place<'_>, message: impl Display) -> String {
    let place = place.to_string();
    if place.is_empty() {
        message.to_string()
    } else {
        format!("{place}: {message}")
    }
}

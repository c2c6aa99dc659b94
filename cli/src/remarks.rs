//! What there is to say about one document and what lies around it, by weight.
//!
//! The language's own report is closed to us; here its lines and those of the CLI come together.

use policy::language::Report;

/// Lines that each begin with a place.
#[derive(Debug, Default)]
pub(crate) struct Remarks {
    /// What refuses it.
    pub(crate) errors: Vec<String>,
    /// How many errors there are beyond those kept.
    pub(crate) more_errors: usize,
    /// What is probably not meant.
    pub(crate) warnings: Vec<String>,
    /// What is good to know.
    pub(crate) notes: Vec<String>,
}

impl Remarks {
    /// Adds an error.
    pub(crate) fn error(&mut self, line: impl Into<String>) {
        self.errors.push(line.into());
    }

    /// Adds a warning.
    pub(crate) fn warning(&mut self, line: impl Into<String>) {
        self.warnings.push(line.into());
    }

    /// Adds a note.
    pub(crate) fn note(&mut self, line: impl Into<String>) {
        self.notes.push(line.into());
    }

    /// The lines of a report, and behind each kind those already here.
    pub(crate) fn behind(self, report: &Report) -> Self {
        let join = |first: &[String], then: Vec<String>| [first, &then].concat();
        Self {
            errors: join(report.errors(), self.errors),
            more_errors: report.more_errors().saturating_add(self.more_errors),
            warnings: join(report.warnings(), self.warnings),
            notes: join(report.notes(), self.notes),
        }
    }

    /// Whether anything refuses the document.
    pub(crate) const fn is_refused(&self) -> bool {
        !self.errors.is_empty()
    }

    /// How many errors there are in all.
    pub(crate) const fn error_count(&self) -> usize {
        self.errors.len().saturating_add(self.more_errors)
    }
}

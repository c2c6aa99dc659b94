//! What was found in each file, and how much in all.

use crate::plugin::Plugin;
use crate::remarks::Remarks;

/// A document, checked.
#[derive(Debug)]
pub(super) struct Checked {
    /// Where in the file; empty where the file is the document.
    pub(super) place: String,
    /// For which plugin.
    pub(super) plugin: Plugin,
    /// What there is to say.
    pub(super) remarks: Remarks,
}

/// A file, checked.
#[derive(Debug)]
pub(super) struct Outcome {
    /// The file as it was given.
    pub(super) file: String,
    /// Why nothing in it could be checked.
    pub(super) problem: Option<String>,
    /// What was passed over.
    pub(super) skipped: Vec<String>,
    /// Its documents.
    pub(super) documents: Vec<Checked>,
}

impl Outcome {
    /// An outcome with nothing in it yet.
    pub(super) fn new(file: &str) -> Self {
        Self {
            file: file.to_owned(),
            problem: None,
            skipped: Vec::new(),
            documents: Vec::new(),
        }
    }
}

/// How much there is of everything.
#[derive(Debug, Default)]
pub(super) struct Totals {
    /// Documents that were checked.
    pub(super) documents: usize,
    /// Documents that are refused.
    pub(super) refused: usize,
    /// Files in which nothing could be checked.
    pub(super) unreadable: usize,
    /// Errors in documents.
    pub(super) errors: usize,
    /// Warnings.
    pub(super) warnings: usize,
    /// Notes.
    pub(super) notes: usize,
}

impl Totals {
    /// The sums over these files.
    pub(super) fn of(outcomes: &[Outcome]) -> Self {
        let remarks = || documents(outcomes).map(|checked| &checked.remarks);
        Self {
            documents: documents(outcomes).count(),
            refused: remarks().filter(|remarks| remarks.is_refused()).count(),
            unreadable: outcomes
                .iter()
                .filter(|outcome| outcome.problem.is_some())
                .count(),
            errors: remarks().map(Remarks::error_count).sum(),
            warnings: remarks().map(|remarks| remarks.warnings.len()).sum(),
            notes: remarks().map(|remarks| remarks.notes.len()).sum(),
        }
    }
}

fn documents(outcomes: &[Outcome]) -> impl Iterator<Item = &Checked> {
    outcomes.iter().flat_map(|outcome| &outcome.documents)
}

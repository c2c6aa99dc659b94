//! What a limit is known by in the table.
//!
//! Only what makes its counters mean something else is part of it: its name and its rates. Any
//! other change of the configuration leaves its counters as they are.

use std::rc::Rc;

use crate::Rate;

/// A limit's name and the layout of its rates, as bytes to be hashed with a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity(Rc<[u8]>);

impl Identity {
    /// The identity of the limit of this name with these rates, as they are written: a share of
    /// them that depends on the number of replicas keeps its counters when that number changes.
    #[must_use]
    pub fn new(name: &str, rates: &[Rate]) -> Self {
        let length = name.len() as u64;
        let layouts = rates.iter().flat_map(|rate| rate.layout());
        let bytes = length.to_le_bytes().into_iter().chain(name.bytes());
        Self(bytes.chain(layouts).collect())
    }

    /// The same limit on trial: it has counters of its own, so that what was counted while nobody
    /// was denied is not held against anybody later.
    #[must_use]
    pub fn on_trial(&self) -> Self {
        let mark = b"on trial".iter().copied();
        Self(self.0.iter().copied().chain(mark).collect())
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

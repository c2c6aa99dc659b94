//! An id for one decision, by which a client's complaint is found in the log.

use std::cell::{Cell, OnceCell};
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::host::abi;

/// An id in the log line and in the reply. It says nothing about the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DecisionId(u64);

impl fmt::Display for DecisionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// Hands out ids that differ within a worker, and between workers as good as always.
#[derive(Debug, Default)]
pub(crate) struct DecisionIds {
    seed: OnceCell<[u8; 16]>,
    count: Cell<u64>,
}

impl DecisionIds {
    /// The next id.
    pub(crate) fn next(&self) -> DecisionId {
        // Where the proxy has no random bytes, ids of two workers may be the same: a nuisance for
        // who reads the log, and no reason to leave a denial without an answer.
        let seed = self.seed.get_or_init(|| abi::random().unwrap_or_default());
        let count = self.count.get();
        self.count.set(count.wrapping_add(1));
        let mut hasher = DefaultHasher::new();
        (seed, count).hash(&mut hasher);
        DecisionId(hasher.finish())
    }
}

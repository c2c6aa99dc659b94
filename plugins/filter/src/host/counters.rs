//! Counters of the proxy, each defined when it is first needed.
//!
//! Names come from closed sets (the plugin's name, reason codes) or from the document, up to a
//! bound, so their number is bounded; they appear in Envoy as `wasmcustom.<name>`.

use std::cell::RefCell;

use super::{HostError, abi};

/// Counters by key.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    known: RefCell<Vec<(Box<str>, u32)>>,
}

impl Counters {
    /// Adds to the counter of this key, which is named by `name` when it is first used.
    pub(crate) fn add(
        &self,
        by: u64,
        key: &str,
        name: impl FnOnce() -> String,
    ) -> Result<(), HostError> {
        let id = match self.find(key) {
            Some(id) => id,
            None => self.define(key, &name())?,
        };
        abi::increment(id, i64::try_from(by).unwrap_or(i64::MAX))
    }

    /// Whether a counter of this key is there, or there are fewer than `most`.
    pub(crate) fn has_room(&self, key: &str, most: usize) -> bool {
        self.known.borrow().len() < most || self.knows(key)
    }

    /// Whether a counter of this key is there.
    pub(crate) fn knows(&self, key: &str) -> bool {
        self.find(key).is_some()
    }

    fn find(&self, key: &str) -> Option<u32> {
        let known = self.known.borrow();
        let found = known.iter().find(|(other, _)| **other == *key);
        found.map(|(_, id)| *id)
    }

    fn define(&self, key: &str, name: &str) -> Result<u32, HostError> {
        let id = abi::define_counter(name)?;
        self.known.borrow_mut().push((key.into(), id));
        Ok(id)
    }
}

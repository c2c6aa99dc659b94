//! Counters of the proxy, each defined when it is first needed.
//!
//! Names come from closed sets (the plugin's name, reason codes), so their number is bounded; they
//! appear in Envoy as `wasmcustom.<name>`.

use std::cell::RefCell;

use super::{HostError, abi};

/// Counters by name.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    known: RefCell<Vec<(&'static str, u32)>>,
}

impl Counters {
    /// Adds to the counter of this key, which is named by `name` when it is first used.
    pub(crate) fn add(
        &self,
        by: u64,
        key: &'static str,
        name: impl FnOnce() -> String,
    ) -> Result<(), HostError> {
        let known = self
            .known
            .borrow()
            .iter()
            .find(|(other, _)| *other == key)
            .copied();
        let (_, id) = match known {
            Some(counter) => counter,
            None => self.define(key, &name())?,
        };
        abi::increment(id, i64::try_from(by).unwrap_or(i64::MAX))
    }

    fn define(&self, key: &'static str, name: &str) -> Result<(&'static str, u32), HostError> {
        let counter = (key, abi::define_counter(name)?);
        self.known.borrow_mut().push(counter);
        Ok(counter)
    }
}

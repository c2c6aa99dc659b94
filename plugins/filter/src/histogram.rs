//! Values that a policy has seen, as a histogram of the proxy.

use std::cell::Cell;

use crate::host::{HostError, abi};

/// A policy's values, of which the proxy keeps the distribution.
pub(crate) struct Histogram {
    pub(crate) name: &'static str,
    pub(crate) take: Box<dyn Fn() -> Vec<u64>>,
    /// The proxy's id of it, once it is defined.
    pub(crate) id: Cell<Option<u32>>,
}

impl Histogram {
    /// Records what there is; nothing where there is none.
    ///
    /// # Errors
    /// A host call failed; the values that were left are lost.
    pub(crate) fn show(&self, plugin: &str) -> Result<(), HostError> {
        for value in (self.take)() {
            abi::record(self.id(plugin)?, value)?;
        }
        Ok(())
    }

    fn id(&self, plugin: &str) -> Result<u32, HostError> {
        if let Some(id) = self.id.get() {
            return Ok(id);
        }
        let id = abi::define_histogram(&format!("portcullis.{plugin}.{}", self.name))?;
        self.id.set(Some(id));
        Ok(id)
    }
}

impl std::fmt::Debug for Histogram {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Histogram")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

//! The store of whoever has none: for a document that is read and not enforced.

use policy::{Expected, Store, StoreError, Stored, Swap};

/// A store that always fails, so that no key set ever comes.
#[derive(Debug)]
pub(crate) struct Nowhere;

impl Store for Nowhere {
    fn read(&self, _: &str) -> Result<Option<Stored>, StoreError> {
        Err(StoreError)
    }

    fn swap(&self, _: &str, _: &[u8], _: Expected) -> Result<Swap, StoreError> {
        Err(StoreError)
    }
}

//! A store in memory that keeps its promises.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::num::NonZeroU32;

use policy::{Expected, Store, StoreError, Stored, Swap, Version};

/// Values by name, with their versions.
#[derive(Default)]
pub struct Shelf {
    values: RefCell<HashMap<String, (Vec<u8>, NonZeroU32)>>,
    count: Cell<u32>,
}

impl Store for Shelf {
    fn read(&self, key: &str) -> Result<Option<Stored>, StoreError> {
        let values = self.values.borrow();
        Ok(values.get(key).map(|(value, version)| Stored {
            value: value.clone(),
            version: Version(*version),
        }))
    }

    fn swap(&self, key: &str, value: &[u8], expected: Expected) -> Result<Swap, StoreError> {
        let mut values = self.values.borrow_mut();
        let found = values.get(key).map(|(_, version)| *version);
        let fits = match expected {
            Expected::Absent => found.is_none(),
            Expected::Version(version) => found == Some(version.0),
        };
        if !fits {
            return Ok(Swap::Lost);
        }
        self.count.set(self.count.get() + 1);
        let version = NonZeroU32::new(self.count.get()).ok_or(StoreError)?;
        values.insert(key.to_owned(), (value.to_vec(), version));
        Ok(Swap::Done)
    }
}

//! A store in memory, that can lose swaps as if another worker had been first.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::num::NonZeroU32;

use policy::{Expected, Store, StoreError, Stored, Swap, Version};

#[derive(Default)]
pub(super) struct Shelf {
    values: RefCell<HashMap<String, (Vec<u8>, u32)>>,
    last: Cell<u32>,
    /// How many swaps are to be lost from now on.
    pub(super) losing: Cell<u32>,
}

impl Shelf {
    /// Damages every lease.
    pub(super) fn damage(&self) {
        let mut values = self.values.borrow_mut();
        for (name, (value, _)) in values.iter_mut() {
            if name.contains("lease") {
                value.truncate(20);
            }
        }
    }
}

impl Store for Shelf {
    fn read(&self, key: &str) -> Result<Option<Stored>, StoreError> {
        let values = self.values.borrow();
        Ok(values.get(key).map(|(value, version)| Stored {
            value: value.clone(),
            version: Version(NonZeroU32::new(*version).unwrap()),
        }))
    }

    fn swap(&self, key: &str, value: &[u8], expected: Expected) -> Result<Swap, StoreError> {
        let losing = self.losing.get().checked_sub(1);
        if let Some(left) = losing.filter(|_| key.contains("lease")) {
            self.losing.set(left);
            return Ok(Swap::Lost);
        }
        let mut values = self.values.borrow_mut();
        let found = values.get(key).map(|(_, version)| *version);
        let wanted = match expected {
            Expected::Absent => None,
            Expected::Version(version) => Some(version.0.get()),
        };
        if found != wanted {
            return Ok(Swap::Lost);
        }
        self.last.set(self.last.get() + 1);
        values.insert(key.to_owned(), (value.to_vec(), self.last.get()));
        Ok(Swap::Done)
    }
}

//! What the workers of a proxy share: values with numbers.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::num::NonZeroU32;

use policy::{Expected, Store, StoreError, Stored, Swap, Version};

#[derive(Default)]
pub struct Shelf {
    values: RefCell<HashMap<String, (Vec<u8>, u32)>>,
    count: Cell<u32>,
}

impl Shelf {
    /// The names of all values.
    pub fn names(&self) -> Vec<String> {
        self.values.borrow().keys().cloned().collect()
    }
}

impl Store for Shelf {
    fn read(&self, key: &str) -> Result<Option<Stored>, StoreError> {
        let values = self.values.borrow();
        let found = values.get(key);
        Ok(found.map(|(value, number)| Stored {
            value: value.clone(),
            version: Version(NonZeroU32::new(*number).expect("numbers begin at 1")),
        }))
    }

    fn swap(&self, key: &str, value: &[u8], expected: Expected) -> Result<Swap, StoreError> {
        let mut values = self.values.borrow_mut();
        let found = values.get(key).map(|(_, number)| *number);
        let fits = match expected {
            Expected::Absent => found.is_none(),
            Expected::Version(version) => found == Some(version.0.get()),
        };
        if !fits {
            return Ok(Swap::Lost);
        }
        self.count.set(self.count.get() + 1);
        values.insert(key.to_owned(), (value.to_vec(), self.count.get()));
        Ok(Swap::Done)
    }
}

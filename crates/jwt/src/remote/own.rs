//! A store that one worker has for itself, for key sets that no other plugin of the process shall reach.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::num::NonZeroU32;

use policy::{Expected, Store, StoreError, Stored, Swap, Version};

/// Values by name, each with the number of its last write.
#[derive(Debug, Default)]
pub(crate) struct Own(RefCell<Values>);

type Values = BTreeMap<Box<str>, (Vec<u8>, NonZeroU32)>;

impl Store for Own {
    fn read(&self, key: &str) -> Result<Option<Stored>, StoreError> {
        let values = self.0.borrow();
        Ok(values.get(key).map(|(value, number)| Stored {
            value: value.clone(),
            version: Version(*number),
        }))
    }

    fn swap(&self, key: &str, value: &[u8], expected: Expected) -> Result<Swap, StoreError> {
        let mut values = self.0.borrow_mut();
        let found = values.get(key).map(|(_, number)| *number);
        let next = match (found, expected) {
            (None, Expected::Absent) => NonZeroU32::MIN,
            (Some(number), Expected::Version(Version(seen))) if number == seen => {
                number.checked_add(1).unwrap_or(NonZeroU32::MIN)
            }
            _ => return Ok(Swap::Lost),
        };
        values.insert(key.into(), (value.to_vec(), next));
        Ok(Swap::Done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_has_seen_the_last_value_writes_the_next() {
        let own = Own::default();
        let seen = || own.read("a").unwrap().map(|stored| stored.version);
        assert_eq!(seen(), None);
        let swap = |value: &[u8], expected| own.swap("a", value, expected).unwrap();
        assert_eq!(swap(b"1", Expected::Absent), Swap::Done);
        let first = Expected::Version(seen().unwrap());
        assert_eq!(swap(b"x", Expected::Absent), Swap::Lost);
        assert_eq!(swap(b"2", first), Swap::Done);
        assert_eq!(swap(b"x", first), Swap::Lost);
        assert_eq!(own.read("a").unwrap().unwrap().value, b"2");
        assert_eq!(own.swap("b", b"1", first), Ok(Swap::Lost));
    }
}

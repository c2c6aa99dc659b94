//! A store that loses on purpose.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::num::NonZeroU32;

use policy::{Expected, Store, StoreError, Stored, Swap, Version};

use super::Operation;

/// What happens to a swap.
#[derive(Clone, Debug)]
pub enum Fate {
    /// It is tried.
    Tried,
    /// It is lost, though nobody else wrote.
    Lost,
    /// It is done, and reported as lost.
    DoneUnseen,
    /// Another worker decides first.
    After(Operation),
    /// The value is damaged first.
    Damaged,
    /// The seed is damaged first.
    SeedDamaged,
}

/// Runs another worker's decision.
pub type Intruder = Box<dyn Fn(&Operation)>;

/// Values in memory; each swap meets the next fate of the plan.
#[derive(Default)]
pub struct Contested {
    values: RefCell<HashMap<String, (Vec<u8>, u32)>>,
    last: Cell<u32>,
    pub plan: RefCell<VecDeque<Fate>>,
    /// What other workers do before a read of the store or of the clock.
    pub held: RefCell<VecDeque<Option<Operation>>>,
    /// Reads and swaps.
    pub calls: Cell<(u32, u32)>,
    pub always_lost: Cell<bool>,
    pub broken: Cell<bool>,
    pub intruder: RefCell<Option<Intruder>>,
}

impl Contested {
    pub fn names(&self) -> Vec<String> {
        self.values.borrow().keys().cloned().collect()
    }

    pub fn value(&self, name: &str) -> Vec<u8> {
        let values = self.values.borrow();
        values.get(name).map(|(value, _)| value.clone()).unwrap()
    }

    pub fn write(&self, name: &str, value: &[u8]) {
        self.last.set(self.last.get() + 1);
        let stored = (value.to_vec(), self.last.get());
        self.values.borrow_mut().insert(name.to_owned(), stored);
    }

    /// Holds a worker up, while another decides.
    pub fn hold(&self) {
        let held = self.held.borrow_mut().pop_front();
        if let (Some(Some(other)), Some(intruder)) = (held, &*self.intruder.borrow()) {
            intruder(&other);
        }
    }

    pub fn damage(&self, chosen: impl Fn(&str) -> bool) {
        for name in self.names().into_iter().filter(|name| chosen(name)) {
            self.write(&name, b"not ours");
        }
    }

    fn try_swap(&self, name: &str, value: &[u8], expected: Expected) -> Swap {
        let found = self.values.borrow().get(name).map(|(_, version)| *version);
        let wanted = match expected {
            Expected::Absent => None,
            Expected::Version(version) => Some(version.0.get()),
        };
        if found != wanted {
            return Swap::Lost;
        }
        self.write(name, value);
        Swap::Done
    }
}

impl Store for Contested {
    fn read(&self, name: &str) -> Result<Option<Stored>, StoreError> {
        let (reads, swaps) = self.calls.get();
        self.calls.set((reads + 1, swaps));
        if self.broken.get() {
            return Err(StoreError);
        }
        self.hold();
        let values = self.values.borrow();
        Ok(values.get(name).map(|(value, version)| Stored {
            value: value.clone(),
            version: Version(NonZeroU32::new(*version).unwrap()),
        }))
    }

    fn swap(&self, name: &str, value: &[u8], expected: Expected) -> Result<Swap, StoreError> {
        let (reads, swaps) = self.calls.get();
        self.calls.set((reads, swaps + 1));
        if self.always_lost.get() && !name.ends_with("seed") {
            return Ok(Swap::Lost);
        }
        let fate = self.plan.borrow_mut().pop_front();
        match fate.unwrap_or(Fate::Tried) {
            Fate::Tried => {}
            Fate::Lost => return Ok(Swap::Lost),
            Fate::DoneUnseen => {
                let _ = self.try_swap(name, value, expected);
                return Ok(Swap::Lost);
            }
            Fate::After(operation) => {
                if let Some(intruder) = &*self.intruder.borrow() {
                    intruder(&operation);
                }
            }
            Fate::Damaged => self.write(name, b"PRL1 and then nothing of ours"),
            Fate::SeedDamaged => self.damage(|name| name.ends_with("seed")),
        }
        Ok(self.try_swap(name, value, expected))
    }
}

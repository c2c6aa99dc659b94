//! Who counts over all workers, for tests: what is spent never comes back.
#![allow(unreachable_pub, reason = "only tests are built with this")]

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use policy::{Allowance, Budget, Budgets, Context, Failure, Mode, Room};

/// Counts without a clock: what is spent never comes back.
#[derive(Default)]
pub struct Ledger {
    pub spent: RefCell<BTreeMap<(Vec<u8>, bool), u32>>,
    pub looked: Cell<usize>,
    pub room: Cell<u32>,
}

/// An account in a ledger.
pub struct Account(pub Rc<Ledger>);

impl Ledger {
    pub fn total(&self) -> u32 {
        self.spent.borrow().values().sum()
    }
}

impl Account {
    fn ask(&self, key: &[u8], context: &Context<'_>, cost: u32) -> Room {
        let key = (key.to_vec(), context.mode() == Mode::Shadow);
        let mut spent = self.0.spent.borrow_mut();
        let spent = spent.entry(key).or_default();
        if *spent >= self.0.room.get() {
            return Room::Spent { retry_after: 7 };
        }
        *spent += cost;
        Room::Left
    }
}

impl Budget for Account {
    fn room(&self, key: &[u8], context: &Context<'_>) -> Result<Room, Failure> {
        self.0.looked.set(self.0.looked.get() + 1);
        Ok(self.ask(key, context, 0))
    }

    fn spend(&self, key: &[u8], context: &Context<'_>) -> Result<Room, Failure> {
        Ok(self.ask(key, context, 1))
    }
}

/// Opens accounts in a ledger.
pub struct Opens(pub Rc<Ledger>);

impl Budgets for Opens {
    fn open(&self, name: &str, allowance: Allowance) -> Option<Rc<dyn Budget>> {
        assert_eq!(name, "jwt.failures");
        self.0.room.set(allowance.burst.get());
        Some(Rc::new(Account(Rc::clone(&self.0))))
    }
}

//! A store that loses on purpose, and a world of workers that race on it.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test's own tools: each file takes what it needs, and a panic fails the test"
)]

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::num::{NonZeroU32, NonZeroU64};
use std::rc::{Rc, Weak};
use std::time::Duration;

use policy::{Expected, Store, StoreError, Stored, Swap, Version};
use rate_limit::{Identity, Moment, Rate, Rates, Size, Table, Tallies, Verdict};

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
}

/// One worker's decision.
#[derive(Clone, Debug)]
pub struct Operation {
    pub worker: usize,
    pub limit: usize,
    pub key: u8,
    /// How far the clock moves before it, in milliseconds.
    pub step: i64,
    /// How long ago the worker read the clock, in milliseconds.
    pub lag: u64,
}

/// Runs another worker's decision.
type Intruder = Box<dyn Fn(&Operation)>;

/// Values in memory; each swap meets the next fate of the plan.
#[derive(Default)]
pub struct Contested {
    values: RefCell<HashMap<String, (Vec<u8>, u32)>>,
    last: Cell<u32>,
    pub plan: RefCell<VecDeque<Fate>>,
    pub always_lost: Cell<bool>,
    pub broken: Cell<bool>,
    intruder: RefCell<Option<Intruder>>,
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
        if self.broken.get() {
            return Err(StoreError);
        }
        let values = self.values.borrow();
        Ok(values.get(name).map(|(value, version)| Stored {
            value: value.clone(),
            version: Version(NonZeroU32::new(*version).unwrap()),
        }))
    }

    fn swap(&self, name: &str, value: &[u8], expected: Expected) -> Result<Swap, StoreError> {
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
        }
        Ok(self.try_swap(name, value, expected))
    }
}

/// A limit of the world: its name and its rates as `(requests, per in ms, burst)`.
pub type Written = (&'static str, &'static [(u32, u64, u32)]);

/// Workers that share one store, one clock and some limits.
pub struct World {
    pub store: Rc<Contested>,
    pub tables: Vec<Table>,
    pub tallies: Vec<Rc<Tallies>>,
    limits: Vec<(Identity, Rates, Vec<Rate>)>,
    written: Vec<Written>,
    clock: Cell<u64>,
    forward: Cell<u64>,
    pub admitted: RefCell<Vec<Admission>>,
}

/// A request that was let through.
#[derive(Clone, Copy, Debug)]
pub struct Admission {
    pub limit: usize,
    pub key: u8,
    /// What the worker read on the clock, in nanoseconds.
    pub reading: u64,
    /// How far the clock had moved forward in sum.
    pub forward: u64,
}

/// The clock at first: an hour, so that it can go back.
const START: u64 = 3_600_000_000_000;

impl World {
    pub fn new(workers: u8, keys: u64, written: &[Written]) -> Rc<Self> {
        let store = Rc::new(Contested::default());
        let tallies: Vec<Rc<Tallies>> = (0..workers).map(|_| Rc::default()).collect();
        let table = |(worker, tallies): (u8, &Rc<Tallies>)| {
            let seed = Rc::new(move || Ok([worker; 16]));
            let size = Size::for_keys(NonZeroU64::new(keys).unwrap().get());
            Table::new(
                Rc::clone(&store) as Rc<dyn Store>,
                seed,
                size,
                Rc::clone(tallies),
            )
        };
        let tables = (0u8..).zip(&tallies).map(table).collect();
        let world = Rc::new(Self {
            store: Rc::clone(&store),
            tables,
            tallies,
            limits: written.iter().map(limit).collect(),
            written: written.to_vec(),
            clock: Cell::new(START),
            forward: Cell::new(0),
            admitted: RefCell::default(),
        });
        let weak: Weak<Self> = Rc::downgrade(&world);
        let intruder = move |operation: &Operation| {
            let world = weak.upgrade().unwrap();
            let _ = world.run(operation);
        };
        *store.intruder.borrow_mut() = Some(Box::new(intruder));
        world
    }

    pub fn run(&self, operation: &Operation) -> Verdict {
        let step = operation.step * 1_000_000;
        self.clock.set(self.clock.get().saturating_add_signed(step));
        self.forward
            .set(self.forward.get() + u64::try_from(step).unwrap_or(0));
        let forward = self.forward.get();
        let reading = self.clock.get().saturating_sub(operation.lag * 1_000_000);
        let now = Moment::from_reading(Duration::from_nanos(reading)).unwrap();
        let (identity, rates, _) = &self.limits[operation.limit];
        let table = &self.tables[operation.worker];
        let verdict = table.take(identity, rates, &[operation.key], now).unwrap();
        if verdict == Verdict::Admitted {
            let (limit, key) = (operation.limit, operation.key);
            let admission = Admission {
                limit,
                key,
                reading,
                forward,
            };
            self.admitted.borrow_mut().push(admission);
        }
        verdict
    }

    pub fn tally(&self, tally: impl Fn(&Tallies) -> &Cell<u64>) -> u64 {
        self.tallies
            .iter()
            .map(|tallies| tally(tallies).get())
            .sum()
    }

    /// The first stretch of admissions of one key that any rate of its limit does not allow.
    pub fn over_quota(&self, time: impl Fn(&Admission) -> u64) -> Option<String> {
        let admitted = self.admitted.borrow();
        for (limit, (name, rates)) in self.written.iter().enumerate() {
            for key in 0..=u8::MAX {
                let mine = admitted
                    .iter()
                    .filter(|one| one.limit == limit && one.key == key);
                let mut times: Vec<i128> = mine.map(|one| i128::from(time(one))).collect();
                times.sort_unstable();
                for (requests, per, burst) in *rates {
                    let (per, requests) = (i128::from(*per) * 1_000_000, i128::from(*requests));
                    for (first, from) in times.iter().enumerate() {
                        for (last, to) in times.iter().enumerate().skip(first) {
                            let count = i128::try_from(last - first + 1).unwrap();
                            if (count - i128::from(*burst)) * per > requests * (to - from) {
                                let time = to - from;
                                return Some(format!("{name} key {key}: {count} in {time} ns"));
                            }
                        }
                    }
                }
            }
        }
        None
    }
}

fn limit((name, written): &Written) -> (Identity, Rates, Vec<Rate>) {
    let n = |number| NonZeroU32::new(number).unwrap();
    let rate = |(requests, per, burst): &(u32, u64, u32)| {
        Rate::new(n(*requests), Duration::from_millis(*per), n(*burst))
    };
    let rates: Vec<Rate> = written.iter().map(rate).collect();
    let quotas = rates.iter().map(|rate| rate.quota(n(1)).unwrap()).collect();
    (
        Identity::new(name, &rates),
        Rates::new(quotas).unwrap(),
        rates,
    )
}

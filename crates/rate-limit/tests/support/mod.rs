//! A world of workers that race on one store, are held up between any two steps, and read a clock.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test's own tools: each file takes what it needs, and a panic fails the test"
)]

mod admissions;
mod store;

use std::cell::{Cell, RefCell};
use std::num::{NonZeroU32, NonZeroU64};
use std::rc::{Rc, Weak};
use std::time::Duration;

use policy::Store;
use rate_limit::{
    Charge, Identity, Moment, Rate, Rates, SeedSource, Size, Table, Tallies, Unusable, Verdict,
};

#[allow(unused_imports, reason = "each file takes what it needs")]
pub use admissions::{Admission, Written, over_quota};
#[allow(unused_imports, reason = "each file takes what it needs")]
pub use store::{Contested, Fate};

/// One worker's decision.
#[derive(Clone, Debug)]
pub struct Operation {
    pub worker: usize,
    pub limit: usize,
    pub key: u8,
    /// How far the clock moves before it, in milliseconds.
    pub step: i64,
    /// How much it takes.
    pub cost: u32,
}

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

/// The clock at first: half a year, so that it can go back.
const START: u64 = 15_000_000_000_000_000;

impl World {
    pub fn new(workers: u8, keys: u64, written: &[Written]) -> Rc<Self> {
        Self::seeded(keys, written, (0..workers).map(|worker| [worker; 16]))
    }

    /// A world whose workers have these random bytes to make a seed of.
    pub fn seeded(
        keys: u64,
        written: &[Written],
        seeds: impl IntoIterator<Item = [u8; 16]>,
    ) -> Rc<Self> {
        let store = Rc::new(Contested::default());
        let seeds: Vec<[u8; 16]> = seeds.into_iter().collect();
        let tallies: Vec<Rc<Tallies>> = seeds.iter().map(|_| Rc::default()).collect();
        let table = |(seed, tallies): (&[u8; 16], &Rc<Tallies>)| {
            let seed = *seed;
            let seed: SeedSource = Rc::new(move || Ok(seed));
            let size = Size::for_keys(NonZeroU64::new(keys).unwrap().get());
            Table::new(
                Rc::clone(&store) as Rc<dyn Store>,
                seed,
                size,
                Rc::clone(tallies),
            )
        };
        let tables = seeds.iter().zip(&tallies).map(table).collect();
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
        self.step(operation.step);
        let (identity, rates, _) = &self.limits[operation.limit];
        let read = Cell::new((0, 0));
        let clock = || {
            self.store.hold();
            read.set((self.clock.get(), self.forward.get()));
            let reading = Duration::from_nanos(self.clock.get());
            Moment::from_reading(reading).ok_or(Unusable::Clock)
        };
        let charge = Charge {
            limit: identity,
            rates,
            key: &[operation.key],
            cost: operation.cost,
        };
        let verdict = self.tables[operation.worker].take(&charge, &clock).unwrap();
        if is_admitted(&verdict) {
            let (reading, forward) = read.get();
            self.admitted.borrow_mut().push(Admission {
                limit: operation.limit,
                key: operation.key,
                cost: operation.cost,
                reading,
                forward,
            });
        }
        verdict
    }

    /// Moves the clock.
    fn step(&self, millis: i64) {
        let step = millis * 1_000_000;
        self.clock.set(self.clock.get().saturating_add_signed(step));
        self.forward
            .set(self.forward.get() + u64::try_from(step).unwrap_or(0));
    }

    pub fn tally(&self, tally: impl Fn(&Tallies) -> &Cell<u64>) -> u64 {
        self.tallies
            .iter()
            .map(|tallies| tally(tallies).get())
            .sum()
    }

    /// The first stretch of admissions of one key that any rate of its limit does not allow.
    pub fn over_quota(&self, time: impl Fn(&Admission) -> u64) -> Option<String> {
        over_quota(&self.written, &self.admitted.borrow(), time)
    }
}

/// Whether a request may pass.
pub const fn is_admitted(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Admitted(_))
}

pub fn limit((name, written): &Written) -> (Identity, Rates, Vec<Rate>) {
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

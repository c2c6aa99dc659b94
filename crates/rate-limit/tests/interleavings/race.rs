//! A race: real workers on one store, every step of each of them in the order of a chooser.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use policy::{Expected, Store, StoreError, Stored, Swap};
use rate_limit::{Charge, Moment, Size, Table, Tallies, Unusable, Verdict};

use crate::ground::{Chances, Chooser, Ground};
use crate::support::{Admission, Written, limit};
use crate::turns::Turns;

/// One decision that a worker makes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ask {
    pub(crate) limit: usize,
    pub(crate) key: u8,
    pub(crate) cost: u32,
}

/// What came of a race.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) admitted: Vec<Admission>,
    pub(crate) contended: u64,
    pub(crate) evictions: u64,
    pub(crate) overflows: u64,
    pub(crate) corrupt: u64,
    pub(crate) clamped: u64,
    pub(crate) lost_swaps: u64,
}

/// Races workers that have these decisions to make, on a table of `keys` keys.
pub(crate) fn race(
    (written, keys): (&[Written], u64),
    workers: &[Vec<Ask>],
    chances: Chances,
    chooser: &mut dyn Chooser,
) -> Outcome {
    let turns = Arc::new(Turns::new(workers.len()));
    let ground = Arc::new(Mutex::new(Ground::new(chances)));
    let outcome = Mutex::new(Outcome::default());
    std::thread::scope(|scope| {
        for (number, asks) in workers.iter().enumerate() {
            let seat = Seat {
                number,
                turns: Arc::clone(&turns),
                ground: Arc::clone(&ground),
                behind: match (number, chances.behind) {
                    (0, _) | (_, 0) => 0,
                    (_, most) => chooser.below(most),
                },
                has_started: Cell::new(false),
            };
            let outcome = &outcome;
            scope.spawn(move || Worker::new(seat, written, keys).run(asks, outcome));
        }
        turns.drive(|waiting| {
            let mut ground = ground.lock().unwrap();
            ground.disturb(chooser);
            usize::try_from(chooser.below(waiting as u64)).unwrap()
        });
    });
    outcome.into_inner().unwrap()
}

/// A worker's place at the table: what it does there waits for its turn.
struct Seat {
    number: usize,
    turns: Arc<Turns>,
    ground: Arc<Mutex<Ground>>,
    /// So many milliseconds its clock stands behind.
    behind: u64,
    has_started: Cell<bool>,
}

impl Seat {
    /// One step that others could see.
    fn step<T>(&self, does: impl FnOnce(&mut Ground) -> T) -> T {
        if self.has_started.get() {
            self.turns.pause(self.number);
        }
        does(&mut self.ground.lock().unwrap())
    }
}

impl Drop for Seat {
    /// A worker that is done, or has panicked, holds nobody up.
    fn drop(&mut self) {
        self.turns.leave(self.number);
    }
}

impl Store for Seat {
    fn read(&self, name: &str) -> Result<Option<Stored>, StoreError> {
        Ok(self.step(|ground| ground.read(name)))
    }

    fn swap(&self, name: &str, value: &[u8], expected: Expected) -> Result<Swap, StoreError> {
        Ok(self.step(|ground| ground.swap(name, value, expected)))
    }
}

/// A worker with its own table, as in a proxy.
struct Worker<'a> {
    seat: Rc<Seat>,
    table: Table,
    tallies: Rc<Tallies>,
    written: &'a [Written],
}

impl<'a> Worker<'a> {
    fn new(seat: Seat, written: &'a [Written], keys: u64) -> Self {
        let (seat, tallies) = (Rc::new(seat), Rc::<Tallies>::default());
        let table = Table::new(
            Rc::clone(&seat) as _,
            Rc::new(|| Ok([7; 16])),
            Size::for_keys(keys),
            Rc::clone(&tallies),
        );
        Self {
            seat,
            table,
            tallies,
            written,
        }
    }

    fn run(self, asks: &[Ask], outcome: &Mutex<Outcome>) {
        // All know the seed before the race begins, so that its steps are those of decisions.
        let look = Ask {
            limit: 0,
            key: 0,
            cost: 0,
        };
        let _ = self.decide(look);
        self.seat.has_started.set(true);
        let mut admitted = Vec::new();
        let mut contended = 0;
        for ask in asks {
            match self.decide(*ask) {
                (Verdict::Admitted(_), one) => admitted.push(one),
                (Verdict::Contended, _) => contended += 1,
                (Verdict::Exceeded(_), _) => {}
            }
        }
        let mut outcome = outcome.lock().unwrap();
        outcome.admitted.extend(admitted);
        outcome.contended += contended;
        outcome.evictions += self.tallies.evictions.get();
        outcome.overflows += self.tallies.overflows.get();
        outcome.corrupt += self.tallies.corrupt.get();
        outcome.clamped += self.tallies.clamped.get();
        outcome.lost_swaps += self.tallies.lost_swaps.get();
    }

    /// A decision, and what would be noted of it if it let the request through: by the last reading
    /// of the clock.
    fn decide(&self, ask: Ask) -> (Verdict, Admission) {
        let (identity, rates, _) = limit(&self.written[ask.limit]);
        let read = Cell::new((0, 0));
        let clock = || {
            read.set(self.seat.step(|ground| ground.clock(self.seat.behind)));
            let reading = Duration::from_nanos(read.get().0);
            Moment::from_reading(reading).ok_or(Unusable::Clock)
        };
        let charge = Charge {
            limit: &identity,
            rates: &rates,
            key: &[ask.key],
            cost: ask.cost,
        };
        let verdict = self.table.take(&charge, &clock).unwrap();
        let (reading, forward) = read.get();
        let one = Admission {
            limit: ask.limit,
            key: ask.key,
            cost: ask.cost,
            reading,
            forward,
        };
        (verdict, one)
    }
}

//! governor's GCRA on values: an arrival time in, an arrival time out, no clock and no state.
//!
//! governor has two seams for this, its clock and its store; both are plain cells here. A limiter
//! takes the clock's reading at its birth as its zero: it is made while the cell reads zero, so
//! that arrival times are absolute and mean the same to every worker.

use std::cell::Cell;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::{NotKeyed, StateStore};
use governor::{Quota, RateLimiter};

use crate::{MAX_REFILL, Moment};

/// Takes so many cells at `now` and gives the arrival time that follows, or says how long to wait.
/// `arrival` is the stored arrival time, [`Moment::NEVER`] for a new key.
pub(crate) fn measure(
    quota: Quota,
    arrival: Moment,
    now: Moment,
    cells: NonZeroU32,
) -> Result<Moment, Duration> {
    let slot = Cell::new(arrival);
    let limiter: Limiter<'_> = RateLimiter::new(quota, Scratch(&slot), Reading::default());
    limiter.clock().0.set(now);
    match limiter.check_n(cells) {
        Ok(Ok(())) => Ok(slot.get()),
        Ok(Err(until)) => Err(until.wait_time_from(Nanos::from(now.nanos()))),
        Err(_more_than_the_burst) => Err(MAX_REFILL),
    }
}

type Limiter<'a> = RateLimiter<NotKeyed, Scratch<'a>, Reading, NoOpMiddleware<Nanos>>;

/// One arrival time, changed only by a request that is let through.
struct Scratch<'a>(&'a Cell<Moment>);

impl StateStore for Scratch<'_> {
    type Key = NotKeyed;

    fn measure_and_replace<T, F, E>(&self, _key: &NotKeyed, measure: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let stored = Nanos::from(self.0.get().nanos());
        let (outcome, next) = measure(Some(stored))?;
        self.0.set(Moment::from_nanos(next.as_u64()));
        Ok(outcome)
    }
}

/// A clock that stands where it was put; zero at first.
#[derive(Default)]
struct Reading(Cell<Moment>);

impl Clock for Reading {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        self.0.get().nanos().into()
    }
}

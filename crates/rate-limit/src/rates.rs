//! The rates of one limit, taken together or not at all.

use std::time::Duration;

use crate::level::{Left, Level};
use crate::{Moment, Quota};

/// The most rates that a limit has; its state holds one arrival time for each.
pub const MAX_RATES: usize = 4;

/// The state of one key of one limit: an arrival time for each rate, in the limit's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrivals {
    times: [Moment; MAX_RATES],
    count: usize,
}

impl Arrivals {
    /// Arrival times in order; `None` unless there are one to [`MAX_RATES`].
    #[must_use]
    pub fn from_times(given: impl IntoIterator<Item = Moment>) -> Option<Self> {
        let mut times = [Moment::NEVER; MAX_RATES];
        let mut count = 0;
        for time in given {
            *times.get_mut(count)? = time;
            count += 1;
        }
        (count > 0).then_some(Self { times, count })
    }

    /// The arrival times.
    #[must_use]
    pub fn times(&self) -> impl ExactSizeIterator<Item = Moment> + '_ {
        self.times.iter().take(self.count).copied()
    }

    /// The later time of both, for each rate.
    #[must_use]
    pub(crate) fn later_of(&self, other: &Self) -> Self {
        let mut later = *self;
        for (time, other) in later.times.iter_mut().zip(other.times()) {
            *time = other.max(*time);
        }
        later
    }

    /// When every rate has its full burst again: from then on the entry says nothing that an
    /// absent one does not.
    #[must_use]
    pub fn replenished(&self) -> Moment {
        self.times().max().unwrap_or_default()
    }
}

/// One to [`MAX_RATES`] rates of one limit.
///
/// ```
/// use std::{num::NonZeroU32, time::Duration};
/// use rate_limit::{Arrivals, Moment, Rate, Rates};
/// let n = |n| NonZeroU32::new(n).unwrap();
/// let second = Rate::new(n(10), Duration::from_secs(1), n(10)).quota(n(1))?;
/// let minute = Rate::new(n(2), Duration::from_secs(60), n(2)).quota(n(1))?;
/// let rates = Rates::new(vec![second, minute]).unwrap();
///
/// let now = Moment::from_reading(Duration::from_secs(100)).unwrap();
/// let fresh = Arrivals::from_times([Moment::NEVER; 2]).unwrap();
/// let once = rates.take(&fresh, now, 1).unwrap();
/// let twice = rates.take(&once, now, 1).unwrap();
/// assert_eq!(rates.take(&twice, now, 1), Err(Duration::from_secs(30)));
/// # Ok::<(), rate_limit::TooSlow>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rates(Vec<Quota>);

impl Rates {
    /// The rates of a limit; `None` unless there are one to [`MAX_RATES`].
    #[must_use]
    pub fn new(quotas: Vec<Quota>) -> Option<Self> {
        (1..=MAX_RATES)
            .contains(&quotas.len())
            .then_some(Self(quotas))
    }

    /// How many there are.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.0.len()
    }

    /// Lets a request of this cost through all rates, on a copy: what is given back replaces
    /// `arrivals`. A cost of 0 looks only, and gives back what it was given.
    ///
    /// # Errors
    /// At least one rate has no room, and nothing is taken from any. The error is how long until
    /// all have room.
    pub fn take(&self, arrivals: &Arrivals, now: Moment, cost: u32) -> Result<Arrivals, Duration> {
        let mut next = *arrivals;
        let mut wait = Ok(());
        for (quota, time) in self.0.iter().zip(&mut next.times) {
            match quota.take(*time, now, cost) {
                Ok(later) => *time = later,
                Err(longer) => wait = Err(wait.err().map_or(longer, |known| longer.max(known))),
            }
        }
        wait.map(|()| next)
    }

    /// The state of a key of which nothing is known but that every entry it may have had was
    /// replenished at `floor`, and that it may have spent everything until `spent`.
    #[must_use]
    pub(crate) fn presumed(&self, floor: Moment, spent: Moment) -> Arrivals {
        self.each(|quota| match spent {
            Moment::NEVER => floor,
            moment => floor.max(quota.spent_at(moment)),
        })
    }

    /// Brings arrival times that lie further ahead than any honest table writes, plus `slack`
    /// nanoseconds, back to "everything spent now". `None` where all are in bounds.
    #[must_use]
    pub(crate) fn clamped(&self, arrivals: &Arrivals, now: Moment, slack: u64) -> Option<Arrivals> {
        let mut bounded = *arrivals;
        for (quota, time) in self.0.iter().zip(&mut bounded.times) {
            if *time > quota.spent_at(now).after(slack) {
                *time = quota.spent_at(now);
            }
        }
        (bounded != *arrivals).then_some(bounded)
    }

    /// What is left of each rate.
    #[must_use]
    pub fn level(&self, arrivals: &Arrivals, now: Moment) -> Level {
        let each = self.0.iter().zip(arrivals.times());
        Level::new(each.map(|(quota, time)| Left {
            requests: quota.room(time, now),
            more: quota.until_more(time, now),
        }))
    }

    /// The smallest burst: no request may cost more.
    #[must_use]
    pub fn smallest_burst(&self) -> u32 {
        let bursts = self.0.iter().map(|quota| quota.burst().get());
        bursts.min().unwrap_or(0)
    }

    fn each(&self, time: impl Fn(&Quota) -> Moment) -> Arrivals {
        let mut times = [Moment::NEVER; MAX_RATES];
        for (slot, quota) in times.iter_mut().zip(&self.0) {
            *slot = time(quota);
        }
        Arrivals {
            times,
            count: self.0.len(),
        }
    }
}

#[cfg(test)]
mod tests;

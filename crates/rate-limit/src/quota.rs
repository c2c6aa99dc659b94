//! A rate as GCRA sees it: one request each interval, and so many at once.
//!
//! The interval is rounded up to a whole nanosecond, so that rounding never lets more through than
//! the rate says.

use std::num::NonZeroU32;
use std::time::Duration;

use crate::{Moment, gcra};

/// The longest that a used-up burst may take to come back: 100 years. With the clock's own bound
/// ([`Moment::MAX_READING`]), no sum of moments overflows.
pub const MAX_REFILL: Duration = Duration::from_secs(100 * 366 * 86_400);

/// A rate of one process, compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    quota: governor::Quota,
    capacity: u64,
}

/// A burst takes longer than [`MAX_REFILL`] to come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a used-up burst would come back only after more than 100 years")]
pub struct TooSlow;

impl Quota {
    /// One request each `interval` nanoseconds, `burst` at once.
    ///
    /// # Errors
    /// The burst takes too long to come back.
    pub(crate) fn new(interval: u128, burst: NonZeroU32) -> Result<Self, TooSlow> {
        let interval = u64::try_from(interval.max(1)).map_err(|_| TooSlow)?;
        let capacity = interval
            .checked_mul(u64::from(burst.get()))
            .ok_or(TooSlow)?;
        if Duration::from_nanos(capacity) > MAX_REFILL {
            return Err(TooSlow);
        }
        let quota = governor::Quota::with_period(Duration::from_nanos(interval)).ok_or(TooSlow)?;
        let quota = quota.allow_burst(burst);
        Ok(Self { quota, capacity })
    }

    /// How many requests it lets through at once after a rest.
    #[must_use]
    pub const fn burst(&self) -> NonZeroU32 {
        self.quota.burst_size()
    }

    /// The time between two requests once the burst is used up.
    #[must_use]
    pub const fn interval(&self) -> Duration {
        self.quota.replenish_interval()
    }

    /// The arrival time of a key that has spent everything at `moment`. No arrival time of an
    /// honest table lies later than this at the moment of its writing.
    #[must_use]
    pub(crate) const fn spent_at(&self, moment: Moment) -> Moment {
        moment.after(self.capacity)
    }

    /// Lets one request through and gives the next arrival time.
    ///
    /// # Errors
    /// There is no room; the error is how long until there is.
    pub fn take(&self, arrival: Moment, now: Moment) -> Result<Moment, Duration> {
        gcra::measure(self.quota, arrival, now)
    }
}

#[cfg(test)]
mod tests;

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

    /// Lets a request of this cost through and gives the next arrival time. A cost of 0 looks
    /// only: it changes nothing, and has room where a cost of 1 has.
    ///
    /// # Errors
    /// There is no room; the error is how long until there is, [`MAX_REFILL`] for a cost beyond
    /// the burst.
    pub fn take(&self, arrival: Moment, now: Moment, cost: u32) -> Result<Moment, Duration> {
        let cells = NonZeroU32::new(cost).unwrap_or(NonZeroU32::MIN);
        if cells > self.burst() {
            return Err(MAX_REFILL);
        }
        let bounded = arrival.min(Moment::END.before(self.capacity)); // so that no sum overflows
        let next = gcra::measure(self.quota, bounded, now, cells)?;
        Ok(if cost == 0 { arrival } else { next })
    }

    /// How many requests of cost 1 could pass at once now.
    #[must_use]
    pub fn room(&self, arrival: Moment, now: Moment) -> u32 {
        let debt = nanos(arrival.wait_from(now));
        let free = self.capacity.saturating_sub(debt);
        let whole = free.checked_div(nanos(self.interval())).unwrap_or(0);
        u32::try_from(whole)
            .unwrap_or(u32::MAX)
            .min(self.burst().get())
    }

    /// How long until there is room for one more than [`Self::room`]; where everything is free,
    /// as long as one request takes to come back.
    #[must_use]
    pub fn until_more(&self, arrival: Moment, now: Moment) -> Duration {
        let room = self.room(arrival, now);
        if room >= self.burst().get() {
            return self.interval();
        }
        let wanted = nanos(self.interval()).saturating_mul(u64::from(room).saturating_add(1));
        let debt = nanos(arrival.wait_from(now));
        Duration::from_nanos(debt.saturating_add(wanted).saturating_sub(self.capacity))
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;

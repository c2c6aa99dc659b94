//! A rate as it is written: so many requests per time, and a burst.
//!
//! In any time t it lets at most `burst + requests * t / per` through.

use std::num::NonZeroU32;
use std::time::Duration;

use crate::{Quota, TooSlow};

const SECOND: u128 = 1_000_000_000;

/// `requests` per `per`, of which `burst` may come at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    requests: NonZeroU32,
    per: Duration,
    burst: NonZeroU32,
}

impl Rate {
    /// A rate.
    #[must_use]
    pub const fn new(requests: NonZeroU32, per: Duration, burst: NonZeroU32) -> Self {
        Self {
            requests,
            per,
            burst,
        }
    }

    /// The share of one out of `replicas` processes: the interval is so many times longer and the
    /// burst so many times smaller, rounded down, but at least one.
    ///
    /// ```
    /// use std::{num::NonZeroU32, time::Duration};
    /// let n = |n| NonZeroU32::new(n).unwrap();
    /// let rate = rate_limit::Rate::new(n(100), Duration::from_secs(1), n(200));
    /// let third = rate.quota(n(3))?;
    /// assert_eq!(third.burst(), n(66));
    /// assert_eq!(third.interval(), Duration::from_millis(30));
    /// # Ok::<(), rate_limit::TooSlow>(())
    /// ```
    ///
    /// # Errors
    /// The burst takes longer than [`MAX_REFILL`](crate::MAX_REFILL) to come back.
    pub fn quota(self, replicas: NonZeroU32) -> Result<Quota, TooSlow> {
        let spread = self.per.as_nanos() * u128::from(replicas.get());
        let interval = spread.div_ceil(u128::from(self.requests.get()));
        Quota::new(interval, self.share(replicas))
    }

    /// How many come at once at one of so many processes.
    pub(crate) fn share(self, replicas: NonZeroU32) -> NonZeroU32 {
        NonZeroU32::new(self.burst.get() / replicas).unwrap_or(NonZeroU32::MIN)
    }

    /// The rate of one of so many processes in whole seconds: how many requests, in how many
    /// seconds. Never more than it is; the time is stretched where less than one request comes in
    /// it.
    pub(crate) fn in_seconds(self, replicas: NonZeroU32) -> (u64, u64) {
        let requests = u128::from(self.requests.get()) * SECOND;
        let spread = self.per.as_nanos() * u128::from(replicas.get());
        let mut window = self.per.as_nanos().div_ceil(SECOND).max(1);
        let mut quota = (requests * window).checked_div(spread).unwrap_or(0);
        if quota == 0 {
            (quota, window) = (1, spread.div_ceil(requests));
        }
        let whole = |number| u64::try_from(number).unwrap_or(u64::MAX);
        (whole(quota), whole(window))
    }

    /// How many come at once.
    #[must_use]
    pub const fn burst(self) -> NonZeroU32 {
        self.burst
    }

    /// The bytes by which a limit is known in the table: equal rates keep their counters, whatever
    /// else changes.
    #[must_use]
    pub(crate) fn layout(self) -> [u8; 24] {
        let mut bytes = [0; 24];
        let fields = [
            u64::from(self.requests.get()),
            u64::try_from(self.per.as_nanos()).unwrap_or(u64::MAX),
            u64::from(self.burst.get()),
        ];
        for (chunk, field) in bytes.chunks_exact_mut(8).zip(fields) {
            chunk.copy_from_slice(&field.to_le_bytes());
        }
        bytes
    }
}

//! How fast one worker may do something: GCRA on a plain cell, by the monotonic clock.

use std::cell::Cell;
use std::time::Duration;

use policy::{Allowance, Mode};

/// So many at once, and one more each interval. What is on trial has a count of its own.
#[derive(Debug)]
pub(crate) struct Pace {
    interval: Duration,
    capacity: Duration,
    enforced: Cell<Duration>,
    on_trial: Cell<Duration>,
}

impl Pace {
    /// The longest that a used-up burst may take to come back.
    pub(crate) const MAX_REFILL: Duration = Duration::from_secs(86_400);

    /// A pace; `None` where its burst takes longer than [`Self::MAX_REFILL`] to come back.
    pub(crate) fn new(allowance: Allowance) -> Option<Self> {
        let spread = allowance.per.as_nanos();
        let interval = spread.div_ceil(u128::from(allowance.requests.get()));
        let interval = Duration::from_nanos(u64::try_from(interval.max(1)).ok()?);
        let capacity = interval.checked_mul(allowance.burst.get())?;
        (capacity <= Self::MAX_REFILL).then_some(Self {
            interval,
            capacity,
            enforced: Cell::default(),
            on_trial: Cell::default(),
        })
    }

    /// Takes one.
    ///
    /// # Errors
    /// There is no room; how long until there is.
    pub(crate) fn take(&self, now: Duration, mode: Mode) -> Result<(), Duration> {
        let arrival = match mode {
            Mode::Enforce => &self.enforced,
            Mode::Shadow => &self.on_trial,
        };
        let next = arrival.get().max(now).saturating_add(self.interval);
        let ahead = next.saturating_sub(now);
        if let Some(wait) = ahead
            .checked_sub(self.capacity)
            .filter(|wait| !wait.is_zero())
        {
            return Err(wait);
        }
        arrival.set(next);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use proptest::prelude::*;

    use super::*;

    fn pace(requests: u32, per: Duration, burst: u32) -> Option<Pace> {
        let number = |number| NonZeroU32::new(number).unwrap();
        let (requests, burst) = (number(requests), number(burst));
        Pace::new(Allowance {
            requests,
            per,
            burst,
        })
    }

    #[test]
    fn a_burst_and_then_one_each_interval() {
        let pace = pace(10, Duration::from_secs(1), 3).unwrap();
        let take = |millis: u64| pace.take(Duration::from_millis(1_000 + millis), Mode::Enforce);
        assert_eq!([take(0), take(0), take(0)], [Ok(()); 3]);
        assert_eq!(take(0), Err(Duration::from_millis(100)));
        assert_eq!(take(99), Err(Duration::from_millis(1)));
        assert_eq!(take(100), Ok(()));
        assert_eq!(take(100), Err(Duration::from_millis(100)));
        assert_eq!([take(1_000), take(1_000), take(1_000)], [Ok(()); 3]);
        assert!(take(1_000).is_err(), "a rest gives no more than the burst");
        let now = Duration::from_secs(2);
        assert_eq!(pace.take(now, Mode::Shadow), Ok(()), "a count of its own");
        assert!(pace.take(now, Mode::Enforce).is_err());
    }

    #[test]
    fn a_burst_of_more_than_a_day_is_none() {
        let day = Duration::from_secs(86_400);
        assert!(pace(1, day, 1).is_some());
        assert!(pace(1, day, 2).is_none());
        assert!(pace(1, day, 1_000_000).is_none());
        assert!(pace(1_000_000, Duration::from_millis(100), 1_000_000).is_some());
    }

    proptest! {
        #[test]
        fn no_stretch_of_time_has_more_than_its_share(
            requests in 1..50_u32,
            burst in 1..20_u32,
            steps in proptest::collection::vec(0..50_u64, 1..300),
        ) {
            let pace = pace(requests, Duration::from_millis(500), burst).unwrap();
            let mut now = 0;
            let mut taken = Vec::new();
            for step in steps {
                now += step;
                if pace.take(Duration::from_millis(now), Mode::Enforce).is_ok() {
                    taken.push(now);
                }
            }
            for (first, from) in taken.iter().enumerate() {
                for (last, to) in taken.iter().enumerate().skip(first) {
                    let most = u64::from(burst) + u64::from(requests) * (to - from) / 500;
                    prop_assert!((last - first + 1) as u64 <= most);
                }
            }
        }
    }
}

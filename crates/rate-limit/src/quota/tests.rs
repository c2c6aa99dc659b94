use std::num::NonZeroU32;
use std::time::Duration;

use proptest::prelude::*;

use super::{Quota, TooSlow};
use crate::{Moment, Rate};

const fn n(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap()
}

fn at(nanos: u64) -> Moment {
    Moment::from_nanos(nanos)
}

#[test]
fn interval_and_burst_are_shared_by_replicas_and_never_rounded_up() {
    #[rustfmt::skip]
    let table = [
        // requests, per in ms, burst, replicas -> interval in ns, burst
        ((100, 1_000, 100, 1), (10_000_000, 100)),
        ((3, 1_000, 3, 1), (333_333_334, 3)),
        ((1_000_000_000, 100, 1, 1), (1, 1)), // no finer than a nanosecond
        ((700_000_000, 1_000, 1, 1), (2, 1)),
        ((10, 1_000, 5, 2), (200_000_000, 2)),
        ((10, 1_000, 5, 10), (1_000_000_000, 1)), // at least one
        ((1, 31_622_400_000, 100, 1), (31_622_400_000_000_000, 100)), // 100 leap years
    ];
    for ((requests, per, burst, replicas), (interval, share)) in table {
        let rate = Rate::new(n(requests), Duration::from_millis(per), n(burst));
        let quota = rate.quota(n(replicas)).unwrap();
        assert_eq!(quota.interval(), Duration::from_nanos(interval), "{rate:?}");
        assert_eq!(quota.burst(), n(share), "{rate:?}");
    }
}

#[test]
fn a_burst_that_never_comes_back_is_refused() {
    let year = Duration::from_secs(366 * 86_400);
    assert_eq!(Rate::new(n(1), year, n(101)).quota(n(1)), Err(TooSlow));
    assert_eq!(Rate::new(n(1), year, n(1)).quota(n(10_000)), Err(TooSlow));
    assert_eq!(Quota::new(u128::MAX, n(1)), Err(TooSlow));
    assert_eq!(Quota::new(u128::from(u64::MAX), n(u32::MAX)), Err(TooSlow));
}

#[test]
fn a_burst_passes_at_once_and_then_one_each_interval() {
    let second = Duration::from_secs(1);
    let quota = Rate::new(n(10), second, n(4)).quota(n(1)).unwrap();
    let now = at(5_000_000_000);
    let mut arrival = Moment::NEVER;
    for _ in 0..4 {
        arrival = quota.take(arrival, now, 1).unwrap();
    }
    assert_eq!(quota.take(arrival, now, 1), Err(Duration::from_millis(100)));
    assert!(quota.take(arrival, now.after(99_999_999), 1).is_err());
    let later = now.after(100_000_000);
    arrival = quota.take(arrival, later, 1).unwrap();
    assert_eq!(
        quota.take(arrival, later, 1),
        Err(Duration::from_millis(100))
    );
}

#[test]
fn the_extremes_do_not_overflow() {
    let year = Duration::from_secs(366 * 86_400);
    let slow = Rate::new(n(1), year, n(100)).quota(n(1)).unwrap();
    let mut arrival = Moment::NEVER;
    for _ in 0..100 {
        arrival = slow.take(arrival, Moment::MAX_READING, 1).unwrap();
    }
    assert_eq!(slow.take(arrival, Moment::MAX_READING, 1), Err(year));
    assert_eq!(arrival, slow.spent_at(Moment::MAX_READING));
    let fast = Rate::new(
        n(1_000_000_000),
        Duration::from_millis(100),
        n(1_000_000_000),
    );
    let fast = fast.quota(n(1)).unwrap();
    assert!(fast.take(Moment::NEVER, Moment::NEVER, 1).is_ok());
    assert!(fast.take(at(u64::MAX), Moment::NEVER, 1).is_err());
    assert!(fast.take(at(u64::MAX), Moment::MAX_READING, 1).is_err());
}

/// A leaky bucket in whole numbers, written without GCRA: a credit of nanoseconds, capped at the
/// burst, of which each request takes one interval.
struct Bucket {
    interval: u128,
    cap: u128,
    credit: u128,
    last: u128,
}

impl Bucket {
    fn take(&mut self, now: u128) -> Result<(), u128> {
        self.credit = self.cap.min(self.credit + (now - self.last));
        self.last = now;
        if self.credit < self.interval {
            return Err(self.interval - self.credit);
        }
        self.credit -= self.interval;
        Ok(())
    }
}

fn rates() -> impl Strategy<Value = (u32, u64, u32)> {
    let requests = prop_oneof![1..20u32, 1..1_000_000_000u32];
    let per = prop_oneof![100..10_000u64, 100..3_600_000u64];
    (requests, per, 1..30u32)
}

/// Steps of the clock in intervals and odd nanoseconds, so that the edges are met.
fn steps() -> impl Strategy<Value = Vec<(u64, u64)>> {
    prop::collection::vec((0..4u64, 0..3u64), 1..120)
}

proptest! {
    #[test]
    fn decides_like_the_exact_bucket((requests, per, burst) in rates(), steps in steps()) {
        let rate = Rate::new(n(requests), Duration::from_millis(per), n(burst));
        let quota = rate.quota(n(1)).unwrap();
        let interval = (u128::from(per) * 1_000_000).div_ceil(u128::from(requests));
        let cap = interval * u128::from(burst);
        let mut bucket = Bucket { interval, cap, credit: cap, last: 0 };
        let mut arrival = Moment::NEVER;
        let mut now = 1_000;
        for (intervals, nanos) in steps {
            now += intervals * u64::try_from(interval).unwrap() / 2 + nanos;
            let taken = quota.take(arrival, at(now), 1);
            match bucket.take(u128::from(now)) {
                Ok(()) => arrival = taken.unwrap(),
                Err(wait) => prop_assert_eq!(taken.unwrap_err().as_nanos(), wait),
            }
        }
    }

    #[test]
    fn never_more_than_burst_and_rate((requests, per, burst) in rates(), steps in steps()) {
        let rate = Rate::new(n(requests), Duration::from_millis(per), n(burst));
        let quota = rate.quota(n(1)).unwrap();
        let per = u128::from(per) * 1_000_000;
        let interval = u64::try_from(quota.interval().as_nanos()).unwrap();
        let (mut arrival, mut now, mut admitted) = (Moment::NEVER, 1_000, Vec::new());
        for (intervals, nanos) in steps {
            now += intervals * interval / 2 + nanos;
            if let Ok(next) = quota.take(arrival, at(now), 1) {
                arrival = next;
                admitted.push(now);
            }
        }
        for (first, from) in admitted.iter().enumerate() {
            for (last, to) in admitted.iter().enumerate().skip(first) {
                let beyond = (last - first + 1).saturating_sub(burst as usize) as u128;
                let earned = u128::from(requests) * u128::from(to - from);
                prop_assert!(beyond * per <= earned, "{beyond} in {}", to - from);
            }
        }
    }
}

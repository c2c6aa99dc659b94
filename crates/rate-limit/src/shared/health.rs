//! Whether the service is worth asking: after failures it is left alone, ever longer.

use crate::Moment;

/// The failures in a row, and until when nobody asks.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Health {
    failures: u32,
    closed: Moment,
}

const MILLISECOND: u64 = 1_000_000;

/// The first time for which it is left alone, after the second failure: one slow answer is none.
const FIRST: u64 = 100 * MILLISECOND;

/// The longest, which is also how long a service that is back goes unnoticed.
const LONGEST: u64 = 5_000 * MILLISECOND;

impl Health {
    /// It may be asked.
    pub(super) fn is_open(self, now: Moment) -> bool {
        now >= self.closed
    }

    /// It has failed and not answered since: one call at a time finds out whether it is back.
    pub(super) const fn is_on_probation(self) -> bool {
        self.failures > 1
    }

    pub(super) fn answered(&mut self) {
        *self = Self::default();
    }

    pub(super) fn failed(&mut self, now: Moment) {
        self.failures = self.failures.saturating_add(1);
        if let Some(doublings) = self.failures.checked_sub(2) {
            let factor = 1_u64.checked_shl(doublings).unwrap_or(u64::MAX);
            self.closed = now.after(FIRST.saturating_mul(factor).min(LONGEST));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_failure_closes_nothing_and_more_close_it_ever_longer() {
        let now = Moment::from_nanos(1);
        let mut health = Health::default();
        health.failed(now);
        assert!(health.is_open(now));
        let mut closed = Vec::new();
        for _ in 0..70 {
            health.failed(now);
            let until = (0..1_000).find(|time| health.is_open(now.after(time * 50 * MILLISECOND)));
            closed.push(until.unwrap() * 50);
        }
        assert_eq!(closed[..7], [100, 200, 400, 800, 1_600, 3_200, 5_000]);
        assert_eq!(closed.last(), Some(&5_000));
        health.answered();
        assert!(health.is_open(now) && !health.is_on_probation());
    }
}

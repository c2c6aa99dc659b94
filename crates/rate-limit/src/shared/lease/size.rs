//! How much is asked for: enough to last for the pace, and ever less as the limit is used up.

use super::{Lease, Refill};
use crate::Moment;

/// The part of what is left that one batch may take. A service counts a batch that overshoots whole
/// and grants nothing of it; and what one process holds at the end is missed by the others. So the last
/// ones are not held by anybody: each request asks for its own.
const PART: u32 = 8;

/// The shortest time that is believed between two batches, in nanoseconds.
const LEAST: u64 = 1_000_000;

impl Lease {
    /// The batch to be held now; 0 where so little is left that none is.
    pub(super) fn size(&self, refill: &Refill, now: Moment) -> u32 {
        let most = if self.is_of(refill) {
            self.remaining / PART
        } else {
            // The others may have been faster, and have left less than a batch.
            (refill.requests / PART).min(1)
        };
        let since = now.nanos().saturating_sub(self.asked.nanos()).max(LEAST);
        let wanted = u64::from(self.wanted).saturating_mul(refill.pace);
        let paced = wanted.div_ceil(since);
        u32::try_from(paced)
            .unwrap_or(u32::MAX)
            .max(1)
            .min(most)
            .min(refill.batch)
    }

    /// Whether what was last said is of the window of now. Workers know differently well when it ends, and a
    /// lease can be over by one of them while by another its window lasts: what is left is as little as before.
    const fn is_of(&self, refill: &Refill) -> bool {
        let apart = refill.lasts.nanos().abs_diff(self.lasts.nanos());
        apart < refill.window / 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    /// What is held in a great hurry, with a batch of 100, if so much was left in a window that had so long to go then.
    fn held(remaining: u32, lasted: u64) -> u32 {
        held_of(100_000, remaining, lasted)
    }

    fn held_of(requests: u32, remaining: u32, lasted: u64) -> u32 {
        let now = Moment::from_nanos(10 * SECOND);
        let lease = Lease {
            wanted: 1_000,
            remaining,
            lasts: now.after(lasted),
            ..Lease::default()
        };
        let refill = Refill {
            requests,
            batch: 100,
            pace: SECOND,
            nonce: 1,
            until: now.after(1),
            window: SECOND,
            lasts: now.after(SECOND * 9 / 10),
        };
        lease.size(&refill, now)
    }

    #[test]
    fn a_batch_is_an_eighth_and_the_last_eight_are_held_by_nobody() {
        assert_eq!(held(10_000, SECOND), 100);
        assert_eq!(held(80, SECOND), 10);
        assert_eq!(held(8, SECOND), 1);
        assert_eq!(held(7, SECOND), 0);
    }

    #[test]
    fn of_a_window_of_which_nothing_was_said_one_is_held() {
        assert_eq!(held(10_000, 0), 1);
        assert_eq!(held(0, SECOND * 19 / 10), 1);
        assert_eq!(held_of(7, 0, 0), 0);
    }

    #[test]
    fn workers_need_not_agree_on_the_end_of_a_window() {
        assert_eq!(held(80, SECOND * 8 / 10), 10);
    }
}

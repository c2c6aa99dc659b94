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
        let remaining = if self.is_of(refill) {
            self.remaining
        } else {
            refill.requests
        };
        let most = (remaining / PART).min(refill.batch);
        let since = now.nanos().saturating_sub(self.asked.nanos()).max(LEAST);
        let wanted = u64::from(self.wanted).saturating_mul(refill.pace);
        let paced = wanted.div_ceil(since);
        u32::try_from(paced).unwrap_or(u32::MAX).max(1).min(most)
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

    /// What is held of a limit of this size in a great hurry, with a batch of 100.
    fn held(requests: u32) -> u32 {
        let now = Moment::from_nanos(1_000_000_000);
        let lease = Lease {
            wanted: 1_000,
            ..Lease::default()
        };
        let refill = Refill {
            requests,
            batch: 100,
            pace: 1_000_000_000,
            nonce: 1,
            until: now.after(1),
            window: 1_000_000_000,
            lasts: now.after(900_000_000),
        };
        lease.size(&refill, now)
    }

    #[test]
    fn a_batch_is_an_eighth_and_the_last_eight_are_held_by_nobody() {
        assert_eq!(held(10_000), 100);
        assert_eq!(held(80), 10);
        assert_eq!(held(8), 1);
        assert_eq!(held(7), 0);
    }
}

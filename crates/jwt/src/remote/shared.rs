//! The small value that all workers look at: which set is in use, and who fetches.
//!
//! Hostile input, since whoever shares the store may write it: a value that does not add up is as
//! good as none, and a time from the future ends where it could have been written at the earliest.

use std::time::Duration;

use super::Settings;
use super::bytes::{sealed, unsealed};

/// Marks a value of this format.
const MAGIC: u64 = u64::from_le_bytes(*b"PCjwk\0\0\x01");

/// How far a reading of the clock may lie behind another worker's.
const SLACK: Duration = Duration::from_secs(1);

/// The longest back-off after failures.
pub(super) const MAX_BACK_OFF: Duration = Duration::from_secs(60);

/// What the workers of a process know about one set. Times are readings of the monotonic clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Shared {
    /// The set in use; 0 for none.
    pub(super) generation: u64,
    /// Who published it: the nonce of that lease.
    pub(super) publisher: u64,
    /// When the issuer last said that this is its set.
    pub(super) fetched: Duration,
    /// Who fetches.
    pub(super) holder: u64,
    /// Until when; a holder that did not come back by then has died.
    pub(super) leased_until: Duration,
    /// When it was last fetched early, for an unknown `kid`.
    pub(super) early: Duration,
    /// Failures in a row.
    pub(super) failures: u64,
    /// No fetch before, after failures.
    pub(super) not_before: Duration,
}

impl Shared {
    /// Reads a stored value; anything odd is as good as nothing known.
    pub(super) fn read(stored: &[u8], settings: &Settings, now: Duration) -> Option<Self> {
        let mut bytes = unsealed(stored)?;
        if bytes.u64()? != MAGIC {
            return None;
        }
        let generation = bytes.u64()?;
        let publisher = bytes.u64()?;
        let fetched = Duration::from_nanos(bytes.u64()?);
        let holder = bytes.u64()?;
        let leased_until = Duration::from_nanos(bytes.u64()?);
        let early = Duration::from_nanos(bytes.u64()?);
        let failures = bytes.u64()?;
        let not_before = Duration::from_nanos(bytes.u64()?);
        let soon = now.saturating_add(SLACK);
        let plausible = bytes.rest().is_empty()
            && fetched <= soon
            && early <= soon
            && leased_until <= soon.saturating_add(settings.lease())
            && not_before <= soon.saturating_add(MAX_BACK_OFF);
        plausible.then_some(Self {
            generation,
            publisher,
            fetched,
            holder,
            leased_until,
            early,
            failures,
            not_before,
        })
    }

    pub(super) fn to_bytes(self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(72);
        let nanos = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        for number in [
            MAGIC,
            self.generation,
            self.publisher,
            nanos(self.fetched),
            self.holder,
            nanos(self.leased_until),
            nanos(self.early),
            self.failures,
            nanos(self.not_before),
        ] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        sealed(bytes)
    }

    /// Whether somebody is at it.
    pub(super) fn is_leased(&self, now: Duration) -> bool {
        now < self.leased_until
    }

    /// Whether the set is to be fetched now, for its age or because there is none.
    pub(super) fn is_due(&self, settings: &Settings, now: Duration) -> bool {
        let due = match self.generation {
            0 => Duration::ZERO,
            _ => self.fetched.saturating_add(self.lifetime(settings)),
        };
        now >= due && self.may_try(now)
    }

    /// Whether enough time has passed since a failure.
    pub(super) fn may_try(&self, now: Duration) -> bool {
        now >= self.not_before
    }

    /// Whether an early fetch, for an unknown `kid`, is within its budget.
    pub(super) fn may_be_early(&self, settings: &Settings, now: Duration) -> bool {
        let again = match self.early {
            Duration::ZERO => Duration::ZERO, // never yet
            early => early.saturating_add(settings.unknown_kid_interval),
        };
        now >= again && self.may_try(now)
    }

    /// How long this set is not fetched again: up to a tenth less than is set, by a number that all
    /// workers share, so that a fleet does not ask its issuer in step.
    fn lifetime(&self, settings: &Settings) -> Duration {
        let share = u32::try_from(self.publisher % 1_000).unwrap_or(0);
        let tenth = settings.cache_duration / 10;
        settings
            .cache_duration
            .saturating_sub(tenth * share / 1_000)
    }

    /// What is known after a fetch that failed: the next waits twice as long as the last, and a
    /// little less by chance.
    pub(super) fn failed(mut self, now: Duration) -> Self {
        let doublings = u32::try_from(self.failures.min(6)).unwrap_or(6);
        let wait = Duration::from_secs(1).saturating_mul(1 << doublings);
        let share = u32::try_from(self.holder % 250).unwrap_or(0);
        let wait = wait.min(MAX_BACK_OFF);
        self.not_before = now.saturating_add(wait.saturating_sub(wait * share / 1_000));
        self.failures = self.failures.saturating_add(1);
        self.released()
    }

    /// What is known after a fetch that succeeded.
    pub(super) const fn confirmed(mut self, now: Duration) -> Self {
        self.fetched = now;
        self.failures = 0;
        self.not_before = Duration::ZERO;
        self.released()
    }

    /// Nobody fetches any more.
    const fn released(mut self) -> Self {
        self.leased_until = Duration::ZERO;
        self
    }
}

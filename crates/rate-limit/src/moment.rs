//! A moment of the process's monotonic clock, in whole nanoseconds.
//!
//! Limits are kept as moments, so that every worker reads the same thing from the same bytes.

use std::time::Duration;

/// Nanoseconds on the monotonic clock that all workers of a process share; 0 is "never".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(u64);

impl Moment {
    /// Before everything: an arrival time of a key that was never seen.
    pub const NEVER: Self = Self(0);

    /// The latest reading of the clock that is believed, 146 years: with
    /// [`MAX_REFILL`](crate::MAX_REFILL) on top, sums stay below 2^64 nanoseconds (584 years).
    pub const MAX_READING: Self = Self(1 << 62);

    /// The end of time: no honest arrival time lies there.
    pub(crate) const END: Self = Self(u64::MAX);

    /// A reading of the clock; `None` beyond [`Self::MAX_READING`].
    #[must_use]
    pub fn from_reading(reading: Duration) -> Option<Self> {
        let nanos = u64::try_from(reading.as_nanos()).ok()?;
        (nanos <= Self::MAX_READING.0).then_some(Self(nanos))
    }

    /// A moment as it was stored.
    #[must_use]
    pub(crate) const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// Nanoseconds since the clock's zero.
    #[must_use]
    pub const fn nanos(self) -> u64 {
        self.0
    }

    /// This much later, or the end of time.
    #[must_use]
    pub(crate) const fn after(self, nanos: u64) -> Self {
        Self(self.0.saturating_add(nanos))
    }

    /// This much earlier, or [`Self::NEVER`].
    #[must_use]
    pub(crate) const fn before(self, nanos: u64) -> Self {
        Self(self.0.saturating_sub(nanos))
    }

    /// This moment, or the first after [`Self::NEVER`]: for what certainly happened.
    #[must_use]
    pub(crate) fn or_first(self) -> Self {
        self.max(Self(1))
    }

    /// How long until this moment; zero where it has passed.
    #[must_use]
    pub const fn wait_from(self, now: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(now.0))
    }
}

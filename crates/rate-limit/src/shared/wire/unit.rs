//! The units of time that a rate-limit service knows.

use std::time::Duration;

/// The time of a rate. Longer ones that the API has are left out: a month is no fixed time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// A second.
    Second,
    /// A minute.
    Minute,
    /// An hour.
    Hour,
    /// A day.
    Day,
}

impl Unit {
    /// All, the shortest first.
    pub const ALL: [Self; 4] = [Self::Second, Self::Minute, Self::Hour, Self::Day];

    /// The unit of exactly this length.
    #[must_use]
    pub fn of(per: Duration) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|unit| Duration::from_secs(unit.seconds()) == per)
    }

    /// Its length in seconds. Each divides the next, and a day begins with each of them.
    #[must_use]
    pub const fn seconds(self) -> u64 {
        match self {
            Self::Second => 1,
            Self::Minute => 60,
            Self::Hour => 3_600,
            Self::Day => 86_400,
        }
    }

    /// Its number, in `RateLimitUnit` and in `RateLimitResponse.RateLimit.Unit` alike.
    #[must_use]
    pub const fn number(self) -> u32 {
        match self {
            Self::Second => 1,
            Self::Minute => 2,
            Self::Hour => 3,
            Self::Day => 4,
        }
    }
}

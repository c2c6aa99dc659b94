//! A request as the table counts it, and what the table says to it.

use std::time::Duration;

use policy::{Reason, StoreError, Unreadable, internal};

use super::Identity;
use crate::{Level, Moment, Rates};

/// A request as the table counts it.
#[derive(Clone, Copy, Debug)]
pub struct Charge<'a> {
    /// Whose counters.
    pub limit: &'a Identity,
    /// The limit's rates.
    pub rates: &'a Rates,
    /// Who asks.
    pub key: &'a [u8],
    /// How much it takes; 0 looks only.
    pub cost: u32,
}

/// Reads the monotonic clock.
pub type Clock<'a> = &'a dyn Fn() -> Result<Moment, Unusable>;

/// What the table says to one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Verdict {
    /// Counted; it may pass. So much is left.
    Admitted(Level),
    /// No room; nothing was counted.
    Exceeded(Refusal),
    /// Other workers were first every time; nothing was counted.
    Contended,
}

/// A request that found no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What is left: less than the request costs.
    pub level: Level,
    /// How long until there is room for it.
    pub wait: Duration,
    /// A number that differs from refusal to refusal, to spread those who come again.
    pub jitter: u64,
}

/// The table cannot decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unusable {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The host gave no random bytes.
    #[error(transparent)]
    Host(#[from] Unreadable),
    /// The clock stands beyond [`Moment::MAX_READING`].
    #[error("the clock stands beyond what is believed")]
    Clock,
    /// The workers could not agree on a seed.
    #[error("the workers could not agree on a seed")]
    Seed,
}

impl Unusable {
    /// The reason of the denial that follows.
    pub(crate) const fn reason(self) -> Reason {
        match self {
            Self::Host(_) => internal::HOST_CALL,
            Self::Store(_) | Self::Seed | Self::Clock => internal::STATE,
        }
    }
}

//! What every caller may do so often, counted over all workers of the proxy.
//!
//! A seam: the policy of limits keeps the count, and others spend from it without knowing how, since
//! policies do not depend on each other.

use std::num::NonZeroU32;
use std::rc::Rc;
use std::time::Duration;

use crate::{Context, Failure};

/// How often: in any time t at most `burst + requests * t / per`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// So many.
    pub requests: NonZeroU32,
    /// In this time.
    pub per: Duration,
    /// So many at once after a rest.
    pub burst: NonZeroU32,
}

/// Whether a budget has room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Room {
    /// It has.
    Left,
    /// It has none; come again after so many seconds, at least one.
    Spent {
        /// For `retry-after`.
        retry_after: u64,
    },
}

/// A budget that each key has for itself.
///
/// Rules on trial ([`Context::mode`]) look at and spend from a count of their own.
pub trait Budget {
    /// Whether there is room for one more. Nothing is spent.
    ///
    /// # Errors
    /// It could not be told; the request must not pass on the strength of it.
    fn room(&self, key: &[u8], context: &Context<'_>) -> Result<Room, Failure>;

    /// Spends one, if there is room. Of many that spend at once, in whatever worker, no more find
    /// room than there is.
    ///
    /// # Errors
    /// As [`Self::room`].
    fn spend(&self, key: &[u8], context: &Context<'_>) -> Result<Room, Failure>;
}

/// Where budgets come from.
pub trait Budgets {
    /// The budget of this name; the same name with the same allowance is the same count, in every
    /// worker and after a change of the configuration. `None` where a used-up burst would take more
    /// than a lifetime to come back.
    fn open(&self, name: &str, allowance: Allowance) -> Option<Rc<dyn Budget>>;
}

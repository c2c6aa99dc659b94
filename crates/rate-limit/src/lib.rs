//! Rate limits: exact over all workers of a proxy, in fixed memory.
//!
//! The arithmetic is governor's GCRA on values; the state is one shared table behind
//! [`policy::Store`], changed by compare-and-swap; [`Limits`] brings both to the language.
//!
//! "Exact" is meant within one process of the proxy. Over a fleet of N the sum of all is bounded by
//! N times a limit; `replicas` divides it.
#![forbid(unsafe_code)]

mod compiler;
mod gcra;
mod key;
mod limit;
mod limits;
mod moment;
mod quota;
mod rate;
mod rates;
pub mod reason;
mod section;
mod table;
mod tallies;

pub use limits::Limits;
pub use moment::Moment;
pub use quota::{MAX_REFILL, Quota, TooSlow};
pub use rate::Rate;
pub use rates::{Arrivals, MAX_RATES, Rates};
pub use section::{LimitEntry, Missing, OnContention, RateEntry, Section};
pub use table::{Identity, MAX_RETRIES, SeedSource, Size, Table, Unusable, Verdict};
pub use tallies::{Named, Tallies};

//! Rate limits: exact over all workers of a proxy, in fixed memory.
//!
//! The arithmetic is governor's GCRA on values; the state is one shared table behind
//! [`policy::Store`], changed by compare-and-swap; [`Limits`] brings both to the language.
//!
//! "Exact" is meant within one process of the proxy. Over a fleet of N the sum of all is bounded by
//! N times a limit; `replicas` divides it.
#![forbid(unsafe_code)]

mod bucket;
mod compiler;
mod costs;
mod gcra;
mod headers;
mod key;
mod ledger;
mod level;
mod limit;
mod limits;
mod moment;
mod overrides;
mod quota;
mod rate;
mod rates;
pub mod reason;
mod section;
mod shared;
mod standing;
mod table;
mod tallies;

pub use ledger::Ledger;
pub use level::{Left, Level};
pub use limits::Limits;
pub use moment::Moment;
pub use quota::{MAX_REFILL, Quota, TooSlow};
pub use rate::Rate;
pub use rates::{Arrivals, MAX_RATES, Rates};
pub use section::{
    HeaderSet, LimitEntry, Missing, OnContention, OnError, OverrideEntry, RateEntry, Section,
    ServiceEntry, StoreKind,
};
pub use shared::{ServiceFault, wire};
pub use table::{
    Charge, Clock, Identity, MAX_RETRIES, Refusal, SeedSource, Size, Table, Unusable, Verdict,
};
pub use tallies::Tallies;

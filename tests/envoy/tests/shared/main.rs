//! Limits that two proxies share, through the field's own rate limit service with a real store.
#![allow(
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests"
)]

mod admitted;
mod failures;
mod load;
mod pair;
mod under_load;

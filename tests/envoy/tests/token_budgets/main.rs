//! Budgets for tokens that are not known to be good, in a real proxy with several workers.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::needless_pass_by_value,
    reason = "helpers of tests"
)]

mod edge;
mod flood;
mod told;

//! Tokens of real issuers, through a real proxy with four workers.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests"
)]

mod accepted;
mod edge;

//! Tokens at an edge: every way in which one can be wrong, and what a right one opens.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "helpers of tests"
)]

mod bound;
mod edge;
mod forged;
mod honest;
mod in_metadata;
mod places;
mod reasons;
mod told;

//! Key sets that an issuer publishes, in a real proxy with several workers and an issuer that fails in
//! every way: one fetch for all, and no request that stays.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "helpers of tests"
)]

mod discovery;
mod faults;
mod flood;
mod issuer;
mod rotation;
mod startup;
mod updates;
mod world;

//! Limits under load, measured: how many pass, against how many may.
//!
//! The short form runs with all tests. The long ones are `make proof-limits`, which writes their
//! tables into docs/limits.md.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::expect_used,
    clippy::format_collect,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::panic,
    clippy::unwrap_used,
    reason = "measurements for a person to read; what cannot be is said at once"
)]

mod accuracy;
mod keys;
mod load;
mod pipeline;

//! A limit that two proxies share, measured: `make proof-shared` writes docs/shared-limits.md.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::panic,
    clippy::unwrap_used,
    reason = "measurements for a person to read; what cannot be is said at once"
)]

mod load;
mod shared;

//! The filter against a scripted proxy in the same process.
//!
//! State goes in and state comes out: headers, properties, shared data, filter state, replies, logs
//! and counters. No test says in which order the filter makes its calls; one pins how many.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "helpers of tests: what cannot be is said at once"
)]

mod asking;
mod calls;
mod configuration;
mod denial;
mod document;
mod faults;
mod hostile;
mod identity;
mod permit;
mod policies;
mod proxy;
mod response;
mod shadow;
mod shared_data;
mod signatures;
mod waiting;

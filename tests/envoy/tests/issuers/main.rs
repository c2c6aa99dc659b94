//! Tokens of real issuers, through a real proxy with four workers.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::doc_markdown,
    reason = "helpers of tests"
)]

mod accepted;
mod by_hand;
mod edge;
mod fetched;
mod load;

//! Key sets that are fetched, from the document to the decision.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "it is a test from end to end"
)]

mod fields;
mod life;
#[path = "../support/mod.rs"]
mod support;
mod unknown_kids;
mod worker;

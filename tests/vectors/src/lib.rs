//! One file of vectors, run natively, in bare wasm and in a real Envoy.
//!
//! A vector is a request, the document it meets, and what becomes of it. Whoever runs it supplies
//! the proxy: here plain values, in `tests/envoy` a real one.
#![forbid(unsafe_code)]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a vector that cannot be read ends the test at once"
)]

mod certificate;
pub mod conformance;
mod der;
mod pure;
mod recipe;
mod token;
mod vector;

pub use certificate::{Form, stated};
pub use pure::{NOW, Pure};
pub use recipe::{Recipe, WORKLOAD};
pub use token::sign;
pub use vector::{Document, Vector, documents, vectors};

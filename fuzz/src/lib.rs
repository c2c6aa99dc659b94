//! What the targets share: a request of plain values, a store in memory, an engine that asks for tokens.

mod engine;
mod request;
mod shelf;

pub use engine::asking;
pub use request::{Carrying, Plain};
pub use shelf::Shelf;

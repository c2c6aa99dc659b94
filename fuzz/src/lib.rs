//! What the targets share: a request of plain values, and a store in memory.

mod request;
mod shelf;

pub use request::Plain;
pub use shelf::Shelf;

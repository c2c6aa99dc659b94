//! Key sets that an issuer publishes: fetched in the background, once for all workers of a process.
//!
//! A state machine without I/O, as an [`Errand`](policy::Errand): whoever drives it carries its calls out;
//! clock, randomness and the shared store are arguments. One worker fetches under a lease, publishes under that lease, and all switch to the same generation.

mod answer;
mod board;
mod bytes;
mod discovery;
mod kids;
mod location;
mod nowhere;
mod own;
mod published;
mod settings;
mod shared;
mod source;
mod state;
mod step;
mod tallies;
#[cfg(test)]
mod tests;

pub use answer::FetchFault;
pub use location::{Location, LocationError};
pub(crate) use nowhere::Nowhere;
pub(crate) use own::Own;
pub use settings::{Origin, Settings};
pub use source::KeySource;
pub use step::{Unavailable, UnknownKid};
pub use tallies::FetchTallies;

//! Limits that several proxies share: counted by the field's own rate-limit service
//! (`envoy.service.ratelimit.v3`), which every proxy asks through its own cluster.
//!
//! A state machine without I/O, as an [`Errand`](policy::Errand): the host layer carries its calls
//! out; clock, randomness and the store of the process are arguments.

mod clock;
mod entries;
mod errand;
mod fault;
mod health;
mod lease;
mod leases;
mod rate;
mod service;
#[cfg(test)]
mod tests;
mod ticket;
pub mod wire;

pub(crate) use entries::{Form, PartName};
pub use fault::ServiceFault;
pub(crate) use leases::Leases;
pub(crate) use rate::{Passage, Patience, Shared, SharedRate};
pub(crate) use service::{Service, Settings};

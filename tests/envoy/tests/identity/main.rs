//! Who may call a service: SPIFFE IDs out of client certificates, over real mutual TLS.
#![allow(clippy::expect_used, reason = "helpers of tests")]

mod aliases;
mod callers;
mod certificates;
mod chain;
mod forged;
mod forwarded;
mod hops;
mod mesh;
mod shipped;
mod waypoint;

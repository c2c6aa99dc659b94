//! The demo: a small shop behind a real Envoy, and a round of requests that shows what is decided.
//!
//! It is also the test of the configurations in `envoy/`: those very files are what it runs, with
//! nothing changed but ports, host names and the issuer's keys.
#![forbid(unsafe_code)]

mod cast;
mod client;
mod configuration;
mod error;
mod mint;
mod round;
mod shop;
mod stack;
mod table;

pub use cast::Member;
pub use client::{Client, Outcome, Reply};
pub use configuration::{Configuration, Places};
pub use error::Error;
pub use mint::{is_minted, mint};
pub use round::{Doors, ready, round};
pub use shop::{Role, router};
pub use stack::{Programs, Stack};
pub use table::{Line, Table};

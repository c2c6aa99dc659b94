//! SVIDs and trust bundles that change while the proxy serves.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod federation;
mod load;
mod service;
mod shop;

//! Limits with `store: shared`, from the document to the call and back: what is refused, what is
//! asked, and what becomes of a request.
#![allow(clippy::panic, clippy::unwrap_used, reason = "helpers of tests")]

#[path = "../wire/api.rs"]
mod api;
#[path = "../document/mod.rs"]
mod document;
mod gates;
mod questions;
mod refusals;
mod service;
#[path = "../support/mod.rs"]
mod support;

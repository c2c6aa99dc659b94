//! The condition language, part by part, in a real proxy over mutual TLS: who gets in, who does
//! not, and what the operator is told of it.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "helpers of tests"
)]

mod addresses;
mod ambiguous;
mod browsers;
mod callers;
mod grpc;
mod guards;
mod headers;
mod nested;
mod ports;
mod requests;
mod secrecy;
mod service;
mod workloads;

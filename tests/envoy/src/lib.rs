//! A harness that starts real Envoys and drives them from outside.
//!
//! What a policy promises is promised of the running proxy: bytes on a socket in, a status, an
//! access-log line and a counter out. Nothing here looks inside a plugin.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    clippy::indexing_slicing,
    reason = "a harness that cannot go on ends the test, with the proxy's log"
)]
#![forbid(unsafe_code)]

mod access_log;
mod artifact;
mod client;
mod daemon;
mod echo;
mod envoy;
mod http2;
mod http_chain;
mod issuers;
mod judge;
mod nginx;
mod page;
mod process;
mod proxy;
mod rate_limit_service;
mod request;
mod response;
mod shipped;
mod tls;
mod transport;
mod wait;

pub use access_log::LogLine;
pub use artifact::{Plugin, envoy_minor, oidc_packages};
pub use client::{Client, Connection};
pub use echo::{Echo, Heard};
pub use envoy::Envoy;
pub use http_chain::{Hygiene, filter_state, wasm_filter};
pub use http2::{Frame, Http2};
pub use issuers::{Fetched, Oidc, OpenBao, Signer};
pub use judge::{assert_denied, assert_permitted};
pub use nginx::Nginx;
pub use page::write_table;
pub use proxy::{Proxy, Refusal};
pub use rate_limit_service::RateLimitService;
pub use request::Request;
pub use response::Response;
pub use shipped::{Shipped, trust_bundles};
pub use tls::ClientTls;
pub use transport::Transport;
pub use wait::until;

//! The services of the shop: plain HTTP on loopback, no security of their own.
//!
//! That is the point: who may call them is decided in the proxies beside them. A service only tells
//! in its answers whom its proxy named as the caller.

mod catalog;
mod orders;
mod payments;

use axum::{Router, http::HeaderMap, routing::get};
use clap::ValueEnum;

/// Which service to play.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Role {
    /// Products and prices.
    Catalog,
    /// Orders; asks the catalog for the price and payments for the money.
    Orders,
    /// Charges.
    Payments,
}

/// The service's routes. `egress` is the outbound listener of its own proxy, `HOST:PORT`.
pub fn router(role: Role, egress: &str) -> Router {
    let routes = match role {
        Role::Catalog => catalog::routes(),
        Role::Orders => orders::routes(egress),
        Role::Payments => payments::routes(),
    };
    routes.route("/healthz", get(|| async { "ok\n" }))
}

/// The caller as this service's own proxy states it (the URI of its XFCC element).
///
/// The proxy removes what a caller writes into that header (`SANITIZE_SET`), so it can be believed here.
fn caller(headers: &HeaderMap) -> String {
    headers
        .get("x-forwarded-client-cert")
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').find_map(|part| part.strip_prefix("URI=")))
        .unwrap_or("nobody")
        .to_owned()
}

//! `bypass_cors_preflight`: a preflight passes without its route's condition, and nothing else does.
#![allow(clippy::expect_used, reason = "only tests are built with this")]

mod support;

use policy::Engine;
use support::{Plain, code, compile};

fn shop(bypass: bool) -> Engine {
    let document = format!(
        r#"{{"version": "v1", "request": {{"bypass_cors_preflight": {bypass}}},
            "deny": [{{"name": "quarantine", "who": {{"remote_ip_blocks": ["192.0.2.0/24"]}}}}],
            "require": [{{"name": "staff", "paths": ["/staff/**"], "who": {{"principals": ["anna"]}}}}],
            "routes": [
                {{"name": "orders", "paths": ["/orders/**"], "allow": {{"principals": ["anna"]}}}},
                {{"name": "read", "methods": ["GET"], "paths": ["/read"], "allow": {{"principals": ["anna"]}}}},
                {{"name": "closed", "paths": ["/closed"], "allow": "none"}},
                {{"name": "staff", "paths": ["/staff/**"], "allow": {{"principals": ["anna"]}}}}]}}"#
    );
    compile(&document).expect("a good document").0
}

fn preflight(path: &str) -> Plain {
    Plain::new("OPTIONS", "api.example.org", path)
        .with("origin", "https://shop.example.org")
        .with("access-control-request-method", "POST")
}

#[test]
fn a_preflight_needs_no_condition() {
    assert_eq!(code(&shop(true), &preflight("/orders/7")), "permit");
    assert_eq!(code(&shop(false), &preflight("/orders/7")), "badge.missing");
}

#[test]
fn what_is_not_wholly_a_preflight_is_asked_as_ever() {
    let engine = shop(true);
    let bare = || Plain::new("OPTIONS", "api.example.org", "/orders/7");
    let (origin, asked) = ("origin", "access-control-request-method");
    for (request, why) in [
        (bare(), "no header"),
        (
            bare().with(origin, "https://a.example"),
            "no method asked for",
        ),
        (bare().with(asked, "POST"), "no origin"),
        (
            bare().with(origin, "").with(asked, "POST"),
            "an empty origin",
        ),
        (
            bare().with(origin, "https://a").with(asked, ""),
            "an empty method",
        ),
        (
            bare().with(origin, "https://a").with(asked, "a b"),
            "no token",
        ),
        (
            preflight("/orders/7").with(origin, "https://b"),
            "two origins",
        ),
        (preflight("/orders/7").with(asked, "GET"), "two methods"),
    ] {
        assert_eq!(code(&engine, &request), "badge.missing", "{why}");
    }
    for method in ["GET", "POST", "options", "TRACE"] {
        let request = preflight("/orders/7")
            .without(":method")
            .with(":method", method);
        assert_eq!(code(&engine, &request), "badge.missing", "{method}");
    }
}

#[test]
fn whatever_takes_away_still_holds() {
    let engine = shop(true);
    let hit = preflight("/orders/7").from("192.0.2.1:5000");
    for (request, expected) in [
        (hit, "route.denied"),
        (preflight("/staff/a"), "badge.missing"),
        (preflight("/closed"), "route.not_allowed"),
        (preflight("/nowhere"), "route.unmatched"),
        // a route that lists methods lists OPTIONS too, or another must
        (preflight("/read"), "route.unmatched"),
        (preflight("/orders//7"), "request.ambiguous_path"),
        // the upstream would serve another method than the one that was let in
        (
            preflight("/orders/7").with("x-http-method-override", "DELETE"),
            "request.method_override",
        ),
    ] {
        assert_eq!(code(&engine, &request), expected, "{:?}", request.headers);
    }
}

//! `request.cookies[NAME]` in conditions.

mod support;

use support::{Plain, code, compile, engine};

fn with(cookies: &str) -> Plain {
    Plain::new("GET", "shop.example.org", "/").with("cookie", cookies)
}

#[test]
fn a_cookie_is_compared() {
    let engine = engine(
        r#"[{"name": "a", "paths": ["/**"], "allow": {"when": [{"key": "request.cookies[Beta]", "values": ["on", "yes"]}]}}]"#,
    );
    for (request, expected) in [
        (with("Beta=on"), "permit"),
        (with("x=1; Beta=yes"), "permit"),
        (with("Beta=off"), "route.not_allowed"),
        (with("x=1"), "route.not_allowed"),
        (Plain::new("GET", "h", "/"), "route.not_allowed"),
        (with("Beta=on; Beta=on"), "request.duplicate_header"),
        // two header fields, joined by a comma on the way to us
        (
            with("Beta=on").with("cookie", "x=1"),
            "request.duplicate_header",
        ),
        (
            with("x=1").with("cookie", "Beta=on"),
            "request.duplicate_header",
        ),
    ] {
        assert_eq!(code(&engine, &request), expected, "{:?}", request.headers);
    }
}

#[test]
fn a_deny_on_a_cookie_cannot_be_walked_around_by_giving_it_twice() {
    let document = r#"{"version": "v1",
        "deny": [{"name": "debug", "who": {"when": [{"key": "request.cookies[debug]", "values": ["1"]}]}}],
        "routes": [{"name": "a", "paths": ["/**"], "allow": "any"}]}"#;
    let (engine, _) = compile(document).unwrap();
    assert_eq!(code(&engine, &with("x=2")), "permit");
    assert_eq!(code(&engine, &with("debug=1")), "route.denied");
    for cookies in [
        "debug=1; debug=2",
        "debug=2; debug=1",
        "x=2,debug=1",
        "debug=\"1\"",
        "DEBUG=1",
    ] {
        let told = code(&engine, &with(cookies));
        assert_eq!(told, "request.duplicate_header", "{cookies}");
    }
}

#[test]
fn what_is_no_cookie_is_refused() {
    for (key, value, told) in [
        ("request.cookies", "a", "write one cookie"),
        ("request.cookies[a][b]", "a", "write one cookie"),
        ("request.cookies[a b]", "a", "write one cookie"),
        ("request.cookies[a]", "x,y", "can be read in two ways"),
        ("request.cookies[a]", "x;y", "can be read in two ways"),
    ] {
        let document = format!(
            r#"{{"version": "v1", "routes": [{{"name": "a", "paths": ["/**"],
                "allow": {{"when": [{{"key": "{key}", "values": ["{value}"]}}]}}}}]}}"#
        );
        let report = compile(&document).expect_err("a bad document");
        assert!(report.errors()[0].contains(told), "{:?}", report.errors());
    }
}

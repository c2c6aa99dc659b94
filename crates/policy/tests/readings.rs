//! Requests that a server could read otherwise: all readings lead to one route, or nowhere.

mod support;

use support::{Plain, code, compile, engine};

fn get(path: &str) -> Plain {
    Plain::new("GET", "h", path)
}

#[test]
fn two_ambiguities_at_once_are_accepted_by_no_route() {
    // a server that merges and does not decode is on `one`, which none of the other readings shows
    let engine = engine(
        r#"[{"name": "files", "paths": ["/files/**"], "accept_ambiguous": ["encoded_slash", "empty_segment"], "allow": "any"},
            {"name": "one", "paths": ["/files/{x}"], "allow": "none"}]"#,
    );
    assert_eq!(code(&engine, &get("/files/x%2fy/z")), "permit");
    assert_eq!(code(&engine, &get("/files/x//y/z")), "permit");
    assert_eq!(
        code(&engine, &get("/files//x%2fy")),
        "request.ambiguous_path"
    );
}

#[test]
fn a_guard_holds_in_every_reading() {
    let (engine, _) = compile(
        r#"{"version": "v1",
            "deny": [{"name": "no-secrets", "paths": ["/files/secret/**"], "who": "any"}],
            "require": [{"name": "staff", "paths": ["/files/staff/**"], "who": {"principals": ["anna"]}}],
            "routes": [{"name": "files", "paths": ["/files/**"], "accept_ambiguous": ["encoded_slash"], "allow": "any"}]}"#,
    )
    .unwrap();
    for (path, expected) in [
        ("/files/a%2fb", "permit"),
        ("/files/secret/b", "route.denied"),
        ("/files/secret%2fb", "route.denied"),
        ("/files/staff%2fb", "badge.missing"),
    ] {
        assert_eq!(code(&engine, &get(path)), expected, "{path}");
    }
}

#[test]
fn a_path_written_otherwise_leads_where_its_plain_form_leads_or_nowhere() {
    // a router that compares as written takes `things%3acancel` for a thing of that name
    let engine = engine(
        r#"[{"name": "cancel", "paths": ["/v1/things:cancel", "/v1/caf\u00e9"], "allow": "any"},
            {"name": "thing", "paths": ["/v1/{thing}"], "allow": "none"},
            {"name": "users", "paths": ["/users/{name}"], "allow": "any"}]"#,
    );
    for (path, expected) in [
        ("/v1/things:cancel", "permit"),
        ("/v1/things%3Acancel", "request.ambiguous_path"),
        ("/v1/thing%73:cancel", "request.ambiguous_path"),
        ("/v1/caf%C3%A9", "permit"),
        ("/v1/caf%c3%a9", "request.ambiguous_path"),
        ("/v1/caf\u{e9}", "request.ambiguous_path"),
        ("/v1/%74hing", "route.not_allowed"),
        ("/users/bob%40example.org", "permit"),
        ("/users/a%20b", "permit"),
        ("/%75sers/bob", "request.ambiguous_path"),
        ("/nowhere/%41", "route.unmatched"),
    ] {
        assert_eq!(code(&engine, &get(path)), expected, "{path}");
    }
}

#[test]
fn a_trailing_dot_in_the_host_must_not_matter() {
    let engine = engine(
        r#"[{"name": "shop", "hosts": ["shop.test", "*.cdn.test"], "paths": ["/**"], "allow": "any"},
            {"name": "shop-health", "hosts": ["shop.test", "*.cdn.test"], "paths": ["/healthz"], "allow": "any"},
            {"name": "health", "paths": ["/healthz"], "allow": "any"},
            {"name": "shops-health", "hosts": ["health.test"], "paths": ["/healthz"], "allow": "any"}]"#,
    );
    for (host, path, expected) in [
        ("shop.test:80", "/", "permit"),
        ("shop.test.", "/", "request.bad_host"),
        ("shop.test.:80", "/", "request.bad_host"),
        ("a.cdn.test.", "/", "request.bad_host"),
        ("health.test.", "/healthz", "request.bad_host"),
        ("other.test.", "/healthz", "permit"),
        ("other.test.", "/", "route.unmatched"),
    ] {
        let request = Plain::new("GET", host, path);
        assert_eq!(code(&engine, &request), expected, "{host}{path}");
    }
}

//! Whose key lets a request in, and what the others are told.

mod support;

use policy::Engine;
use support::{HEADER, NOW, Plain, code, engine, section};

const ROUTES: &str = r#"[
    {"name": "search", "paths": ["/search"], "allow": {"api_key": "any"}},
    {"name": "orders", "paths": ["/orders"], "allow": {"api_key": ["acme", "gone"]}},
    {"name": "office", "paths": ["/office"], "allow": {"any_of": [
        {"api_key": ["beta"]},
        {"remote_ip_blocks": ["203.0.113.0/24"], "when": [{"key": "request.headers[x-office]", "present": true}]}]}},
    {"name": "open", "paths": ["/open"], "allow": "any"}
]"#;

fn shop() -> Engine {
    engine(&section(HEADER), ROUTES)
}

fn with_key(path: &str, key: &str) -> Plain {
    Plain::new(path).with("x-api-key", key)
}

#[test]
fn a_live_key_of_a_client_that_is_taken_lets_in() {
    let shop = shop();
    for (path, key, expected) in [
        ("/search", "acme-old", "permit"),
        ("/search", "acme-new", "permit"),
        ("/search", "beta-key", "permit"),
        ("/orders", "acme-new", "permit"),
        ("/orders", "beta-key", "api_key.wrong_client"),
        ("/orders", "gone-key", "api_key.expired"),
        ("/search", "gone-key", "api_key.expired"),
        ("/search", "acme-ne", "api_key.unknown"),
        ("/search", "acme-new2", "api_key.unknown"),
        ("/search", "ACME-NEW", "api_key.unknown"),
        ("/search", "", "api_key.missing"),
        ("/search", "acme-new,acme-new", "api_key.several"),
        ("/search", "acme-new,beta-key", "api_key.several"),
        ("/search", "acme-new,", "api_key.several"),
        ("/open", "nonsense", "permit"),
    ] {
        let decided = shop.decide(&with_key(path, key));
        assert_eq!(code(&decided), expected, "{path} {key}");
    }
    assert_eq!(
        code(&shop.decide(&Plain::new("/search"))),
        "api_key.missing"
    );
}

#[test]
fn a_digest_is_no_key() {
    let digest = api_key::Digest::of(b"acme-new").to_string();
    let decided = shop().decide(&with_key("/search", &digest));
    assert_eq!(code(&decided), "api_key.unknown");
}

#[test]
fn the_end_of_a_key_is_looked_at_on_every_request() {
    let shop = shop();
    let last = 1_701_388_800; // 2023-12-01T00:00:00Z
    for (now, expected) in [
        (NOW, "permit"),
        (last, "permit"),
        (last + 1, "api_key.expired"),
        (last - 1, "permit"),
    ] {
        let request = with_key("/search", "acme-old").at(now);
        assert_eq!(code(&shop.decide(&request)), expected, "{now}");
        let request = with_key("/search", "acme-new").at(now);
        assert_eq!(code(&shop.decide(&request)), "permit", "{now}");
        assert_eq!(
            request.clock_read.get(),
            0,
            "a key without an end asks no clock"
        );
    }
}

#[test]
fn a_bad_key_spoils_nothing_that_is_good_otherwise() {
    let shop = shop();
    for (key, expected) in [
        ("beta-key", "permit"),
        ("acme-new", "permit"),
        ("nonsense", "permit"),
        ("gone-key", "permit"),
        ("beta-key,acme-new", "permit"),
    ] {
        let request = with_key("/office", key).with("x-office", "1");
        assert_eq!(code(&shop.decide(&request)), expected, "{key}");
    }
    for (key, expected) in [
        ("beta-key", "permit"),
        ("acme-new", "api_key.wrong_client"),
        ("nonsense", "api_key.unknown"),
        ("beta-key,acme-new", "api_key.several"),
    ] {
        let decided = shop.decide(&with_key("/office", key));
        assert_eq!(code(&decided), expected, "{key}");
    }
}

#[test]
fn a_denial_tells_the_client_as_much_as_the_standard_asks_for() {
    let bearer = r#""from_headers": [{"name": "authorization", "value_prefix": "Bearer "}]"#;
    let bearer = engine(&section(bearer), ROUTES);
    let shop = shop();
    for (engine, path, key, status, challenge, client) in [
        (&shop, "/search", None, 401, Some("ApiKey"), None),
        (&shop, "/search", Some("x"), 401, Some("ApiKey"), None),
        (
            &shop,
            "/search",
            Some("gone-key"),
            401,
            Some("ApiKey"),
            Some("gone"),
        ),
        (&shop, "/orders", Some("beta-key"), 403, None, Some("beta")),
        (&shop, "/orders", Some("a,b"), 400, None, None),
        (&bearer, "/search", Some("x"), 401, Some("Bearer"), None),
    ] {
        let mut request = Plain::new(path);
        if let Some(key) = key {
            request = request
                .with("x-api-key", key)
                .with("authorization", format!("bearer {key}"));
        }
        let denial = engine.decide(&request).unwrap_err();
        assert_eq!(denial.reason.status().http(), status, "{path} {key:?}");
        let told = denial.headers.iter();
        let told: Vec<&str> = told
            .map(|(name, value)| {
                assert_eq!(*name, "www-authenticate");
                value.as_str()
            })
            .collect();
        assert_eq!(told, Vec::from_iter(challenge), "{path} {key:?}");
        assert_eq!(denial.client.as_deref(), client, "{path} {key:?}");
        assert_eq!(denial.rule.as_deref(), client, "{path} {key:?}");
    }
}

#[test]
fn a_request_with_a_good_key_that_is_denied_otherwise_is_its_clients() {
    let routes = r#"[{"name": "a", "paths": ["/a"], "allow":
        {"api_key": "any", "all_of": [{"api_key": ["acme"]}, {"api_key": ["acme", "beta"]}]}}]"#;
    let engine = engine(&section(HEADER), routes);
    let denial = engine.decide(&with_key("/a", "beta-key")).unwrap_err();
    assert_eq!(denial.reason.code(), "api_key.wrong_client");
    assert_eq!(denial.principal.as_deref(), Some("api_key:beta"));
    let denial = engine.decide(&with_key("/a", "gone-key")).unwrap_err();
    assert_eq!(denial.principal, None, "an ended key verifies nobody");
}

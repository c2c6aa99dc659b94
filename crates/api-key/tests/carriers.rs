//! Where a key may stand, and that two are never taken.

mod support;

use support::{HEADER, Plain, code, engine, entry, section};

const ANYWHERE: &str = r#"
    "from_headers": [{"name": "x-api-key"}, {"name": "authorization", "value_prefix": "ApiKey "}],
    "from_cookies": ["key"],
    "from_params": ["api_key"]"#;

const ROUTES: &str = r#"[{"name": "all", "paths": ["/**"], "allow": {"api_key": ["acme"]}}]"#;

fn decided(request: &Plain) -> &'static str {
    code(&engine(&section(ANYWHERE), ROUTES).decide(request))
}

#[test]
fn a_key_is_found_in_each_place() {
    for request in [
        Plain::new("/").with("x-api-key", "acme-new"),
        Plain::new("/").with("x-api-key", " acme-new\t"),
        Plain::new("/").with("authorization", "apikey acme-new"),
        Plain::new("/").with("cookie", "a=b; key=acme-new"),
        Plain::new("/?api_key=acme-new&a=b"),
        Plain::new("/?api_key=acme%2dnew"),
        Plain::new("/?x=%zz&api_key=acme-new").with("authorization", "Basic YTpi"),
        Plain::new("/?api_key=").with("x-api-key", "acme-new"),
    ] {
        assert_eq!(decided(&request), "permit");
    }
}

#[test]
fn two_keys_are_never_taken_even_where_they_are_the_same() {
    for request in [
        Plain::new("/?api_key=acme-new").with("x-api-key", "acme-new"),
        Plain::new("/?api_key=acme-new").with("x-api-key", "beta-key"),
        Plain::new("/")
            .with("cookie", "key=acme-new")
            .with("x-api-key", "nonsense"),
        Plain::new("/").with("cookie", "key=acme-new; key=beta-key"),
        Plain::new("/")
            .with("cookie", "key=acme-new")
            .with("cookie", "key=acme-new"),
        Plain::new("/")
            .with("x-api-key", "acme-new")
            .with("x-api-key", "acme-new"),
        Plain::new("/?api_key=acme-new&api_key=beta-key"),
        Plain::new("/?api_key=acme-new&API_KEY=beta-key"),
        Plain::new("/?api_key=acme-new;a=b"),
        Plain::new("/?api_key=acme+new"),
        Plain::new("/").with("authorization", "ApiKey acme-new,Bearer x"),
    ] {
        assert_eq!(decided(&request), "api_key.several");
    }
}

#[test]
fn what_stands_elsewhere_is_no_key() {
    for request in [
        Plain::new("/acme-new"),
        Plain::new("/").with("x-api_key", "acme-new"),
        Plain::new("/").with("authorization", "Bearer acme-new"),
        Plain::new("/").with("cookie", "xkey=acme-new"),
        Plain::new("/?key=acme-new"),
    ] {
        assert_eq!(decided(&request), "api_key.missing");
    }
}

#[test]
fn a_key_of_any_bytes_and_length_is_an_answer() {
    for (key, expected) in [
        (vec![0xff; 64], "api_key.unknown"),
        (vec![0; 64], "api_key.unknown"),
        (vec![b'a'; api_key::MAX_KEY_BYTES + 1], "api_key.unknown"),
        (vec![b'a'; 1 << 20], "api_key.unknown"),
    ] {
        assert_eq!(decided(&Plain::new("/").with("x-api-key", key)), expected);
    }
}

#[test]
fn a_key_that_is_too_long_is_nobodys_even_where_its_digest_is_known() {
    let longest = "a".repeat(api_key::MAX_KEY_BYTES);
    let longer = "b".repeat(api_key::MAX_KEY_BYTES + 1);
    let keys = [entry("acme", &longest, None), entry("acme", &longer, None)].join(", ");
    let engine = engine(&format!(r#"{{{HEADER}, "keys": [{keys}]}}"#), ROUTES);
    for (key, expected) in [(longest, "permit"), (longer, "api_key.unknown")] {
        let request = Plain::new("/").with("x-api-key", key);
        assert_eq!(code(&engine.decide(&request)), expected);
    }
}

//! Whatever a client sends: a key lets in exactly where its digest is that of a live key.

mod support;

use proptest::prelude::*;
use support::{HEADER, NOW, Plain, code, engine, entry};

const ROUTES: &str = r#"[{"name": "all", "paths": ["/**"], "allow": {"api_key": "any"}}]"#;

/// A key of few letters, so that what is sent often is one.
fn key() -> impl Strategy<Value = String> {
    "[ab]{1,4}"
}

proptest! {
    /// The model: sent is a key, and one of the document is the same and has not ended.
    #[test]
    fn permitted_is_whoever_sends_a_live_key(
        keys in proptest::collection::btree_map(key(), proptest::option::of(0_u8..4), 1..12),
        sent in key(),
        later in 0_u64..4,
    ) {
        let end = |seconds: u8| format!("2023-11-14T22:13:2{seconds}Z"); // NOW and the seconds behind it
        let entries: Vec<String> = keys
            .iter()
            .map(|(key, ends)| entry("acme", key, ends.map(end).as_deref()))
            .collect();
        let section = format!(r#"{{{HEADER}, "keys": [{}]}}"#, entries.join(", "));
        let engine = engine(&section, ROUTES);
        let expected = match keys.get(&sent) {
            None => "api_key.unknown",
            Some(Some(end)) if u64::from(*end) < later => "api_key.expired",
            Some(_) => "permit",
        };
        let request = Plain::new("/").with("x-api-key", &sent).at(NOW + later);
        prop_assert_eq!(code(&engine.decide(&request)), expected);
    }

    /// No bytes in any carrier end in a panic, or in a permit without a key.
    #[test]
    fn hostile_bytes_are_denied(
        header in proptest::collection::vec(any::<u8>(), 0..80),
        cookie in "((key=|KEY|a)[ab\"]{0,2}[;, ]{0,2}){0,4}",
        query in "((key=|k%65y=|KEY=|a=)[ab%+]{0,2}[&;#]?){0,4}",
    ) {
        let carriers = r#""from_headers": [{"name": "authorization", "value_prefix": "Bearer "}],
            "from_cookies": ["key"], "from_params": ["key"]"#;
        let section = format!(r#"{{{carriers}, "keys": [{}]}}"#, entry("acme", "secret", None));
        let engine = engine(&section, ROUTES);
        let request = Plain::new(&format!("/a?{query}"))
            .with("authorization", &header)
            .with("cookie", &cookie);
        let decided = engine.decide(&request);
        prop_assert!(code(&decided).starts_with("api_key."), "{}", code(&decided));
    }
}

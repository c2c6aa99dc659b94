//! What is wrong with a section or a condition, word for word.

#![allow(clippy::expect_used, reason = "helpers of tests")]

mod support;

use support::{HEADER, compile, document, entry, section};

const ROUTES: &str =
    r#"[{"name": "search", "paths": ["/v1/search"], "allow": {"api_key": "any"}}]"#;

fn keys(keys: &str) -> String {
    format!(r#"{{{HEADER}, "keys": [{keys}]}}"#)
}

fn errors(section: &str, routes: &str) -> Vec<String> {
    let report = compile(&document(section, routes)).expect_err("a bad document");
    report.errors().to_vec()
}

#[test]
fn a_key_in_place_of_its_digest_is_told_how_to_be_one() {
    let short = r#"{"client": "acme", "sha256": "0123456789abcdef01234567"}"#;
    let number = r#"{"client": "acme", "sha256": 1234}"#;
    let upper = entry("acme", "k", None);
    let digest = api_key::Digest::of(b"k").to_string();
    let upper = upper.replace(&digest, &digest.to_uppercase());
    assert_eq!(
        errors(&keys(short), ROUTES),
        [
            "api_key.keys[0].sha256: 24 characters; expected 64 hex digits: a key itself never belongs \
          here; make the pair with `portcullis key new --client acme`"
        ]
    );
    assert_eq!(
        errors(&keys(number), ROUTES),
        ["api_key.keys[0].sha256: expected a string, got a number; put the digits in quotes"]
    );
    assert_eq!(
        errors(&keys(&upper), ROUTES),
        ["api_key.keys[0].sha256: write its hex digits in lower case"]
    );
}

#[test]
fn a_client_that_has_no_key_is_told_with_those_that_have() {
    let two = [entry("beta", "b", None), entry("acme", "a", None)].join(", ");
    let routes = ROUTES.replace("\"any\"", r#"["acmee", "beta"]"#);
    assert_eq!(
        errors(&keys(&two), &routes),
        ["routes[search].allow.api_key[0]: no key has the client \"acmee\"; clients: acme, beta"]
    );
    let many: Vec<String> = (10..40)
        .map(|number| entry(&format!("c{number}"), &number.to_string(), None))
        .collect();
    let errors = errors(&keys(&many.join(", ")), &routes);
    assert!(errors[0].ends_with("c28, c29, ..."), "{errors:?}");
}

#[test]
fn a_digest_stands_once() {
    let twice = [
        entry("acme", "same", None),
        entry("beta", "other", None),
        entry("acme", "same", Some("2030-01-01T00:00:00Z")),
        entry("beta", "same", None),
    ];
    assert_eq!(
        errors(&keys(&twice.join(", ")), ROUTES),
        [
            "api_key.keys[2].sha256: is that of keys[0] too; a key stands once, for one client",
            "api_key.keys[3].sha256: is that of keys[2] too; a key stands once, for one client",
        ]
    );
}

#[test]
fn what_is_missing_or_not_meant_is_told_at_its_place() {
    let one = entry("acme", "k", None);
    let bounded = (0..=10_000)
        .map(|number| entry("acme", &number.to_string(), None))
        .collect::<Vec<_>>()
        .join(", ");
    for (section, expected) in [
        (
            format!(r#"{{"keys": [{one}]}}"#),
            "api_key: says nowhere where a request carries its key; write for example from_headers: \
             [{name: x-api-key}]",
        ),
        (
            format!("{{{HEADER}}}"),
            "api_key.keys: missing; list at least one key; `portcullis key new --client NAME` makes one",
        ),
        (
            keys(""),
            "api_key.keys: is empty; leave it out, or list at least one",
        ),
        (keys(&bounded), "api_key.keys: 10001 keys; at most 10000"),
        (
            keys(&entry("acme", "k", Some("2030-01-01"))),
            "api_key.keys[0].not_after: \"2030-01-01\" is not a time in UTC; write it as \
             \"2027-06-30T00:00:00Z\"",
        ),
        (
            keys(&entry("Acme Inc", "k", None)),
            "api_key.keys[0].client: \"Acme Inc\" is not a name; write 1 to 63 of a-z 0-9 . _ -, and \
             begin with a letter or digit",
        ),
        (
            keys(r#"{"client": "acme", "key": "k"}"#),
            "api_key.keys[0].key: unknown field; write sha256, the key's digest: `portcullis key hash` \
             gives it",
        ),
        (
            keys(&one).replace("x-api-key", "X-Api-Key"),
            "api_key.from_headers[X-Api-Key].name: \"X-Api-Key\": write it in lower case: \"x-api-key\"",
        ),
        (
            format!(r#"{{{HEADER}, "client_id_header": "x-api-key", "keys": [{one}]}}"#),
            "api_key.client_id_header: \"x-api-key\" carries keys; tell the upstream in another",
        ),
        (
            format!(r#"{{{HEADER}, "client_id_header": "x-forwarded-for", "keys": [{one}]}}"#),
            "api_key.client_id_header: \"x-forwarded-for\" is the proxy's own; tell the upstream in \
             another",
        ),
        (
            format!(r#"{{"from_cookies": ["a b"], "keys": [{one}]}}"#),
            "api_key.from_cookies[0]: \"a b\" is not the name of a cookie",
        ),
        (
            format!(r#"{{"from_params": ["key", "Key"], "keys": [{one}]}}"#),
            "api_key.from_params[1]: \"Key\" is given twice",
        ),
        (
            format!(r#"{{"from_params": ["a+b"], "keys": [{one}]}}"#),
            "api_key.from_params[0]: \"a+b\": write letters, digits and - . _ ~ only",
        ),
        (
            keys(&one).replace("keys", "credentials"),
            "api_key.credentials: unknown field; write keys: [{client: ..., sha256: ...}]",
        ),
    ] {
        let errors = errors(&section, ROUTES);
        assert!(
            errors.iter().any(|error| error == expected),
            "{expected}: {errors:#?}"
        );
    }
}

#[test]
fn a_condition_says_whose_key() {
    for (part, expected) in [
        (
            "\"acme\"",
            "routes[search].allow.api_key: expected \"any\" or a list of clients, got \"acme\"; a \
             client is written as [acme]",
        ),
        (
            "true",
            "routes[search].allow.api_key: expected \"any\" or a list of clients, got the boolean true",
        ),
        (
            "[]",
            "routes[search].allow.api_key: is empty; leave it out, or list at least one",
        ),
    ] {
        let routes = ROUTES.replace("\"any\"", part);
        assert_eq!(errors(&section(HEADER), &routes), [expected]);
    }
    let without = format!(r#"{{"version": "v1", "routes": {ROUTES}}}"#);
    assert_eq!(
        compile(&without).unwrap_err().errors(),
        [
            "routes[search].allow.api_key: no key is declared; add the section api_key: {from_headers: \
          [...], keys: [...]}"
        ]
    );
}

#[test]
fn clients_that_nobody_lets_in_are_a_warning() {
    let warnings = |routes: &str| {
        let (_, report) = compile(&document(&section(HEADER), routes)).unwrap();
        report.warnings().to_vec()
    };
    assert_eq!(warnings(ROUTES), [""; 0]);
    assert_eq!(
        warnings(&ROUTES.replace("\"any\"", r#"["beta"]"#)),
        ["api_key.keys: no route takes the keys of: acme, gone"]
    );
    let params = section(r#""from_params": ["key"]"#);
    let (_, report) = compile(&document(&params, ROUTES)).unwrap();
    assert!(report.warnings()[0].starts_with("api_key.from_params: what stands in a URL"));
}

#[test]
fn the_client_is_compared_behind_the_part_that_verifies_it() {
    let routes = |allow: &str| format!(r#"[{{"name": "a", "paths": ["/a"], "allow": {allow}}}]"#);
    let when = r#""when": [{"key": "api_key.client", "prefixes": ["ac"]}]"#;
    let alone = routes(&format!("{{{when}}}"));
    let errors = errors(&section(HEADER), &alone);
    assert_eq!(errors.len(), 1);
    assert!(errors[0].starts_with("routes[a].allow.when"), "{errors:?}");
    let beside = routes(&format!(r#"{{"api_key": "any", {when}}}"#));
    let engine = support::engine(&section(HEADER), &beside);
    for (key, expected) in [("acme-new", "permit"), ("beta-key", "route.not_allowed")] {
        let request = support::Plain::new("/a").with("x-api-key", key);
        assert_eq!(support::code(&engine.decide(&request)), expected);
    }
}

//! What a bad document is told: every error at once, by name, with what to write instead.

mod support;

use support::compile;

/// The errors of a document.
fn errors(document: &str) -> Vec<String> {
    compile(document)
        .err()
        .map(|report| report.errors().to_vec())
        .unwrap_or_default()
}

/// Whether some error of the document holds this text.
fn refused(document: &str, part: &str) {
    let errors = errors(document);
    assert!(
        errors.iter().any(|error| error.contains(part)),
        "{part}\nnot in {errors:#?}"
    );
}

/// A document with one route whose `allow` is this.
fn allow(allow: &str) -> String {
    format!(
        r#"{{"version": "v1", "routes": [{{"name": "orders", "paths": ["/**"], "allow": {allow}}}]}}"#
    )
}

#[test]
fn a_good_document_has_no_errors() {
    assert_eq!(errors(&allow(r#""any""#)), Vec::<String>::new());
    assert_eq!(
        errors(&allow(
            r#"{"any_of": [{"principals": ["a"]}, {"remote_ip_blocks": ["10.0.0.0/8"]}]}"#
        )),
        Vec::<String>::new()
    );
}

#[test]
fn what_is_missing_is_named() {
    let told = errors("{}");
    assert_eq!(
        told,
        [
            "version: missing; write \"version: v1\" (this plugin reads v1)",
            "routes: missing, so every request would be denied; to limit only, add {name: all, paths: [\"/**\"], allow: any}",
        ]
    );
    refused(
        r#"{"version": "v1", "routes": [{"name": "orders", "paths": ["/"]}]}"#,
        "routes[orders].allow: missing; write a condition, \"any\" (no condition) or \"none\" (always denied)",
    );
    refused(
        r#"{"version": "v1", "routes": [{"paths": ["/"], "allow": "any"}]}"#,
        "routes[0].name: missing",
    );
    refused(
        r#"{"version": "v1", "routes": [{"name": "a", "allow": "any"}]}"#,
        "routes[a].paths: missing",
    );
    refused(
        r#"{"version": "v2", "routes": []}"#,
        "version: unknown word \"v2\"",
    );
    refused("[]", "expected a map, got a list");
    refused("{", "the document is not JSON");
    refused("null", "expected a map, got null");
}

#[test]
fn all_errors_come_at_once_and_at_most_twenty() {
    let route = |at: usize| format!(r#"{{"name": "r{at}", "paths": ["x"], "allow": "any"}}"#);
    let routes: Vec<String> = (0..30).map(route).collect();
    let document = format!(r#"{{"version": "v1", "routes": [{}]}}"#, routes.join(","));
    let report = compile(&document).unwrap_err();
    assert_eq!((report.errors().len(), report.more_errors()), (20, 10));
    assert_eq!(
        report.errors()[0],
        "routes[r0].paths[0]: \"x\" must begin with \"/\""
    );
}

#[test]
fn unknown_fields_are_errors_with_the_nearest_name() {
    refused(
        r#"{"version": "v1", "rules": []}"#,
        "rules: unknown field; write each rule as an entry of \"routes\"",
    );
    refused(
        r#"{"version": "v1", "route": []}"#,
        "route: unknown field; did you mean \"routes\"?",
    );
    refused(
        r#"{"version": "v1", "routes": [{"name": "a", "paths": ["/"], "allow": "any", "method": ["GET"]}]}"#,
        "routes[a].method: unknown field; write methods: [...]",
    );
    refused(
        &allow(r#"{"principal": ["a"]}"#),
        "routes[orders].allow.principal: unknown field; did you mean \"principals\"?",
    );
}

#[test]
fn what_allow_may_be() {
    refused(
        &allow(r#"[{"principals": ["a"]}]"#),
        "routes[orders].allow: expected \"any\", \"none\" or a map, got a list",
    );
    refused(&allow("null"), "routes[orders].allow: is null");
    refused(&allow("{}"), "routes[orders].allow: is an empty map");
    refused(
        &allow(r#""all""#),
        "expected \"any\", \"none\" or a map, got \"all\"",
    );
    refused(
        &allow(r#"{"any_of": [{"principals": ["a"]}]}"#),
        "routes[orders].allow.any_of: needs at least two",
    );
    let deep = r#"{"any_of": [{"any_of": [{"any_of": [{"any_of": [{"principals": ["a"]}]}]}]}]}"#;
    refused(&allow(deep), "is nested deeper than 3");
    refused(
        &allow(r#"{"remote_ip_blocks": ["10.0.0.1/8"]}"#),
        "routes[orders].allow.remote_ip_blocks[0]:",
    );
    refused(
        &allow(r#"{"when": [{"key": "request.header[x]", "values": ["a"]}]}"#),
        "did you mean \"request.headers\"?",
    );
    refused(
        &allow(r#"{"when": [{"key": "request.headers[x]"}]}"#),
        "exactly one of values",
    );
    for test in ["values", "prefixes", "suffixes"] {
        refused(
            &allow(&format!(
                r#"{{"when": [{{"key": "request.headers[x]", "{test}": ["a,b"]}}]}}"#
            )),
            &format!("when[0].{test}: a value with a comma cannot be told"),
        );
    }
}

#[test]
fn a_part_that_the_plugin_does_not_link_is_refused_by_name() {
    refused(
        &allow(r#"{"jwt": "login"}"#),
        "routes[orders].allow.jwt: badges.wasm verifies no tokens, so it would let this request in without one; load gateway.wasm",
    );
    refused(
        r#"{"version": "v1", "rate_limit": {}}"#,
        "rate_limit: badges.wasm counts nothing",
    );
    refused(
        &allow(r#"{"when": [{"key": "jwt.principal", "values": ["a"]}]}"#),
        "when[0].key: badges.wasm verifies no tokens",
    );
    refused(
        r#"{"version": "v1", "api_key": {}}"#,
        "api_key: badges.wasm verifies no API keys",
    );
}

#[test]
fn the_kind_of_a_value_is_told() {
    refused(
        r#"{"version": 1}"#,
        "version: expected one of v1; got the number 1",
    );
    refused(
        r#"{"version": "v1", "routes": {}}"#,
        "routes: expected a list, got a map",
    );
    refused(
        r#"{"version": "v1", "routes": [{"name": "a", "paths": "/", "allow": "any"}]}"#,
        "routes[a].paths: expected a list, got a string",
    );
    refused(
        r#"{"version": "v1", "routes": [{"name": "a", "paths": [], "allow": "any"}]}"#,
        "routes[a].paths: is empty",
    );
    refused(
        r#"{"version": "v1", "routes": [{"name": "A b", "paths": ["/"], "allow": "any"}]}"#,
        "is not a name",
    );
    refused(
        r#"{"version": "v1", "routes": [{"name": "a", "paths": ["/"], "ports": [1.5], "allow": "any"}]}"#,
        "ports[0]: expected a whole number from 1 to 65535, got the number 1.5",
    );
    refused(
        r#"{"version": "v1", "routes": [{"name": "a", "paths": ["/"], "ports": [0], "allow": "any"}]}"#,
        "0 is outside 1 to 65535",
    );
    refused(
        r#"{"version": "v1", "routes": [{"name": "a", "paths": ["/"], "methods": ["get"], "allow": "any"}]}"#,
        "methods[0]: \"get\" is not a method in upper case; write \"GET\"",
    );
}

#[test]
fn the_same_number_in_three_spellings() {
    for port in ["8443", "8443.0", "8.443e3"] {
        let document = format!(
            r#"{{"version": "v1", "routes": [{{"name": "a", "paths": ["/"], "ports": [{port}], "allow": "any"}}]}}"#
        );
        assert_eq!(errors(&document), Vec::<String>::new(), "{port}");
    }
}

#[test]
fn doubles_are_refused() {
    refused(
        r#"{"version": "v1", "version": "v1"}"#,
        "version: given twice",
    );
    let twice = r#"{"version": "v1", "routes": [{"name": "a", "paths": ["/a"], "allow": "any"}, {"name": "a", "paths": ["/b"], "allow": "any"}]}"#;
    refused(twice, "routes[a]: this name stands twice");
}

#[test]
fn conflicts_and_leftovers_refuse_the_document() {
    let routes = |a: &str, b: &str| format!(r#"{{"version": "v1", "routes": [{a}, {b}]}}"#);
    let charges =
        r#"{"name": "charges", "paths": ["/v1/charges/**"], "allow": {"principals": ["a"]}}"#;
    let read = r#"{"name": "read", "methods": ["GET"], "paths": ["/v1/**"], "allow": {"principals": ["a"]}}"#;
    refused(
        &routes(charges, read),
        "routes[charges] and routes[read]: both match GET /v1/charges and neither is the narrower",
    );
    let orders = r#"{"name": "orders-read", "methods": ["GET"], "paths": ["/v1/orders/**"], "allow": {"principals": ["a"]}}"#;
    let web = r#"{"name": "web", "paths": ["/**"], "allow": "any"}"#;
    refused(
        &routes(orders, web),
        "routes[web]: \"allow: any\" would let PATCH /v1/orders/** in without a condition, where routes[orders-read] asks for one",
    );
}

#[test]
fn guards_that_make_no_sense_are_refused() {
    let guard = |list: &str, who: &str| {
        format!(
            r#"{{"version": "v1", "{list}": [{{"name": "g", "who": {who}}}], "routes": [{{"name": "a", "paths": ["/**"], "allow": "any"}}]}}"#
        )
    };
    refused(
        &guard("require", r#""any""#),
        "require[g].who: \"any\" asks for nothing",
    );
    refused(
        &guard("deny", r#""none""#),
        "deny[g].who: \"none\" denies nobody",
    );
    refused(
        r#"{"version": "v1", "deny": [{"name": "g"}]}"#,
        "deny[g].who: missing; write a condition, or \"any\" for everybody",
    );
    assert_eq!(errors(&guard("deny", r#""any""#)), Vec::<String>::new());
}

#[test]
fn a_document_too_large_is_refused() {
    let document = format!(
        r#"{{"version": "{}"}}"#,
        "v".repeat(policy::document::MAX_DOCUMENT_BYTES)
    );
    refused(&document, "at most 1048576");
}

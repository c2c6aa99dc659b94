//! `portcullis check` on documents that stand alone.

mod support;

use std::fs;

use support::{check, check_for, portcullis};

const GOOD: &str = "\
version: v1
routes:
  - {name: health, methods: [GET], paths: [/healthz], allow: any}
";

#[test]
fn a_good_document_is_ok() {
    let ran = check(GOOD).expect(0);
    assert_eq!(
        ran.out,
        "standard input: ok for gateway.wasm\n\
         1 document in 1 file: 0 refused, 0 errors, 0 warnings, 0 notes\n"
    );
    assert_eq!(ran.err, "");
}

#[test]
fn json_is_read_as_well() {
    let json = r#"{"version": "v1", "routes":
        [{"name": "health", "paths": ["/healthz"], "allow": "any"}]}"#;
    check(json).expect(0);
}

#[test]
fn all_errors_are_told_at_once_with_their_places() {
    let ran = check(
        "
version: v2
routes:
  - {name: open, paths: [/a], allow: any}
  - {name: nobody, paths: [/b]}
  - {name: list, paths: [/c], allow: [any]}
  - {name: typo, path: [/d], allow: any}
",
    )
    .expect(1);
    ran.says("error", "version", "");
    ran.says(
        "error",
        "routes[nobody].allow",
        "missing; write a condition",
    );
    ran.says("error", "routes[list].allow", "got a list");
    ran.says("error", "routes[typo].path", "paths: [...]");
    assert!(ran.out.contains("refused for gateway.wasm"));
}

#[test]
fn errors_come_first_then_warnings_then_notes() {
    let ran = check(
        "
version: v1
identity: {trust_domain: example.org}
jwt:
  providers:
    - {name: unused, issuer: x, audiences: any, algorithms: [RS256], jwks: {inline: {keys: []}}}
routes:
  - {name: a, paths: [/a], allow: nobody}
",
    )
    .expect(1);
    let weights: Vec<&str> = ran
        .out
        .lines()
        .filter_map(|line| line.split_once(": ").map(|(weight, _)| weight))
        .filter(|weight| ["error", "warning", "note"].contains(weight))
        .collect();
    let mut sorted = weights.clone();
    sorted.sort_by_key(|weight| {
        ["error", "warning", "note"]
            .iter()
            .position(|w| w == weight)
    });
    assert_eq!(weights, sorted);
    assert!(weights.contains(&"error"));
}

#[test]
fn nothing_behind_a_colon_never_means_any() {
    check("version: v1\nroutes: [{name: a, paths: [/a], allow: }]\n")
        .expect(1)
        .says("error", "routes[a].allow", "null");
}

#[test]
fn a_field_given_twice_is_refused() {
    check(&format!("{GOOD}version: v1\n"))
        .expect(1)
        .says("error", "version", "given twice");
}

#[test]
fn words_that_readers_of_yaml_disagree_on_are_refused() {
    check(
        "
version: v1
routes:
  - {name: a, paths: [/a], allow: {when: [{key: 'request.headers[x-country]', values: [de, no]}]}}
",
    )
    .expect(1)
    .says(
        "error",
        "routes[a].allow.when[0].values[1]",
        "write \"no\" or false",
    );
}

#[test]
fn merge_keys_are_refused_with_their_line() {
    let ran = check("version: v1\nroutes:\n  - <<: {name: a}\n").expect(2);
    assert!(ran.out.contains("line 3: a merge key"), "{}", ran.out);
}

#[test]
fn anchors_are_followed() {
    check(
        "
version: v1
routes:
  - {name: a, paths: [/a], methods: &read [GET, HEAD], allow: any}
  - {name: b, paths: [/b], methods: *read, allow: any}
",
    )
    .expect(0);
}

#[test]
fn each_document_of_a_text_is_checked() {
    let ran = check(&format!("{GOOD}---\nversion: v1\n---\n{GOOD}")).expect(1);
    assert!(
        ran.out
            .ends_with("3 documents in 1 file: 1 refused, 1 error, 0 warnings, 0 notes\n"),
        "{}",
        ran.out
    );
}

#[test]
fn each_file_is_checked_and_the_worst_decides_the_status() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let good = path("good.yaml", GOOD);
    let bad = path("bad.json", "{\"version\": \"v1\"}");
    let not_yaml = path("broken.yaml", "version: [v1\n");
    let missing = format!("{good}.missing");

    portcullis(&["check", &good], "").expect(0);
    portcullis(&["check", &good, &bad], "").expect(1);
    let ran = portcullis(&["check", &bad, &not_yaml, &missing, &good], "").expect(2);
    assert!(
        ran.out
            .contains(&format!("{bad}: refused for gateway.wasm\n"))
    );
    assert!(ran.out.contains(&format!("{good}: ok for gateway.wasm\n")));
    assert!(
        ran.out
            .contains(&format!("{not_yaml}: not checked\nerror: not YAML"))
    );
    assert!(
        ran.out
            .contains(&format!("{missing}: not checked\nerror: cannot be read"))
    );
    assert!(ran.out.ends_with(
        "2 documents in 4 files: 1 refused, 2 files not checked, 1 error, 0 warnings, 0 notes\n"
    ));
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("binary.yaml");
    fs::write(&path, b"version: \xff\n").unwrap();
    let ran = portcullis(&["check", path.to_str().unwrap()], "").expect(2);
    assert!(ran.out.contains("not UTF-8"));
    // a folder cannot be read either
    portcullis(&["check", folder.path().to_str().unwrap()], "").expect(2);
}

#[test]
fn a_file_without_a_document_says_what_was_looked_for() {
    for text in [
        "",
        "# nothing\n",
        "services: {web: {image: x}}\n",
        "[1, 2]\n",
        "kind: Service\napiVersion: v1\nversion: x\n",
    ] {
        let ran = check(text).expect(2);
        for word in [
            "\"version\"",
            "wasm HTTP filters",
            "gateway.wasm",
            "WasmPlugin",
        ] {
            assert!(ran.out.contains(word), "{text:?}: {}", ran.out);
        }
    }
}

#[test]
fn a_document_too_large_for_a_plugin_is_refused() {
    let path = "/x".repeat(300);
    let routes: Vec<String> = (0..1_800)
        .map(|at| format!("  - {{name: r{at}, paths: [{path}{at}], allow: any}}\n"))
        .collect();
    let routes = routes.concat();
    let ran = check(&format!("version: v1\nroutes:\n{routes}")).expect(1);
    assert!(ran.out.contains("at most 1048576"), "{}", ran.out);
}

#[test]
fn more_errors_than_are_shown_are_counted() {
    let routes: Vec<String> = (0..30)
        .map(|at| format!("  - {{name: r{at}, paths: [/{at}], allow: x}}\n"))
        .collect();
    let routes = routes.concat();
    let ran = check(&format!("version: v1\nroutes:\n{routes}")).expect(1);
    assert_eq!(ran.lines("error").len(), 21);
    assert!(ran.out.contains("error: 10 more like these\n"));
    assert!(ran.out.contains("1 refused, 30 errors"));
}

#[test]
fn each_plugin_refuses_what_it_cannot_do() {
    let identity = "
version: v1
identity: {trust_domain: example.org}
routes: [{name: a, paths: [/a], allow: {service_accounts: [shop/web]}}]
";
    let limits = "
version: v1
rate_limit: {limits: [{name: all, key: [remote.ip], rates: [{requests: 1, per: 1s}]}]}
";
    let routes = "\nroutes: [{name: a, paths: [/a], allow: any}]\n";
    check_for("gateway", identity).expect(0);
    check_for("spiffe_authz", identity).expect(0);
    check_for("jwt_authn", identity).expect(1).says(
        "error",
        "routes[a].allow.service_accounts",
        "jwt_authn.wasm reads no peer certificates",
    );
    check_for("rate_limit", identity).expect(1);

    check_for("rate_limit", limits).expect(0);
    check_for("gateway", limits)
        .expect(1)
        .says("error", "routes", "missing");
    check_for("gateway", &format!("{limits}{routes}")).expect(0);
    check_for("spiffe_authz", &format!("{limits}{routes}"))
        .expect(1)
        .says("error", "rate_limit", "spiffe_authz.wasm");
}

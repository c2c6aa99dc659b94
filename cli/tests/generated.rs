//! The committed outputs, and whether the schema agrees with the reader.

mod support;
#[path = "support/schema.rs"]
mod validator;

use serde_json::Value;
use support::{check, portcullis, read};

/// A committed file and the command that writes it.
const OUTPUTS: [(&str, &str); 2] = [
    ("docs/schema/portcullis.v1.json", "schema"),
    ("docs/reference.md", "reference"),
];

#[test]
fn what_is_committed_is_what_is_written() {
    for (file, command) in OUTPUTS {
        let fresh = portcullis(&[command], "").expect(0).out;
        assert!(
            read(file) == fresh,
            "{file} is stale; refresh it: cargo run -q -p portcullis -- {command} > {file}"
        );
    }
}

fn schema() -> Value {
    value(&portcullis(&["schema"], "").expect(0).out)
}

#[expect(clippy::unwrap_used, reason = "the tests' own texts")]
fn value(yaml: &str) -> Value {
    serde_saphyr::from_str(yaml).unwrap()
}

#[test]
fn the_schema_accepts_what_check_accepts() {
    let schema = schema();
    for file in ["who-may-call", "sign-in", "limits", "everything"] {
        let text = read(&format!("cli/tests/documents/{file}.yaml"));
        check(&text).expect(0);
        let misfits = validator::misfits(&schema, &value(&text));
        assert_eq!(misfits, [""; 0], "{file}");
    }
}

#[test]
fn the_schema_refuses_what_it_can_tell() {
    let schema = schema();
    let good = "{version: v1, routes: [{name: a, paths: [/a], allow: any}]}";
    assert_eq!(validator::misfits(&schema, &value(good)), [""; 0]);
    for (part, instead) in [
        ("version: v1", "version: v2"),
        ("version: v1, ", ""),
        ("version: v1", "version: v1, rules: []"),
        ("name: a", "name: A"),
        ("name: a, ", ""),
        ("allow: any", "allow: everybody"),
        ("allow: any", "allow: null"),
        ("allow: any", "allow: {}"),
        ("allow: any", "allow: [any]"),
        (
            "allow: any",
            "allow: {any_of: [{namespaces: [x]}, {typo: [x]}]}",
        ),
        ("allow: any", "allow: {when: [{values: [x]}]}"),
        ("allow: any", "allow: any, ports: [0]"),
        ("paths: [/a]", "paths: []"),
        ("paths: [/a]", "paths: /a"),
        ("version: v1", "version: v1, identity: {expiry_grace: 30}"),
        ("version: v1", "version: v1, identity: {expiry_grace: 1w}"),
    ] {
        let text = support::with(good, part, instead);
        let misfits = validator::misfits(&schema, &value(&text));
        assert!(!misfits.is_empty(), "{text}");
        check(&text).expect(1);
    }
}

#[test]
fn the_reference_names_every_field_part_and_code() {
    let page = read("docs/reference.md");
    for word in [
        "### `identity`",
        "### `jwt.providers[]`",
        "### `rate_limit.limits[].rates[]`",
        "### `routes[]`",
        "### `deny[]`",
        "| `service_accounts` |",
        "| `scopes` |",
        "| `any_of` |",
        "| `request.headers` |",
        "| `jwt.principal` | `jwt` |",
        "| `route.unmatched` | 403 Forbidden | 7 |",
        "| `jwt.expired` | 401 Unauthorized | 16 |",
        "| `rate_limit.exceeded` | 429 Too Many Requests | 8 |",
        "| `config.invalid` | 503 Service Unavailable | 14 |",
        "| `rate_limit` | refused | refused | yes | yes |",
        "### `api_key.keys[]`",
        "| `api_key.client` | `api_key` |",
        "| `api_key.unknown` | 401 Unauthorized | 16 |",
        "- `identity.jwt_svid_provider`",
    ] {
        assert!(page.contains(word), "{word}");
    }
}

//! `portcullis key`: keys, their digests, and documents that take them.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod support;

use std::collections::BTreeSet;

use support::{check_for, portcullis};

/// A document with these lines as its keys.
fn document(lines: &str) -> String {
    format!(
        "version: v1
api_key:
  from_headers: [{{name: x-api-key}}]
  keys:
    {lines}
routes:
  - {{name: search, methods: [GET], paths: [/v1/search], allow: {{api_key: [acme]}}}}
"
    )
}

/// The key and the line for the document of what `key new` has printed.
fn made(out: &str) -> (String, String) {
    let line = |start: &str| {
        let mut lines = out.lines().map(str::trim);
        lines
            .find(|line| line.starts_with(start))
            .unwrap()
            .to_owned()
    };
    (line("portcullis_"), line("- {client:"))
}

#[test]
fn a_new_key_and_its_line_belong_together() {
    let arguments = [
        "key",
        "new",
        "--client",
        "acme",
        "--not-after",
        "2027-06-30T00:00:00Z",
    ];
    let (key, line) = made(&portcullis(&arguments, "").expect(0).out);
    let digits = key.strip_prefix("portcullis_").unwrap();
    assert_eq!(digits.len(), 48, "192 bits");
    assert!(
        digits
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    );
    assert!(
        line.ends_with(", not_after: \"2027-06-30T00:00:00Z\"}"),
        "{line}"
    );
    assert!(!line.contains(digits));
    for plugin in ["jwt_authn", "gateway"] {
        check_for(plugin, &document(&line)).expect(0);
    }
    // the same line from the key alone
    let arguments = [
        "key",
        "hash",
        "--client",
        "acme",
        "--not-after",
        "2027-06-30T00:00:00Z",
    ];
    let hashed = portcullis(&arguments, &key).expect(0);
    assert_eq!(hashed.out.trim_end(), line);
}

#[test]
fn every_name_that_is_taken_makes_a_line_that_is() {
    for client in ["7", "1e5", "0x1f", "null", "true", "no", "a.b_c-d"] {
        let arguments = ["key", "new", "--client", client];
        let (_, line) = made(&portcullis(&arguments, "").expect(0).out);
        let document = document(&line).replace("[acme]", &format!("[\"{client}\"]"));
        check_for("gateway", &document).expect(0);
    }
}

#[test]
fn no_key_is_made_twice() {
    let keys: BTreeSet<String> = (0..10)
        .map(|_| {
            made(
                &portcullis(&["key", "new", "--client", "acme"], "")
                    .expect(0)
                    .out,
            )
            .0
        })
        .collect();
    assert_eq!(keys.len(), 10);
}

#[test]
fn programs_read_json() {
    let arguments = [
        "key", "new", "--client", "acme", "--bytes", "16", "--format", "json",
    ];
    let ran = portcullis(&arguments, "").expect(0);
    let json: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let key = json["key"].as_str().unwrap();
    assert_eq!(key.len(), "portcullis_".len() + 32);
    assert_eq!(
        (&json["client"], json.get("not_after")),
        (&"acme".into(), None)
    );
    let hashed = portcullis(&["key", "hash"], key).expect(0);
    assert_eq!(json["sha256"], hashed.out.trim_end());
}

#[test]
fn a_digest_is_sha_256() {
    // NIST's first example; what `echo` puts behind a key is none of it
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    for input in ["abc", "abc\n", "abc\r\n"] {
        let ran = portcullis(&["key", "hash"], input).expect(0);
        assert_eq!(ran.out.trim_end(), abc);
        assert!(ran.err.contains("short"), "{}", ran.err);
    }
    let ran = portcullis(&["key", "hash"], "0123456789abcdef0123456789abcdef").expect(0);
    assert_eq!(ran.err, "");
}

#[test]
fn a_key_that_no_request_can_carry_is_refused() {
    let long = "a".repeat(1025);
    for (input, words) in [
        ("", "no key"),
        ("\n", "no key"),
        ("a b", "space"),
        ("a\tb", "control"),
        ("a\nb\n", "control"),
        ("schlüssel", "ASCII"),
        ("a,b", "comma"),
        ("a;b", "semicolon"),
        (&long, "1,024"),
    ] {
        let ran = portcullis(&["key", "hash"], input).expect(2);
        assert!(ran.err.contains(words), "{input}: {}", ran.err);
        assert_eq!(ran.out, "");
    }
    let longest = "a".repeat(1024);
    portcullis(&["key", "hash"], &format!("{longest}\n")).expect(0);
}

#[test]
fn what_a_document_would_refuse_is_refused_here() {
    for arguments in [
        &["key", "new"][..],
        &["key", "new", "--client", "Acme Inc"],
        &["key", "new", "--client", "acme", "--bytes", "15"],
        &["key", "new", "--client", "acme", "--bytes", "65"],
        &[
            "key",
            "new",
            "--client",
            "acme",
            "--not-after",
            "2027-06-30",
        ],
        &["key", "hash", "--not-after", "2027-06-30T00:00:00Z"],
        &["key"],
    ] {
        let ran = portcullis(arguments, "a").expect(2);
        assert_eq!(ran.out, "", "{arguments:?}");
    }
}

#[test]
fn help_has_examples() {
    for command in ["new", "hash"] {
        let ran = portcullis(&["key", command, "--help"], "").expect(0);
        let examples = ran.out.split("Example").nth(1).expect("examples");
        assert!(examples.contains(&format!("portcullis key {command}")));
    }
}

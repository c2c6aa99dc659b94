//! Two conditions that can never both hold are refused, where the second stands.
#![allow(clippy::expect_used, reason = "only tests are built with this")]

mod support;

use support::compile;

fn errors(condition: &str) -> Vec<String> {
    let document = format!(
        r#"{{"version": "v1", "routes": [{{"name": "a", "paths": ["/**"], "allow": {condition}}}]}}"#
    );
    let report = compile(&document).err();
    report.map_or_else(Vec::new, |report| report.errors().to_vec())
}

/// An entry on one header.
fn entry(test: &str) -> String {
    format!(r#"{{"key": "request.headers[x-tenant]", {test}}}"#)
}

const CLASHES: [(&str, &str); 9] = [
    (r#""values": ["a", "b"]"#, r#""values": ["c"]"#),
    (r#""values": ["a", "b"]"#, r#""prefixes": ["c", "ab"]"#),
    (r#""values": ["a", "b"]"#, r#""suffixes": ["c"]"#),
    (r#""prefixes": ["ab"]"#, r#""prefixes": ["ac", "b"]"#),
    (r#""suffixes": ["ba"]"#, r#""suffixes": ["ca"]"#),
    (r#""present": false"#, r#""values": ["a"]"#),
    (r#""present": false"#, r#""prefixes": ["a"]"#),
    (r#""present": false"#, r#""suffixes": ["a"]"#),
    (r#""present": false"#, r#""present": true"#),
];

const MEET: [(&str, &str); 8] = [
    (r#""values": ["a", "b"]"#, r#""values": ["b", "c"]"#),
    (r#""values": ["ab"]"#, r#""prefixes": ["c", "a"]"#),
    (r#""values": ["ab"]"#, r#""suffixes": ["b"]"#),
    (r#""prefixes": ["ab"]"#, r#""prefixes": ["a"]"#),
    (r#""suffixes": ["ba"]"#, r#""suffixes": ["a", "x"]"#),
    (r#""prefixes": ["a"]"#, r#""suffixes": ["z"]"#),
    (r#""present": true"#, r#""values": ["a"]"#),
    (r#""present": false"#, r#""present": false"#),
];

/// A condition with both entries, in each way in which they must hold together.
fn together(one: &str, other: &str) -> [(String, &'static str); 4] {
    let (one, other) = (entry(one), entry(other));
    let office = r#"{"remote_ip_blocks": ["192.0.2.1"]}"#;
    [
        (format!(r#"{{"when": [{one}, {other}]}}"#), "when"),
        (
            format!(r#"{{"when": [{one}], "all_of": [{office}, {{"when": [{other}]}}]}}"#),
            "all_of[1]",
        ),
        (
            format!(r#"{{"all_of": [{{"when": [{one}]}}, {{"when": [{other}]}}]}}"#),
            "all_of[1]",
        ),
        (
            format!(
                r#"{{"any_of": [{{"all_of": [{office}, {{"when": [{one}, {other}]}}]}}, {office}]}}"#
            ),
            "any_of[0].all_of[1].when",
        ),
    ]
}

#[test]
fn entries_that_never_hold_together_are_refused() {
    for (one, other) in CLASHES {
        for (one, other) in [(one, other), (other, one)] {
            for (condition, place) in together(one, other) {
                let told = errors(&condition);
                assert_eq!(told.len(), 1, "{condition} {told:?}");
                let expected = format!(
                    "routes[a].allow.{place}: asks of \"request.headers[x-tenant]\" what can never hold \
                     together"
                );
                assert!(told[0].starts_with(&expected), "{told:?}");
            }
        }
    }
}

#[test]
fn entries_that_can_hold_together_are_taken() {
    for (one, other) in MEET {
        for (one, other) in [(one, other), (other, one)] {
            for (condition, _) in together(one, other) {
                assert_eq!(errors(&condition), Vec::<String>::new(), "{condition}");
            }
        }
    }
    for (one, other) in CLASHES {
        let either = format!(
            r#"{{"any_of": [{{"when": [{}]}}, {{"when": [{}]}}]}}"#,
            entry(one),
            entry(other)
        );
        assert_eq!(errors(&either), Vec::<String>::new(), "{either}");
        let two = format!(
            r#"{{"when": [{}, {{"key": "request.headers[x-b]", {other}}}]}}"#,
            entry(one)
        );
        assert_eq!(errors(&two), Vec::<String>::new(), "{two}");
    }
}

#[test]
fn blocks_without_a_common_address_are_refused() {
    let both = |one: &str, other: &str| {
        format!(
            r#"{{"remote_ip_blocks": [{one}], "all_of": [{{"when": [{}]}}, {{"remote_ip_blocks": [{other}]}}]}}"#,
            entry(r#""present": true"#)
        )
    };
    for (one, other) in [
        (r#""10.0.0.0/8""#, r#""192.0.2.0/24", "11.0.0.0/8""#),
        (r#""0.0.0.0/0""#, r#""::/0""#),
        (r#""192.0.2.1""#, r#""192.0.2.2""#),
    ] {
        assert_eq!(
            errors(&both(one, other)),
            [
                "routes[a].allow.all_of[1].remote_ip_blocks: no address lies in these and in the blocks that \
                 must hold beside them"
            ]
        );
    }
    for (one, other) in [
        (r#""10.0.0.0/8""#, r#""192.0.2.0/24", "10.1.0.0/16""#),
        (r#""10.1.2.3""#, r#""10.0.0.0/8""#),
    ] {
        assert_eq!(errors(&both(one, other)), Vec::<String>::new());
    }
}

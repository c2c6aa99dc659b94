//! What is said about a section that is wrong: every message, at its place.

mod document;
mod support;

use std::rc::Rc;

use document::compile;
use support::Contested;

const RATES: &str = r#""rates": [{"requests": 1, "per": "1s"}]"#;

fn errors(section: &str) -> Vec<String> {
    let (_, report) = compile(&Rc::new(Contested::default()), section);
    report.errors().to_vec()
}

#[test]
fn each_mistake_has_its_message() {
    #[rustfmt::skip]
    let table = [
        (r#""per": "1m", "requests": 0"#, "rate_limit.limits[x].rates[0].requests: 0 is outside 1 to 1000000000"),
        (r#""requests": 1, "per": 60"#, r#"rate_limit.limits[x].rates[0].per: expected a duration such as "1m", got the number 60; write "60s""#),
        (r#""requests": 1, "per": "99ms""#, "rate_limit.limits[x].rates[0].per: is outside 100ms to 366d"),
        (r#""requests": 1, "per": "367d""#, "rate_limit.limits[x].rates[0].per: is outside 100ms to 366d"),
        (r#""requests": 1, "per": "1s", "burst": 0"#, "rate_limit.limits[x].rates[0].burst: 0 is outside 1 to 1000000000"),
        (r#""requests": 1, "period": "1s""#, "rate_limit.limits[x].rates[0].per: missing; write a duration such as \"1s\""),
        (r#""requests": 1, "per": "1d", "burst": 1000000"#, "rate_limit.limits[x].rates[0].burst: a used-up burst would come back only after more than 100 years; write a smaller burst, or more requests per time"),
    ];
    for (rate, message) in table {
        let section = format!(r#"{{"limits": [{{"name": "x", "rates": [{{{rate}}}]}}]}}"#);
        assert_eq!(errors(&section)[0], message);
    }
    #[rustfmt::skip]
    let table = [
        (r#", "key": ["remote.ip", "remote.ip"]"#, r#"rate_limit.limits[x].key[1]: "remote.ip" is given twice"#),
        (r#", "key": []"#, "rate_limit.limits[x].key: is empty; leave it out, or list at least one"),
        (r#", "key": ["request.headers[a]", "request.headers[b]", "request.headers[c]", "request.headers[d]", "remote.ip"]"#, "rate_limit.limits[x].key: 5 attributes; a key has at most 4"),
        (r#", "key": ["remote.port"]"#, r#"rate_limit.limits[x].key[0]: unknown attribute "remote.port""#),
        (r#", "key": ["remote.ip", "jwt.principal"]"#, r#"rate_limit.limits[x].key[1]: routes[health] verifies no token, so jwt.principal is missing there; narrow with "routes: [...]" or say "missing: share" or "skip""#),
        (r#", "key": ["source.principal"], "routes": ["orders", "other"]"#, r#"rate_limit.limits[x].key[0]: routes[other] verifies no identity, so source.principal is missing there; narrow with "routes: [...]" or say "missing: share" or "skip""#),
        (r#", "key": ["jwt[old].claims[sub]"], "routes": ["orders"]"#, r#"rate_limit.limits[x].key[0]: routes[orders] verifies no token of "old", so jwt[old].claims[sub] is missing there; narrow with "routes: [...]" or say "missing: share" or "skip""#),
        (r#", "key": ["jwt[unused].claims[sub]"], "missing": "share""#, r#"rate_limit.limits[x].key[0]: nothing verifies a token of "unused" where this limit counts, so jwt[unused].claims[sub] is never there; ask for it in a route's "allow", or remove it here"#),
        (r#", "key": ["remote.ip", "jwt.principal"], "routes": ["health", "other"], "missing": "skip""#, r#"rate_limit.limits[x].key[1]: nothing verifies a token where this limit counts, so jwt.principal is never there; ask for it in a route's "allow", or remove it here"#),
        (r#", "routes": ["health"], "overrides": [{"match": {"jwt.claims[plan]": ["gold"]}, "unlimited": true}]"#, r#"rate_limit.limits[x].overrides[0].match["jwt.claims[plan]"]: nothing verifies a token where this limit counts, so jwt.claims[plan] is never there; ask for it in a route's "allow", or remove it here"#),
        (r#", "routes": ["orders", "odrers"]"#, r#"rate_limit.limits[x].routes[1]: no route has the name "odrers"; did you mean "orders"?"#),
        (r#", "routes": ["/v1/**"]"#, r#"rate_limit.limits[x].routes[0]: no route has the name "/v1/**""#),
        (r#", "missing": "pass""#, r#"rate_limit.limits[x].missing: unknown word "pass"; write one of: share, skip, deny"#),
        (r#", "on_contention": "pass""#, r#"rate_limit.limits[x].on_contention: unknown word "pass"; write one of: deny, allow"#),
        (r#", "paths": ["/v1/**"]"#, r#"rate_limit.limits[x].paths: unknown field; write the paths in a route, and its name in "routes""#),
    ];
    for (rest, message) in table {
        let section = format!(r#"{{"limits": [{{"name": "x", {RATES}{rest}}}]}}"#);
        assert_eq!(errors(&section), [message]);
    }
}

#[test]
fn the_section_itself() {
    let one = format!(r#"{{"name": "x", {RATES}}}"#);
    let rate = r#"{"requests": 1, "per": "1s"}"#;
    let five = [rate; 5].join(",");
    #[rustfmt::skip]
    let table = [
        ("{}".to_owned(), "rate_limit.limits: missing; list at least one limit"),
        (format!(r#"{{"limits": [{one}, {one}]}}"#), "rate_limit.limits[x]: two limits have this name; give each its own"),
        (format!(r#"{{"limits": [{one}], "max_keys": 63}}"#), "rate_limit.max_keys: 63 is outside 64 to 1048576"),
        (format!(r#"{{"limits": [{one}], "replicas": 0}}"#), "rate_limit.replicas: 0 is outside 1 to 10000"),
        (format!(r#"{{"limits": [{one}], "ipv6_prefix": 129}}"#), "rate_limit.ipv6_prefix: 129 is outside 32 to 128"),
        (format!(r#"{{"limits": [{{"name": "x", "rates": [{five}]}}]}}"#), "rate_limit.limits[x].rates: 5 rates; a limit has at most 4"),
        (r#"{"limits": [{"name": "x"}]}"#.to_owned(), "rate_limit.limits[x].rates: missing; write for example rates: [{requests: 100, per: 1s}]"),
    ];
    for (section, message) in table {
        assert_eq!(errors(&section), [message]);
    }
}

#[test]
fn saying_what_missing_means_is_enough() {
    for word in ["share", "skip", "deny"] {
        let rest = format!(r#", "key": ["jwt.principal"], "missing": "{word}""#);
        let section = format!(r#"{{"limits": [{{"name": "x", {RATES}{rest}}}]}}"#);
        assert_eq!(errors(&section), [""; 0]);
    }
}

#[test]
fn a_share_of_less_than_one_is_a_warning() {
    let section =
        r#"{"replicas": 3, "limits": [{"name": "x", "rates": [{"requests": 2, "per": "1s"}]}]}"#;
    let (gates, report) = compile(&Rc::new(Contested::default()), section);
    assert_eq!(gates.len(), 1);
    let warning = "rate_limit.limits[x].rates[0].burst: 2 is less than replicas (3), and \
                   each process admits at least one at once";
    assert_eq!(report.warnings(), [warning]);
}

#[test]
fn a_document_is_read_without_touching_the_store() {
    let store = Rc::new(Contested::default());
    store.broken.set(true);
    let (gates, report) = compile(
        &store,
        &format!(r#"{{"limits": [{{"name": "x", {RATES}}}]}}"#),
    );
    assert_eq!((gates.len(), report.is_refused()), (1, false));
    assert!(store.names().is_empty());
}

#[test]
fn a_key_that_nobody_verifies_is_noted() {
    let note = |rest: &str| {
        let section = format!(r#"{{"limits": [{{"name": "x", {RATES}{rest}}}]}}"#);
        let (_, report) = compile(&Rc::new(Contested::default()), &section);
        let notes = report.notes().iter();
        let mut of_key = notes.filter(|note| note.starts_with("rate_limit.limits[x].key"));
        of_key.next().cloned()
    };
    let told = "rate_limit.limits[x].key: nobody verifies remote.ip, request.headers[x-a]: whoever \
                can change it is counted apart";
    let key = r#", "key": ["remote.ip", "request.headers[x-a]", "route"]"#;
    assert_eq!(note(key).as_deref(), Some(told));
    assert_eq!(note(r#", "key": ["route"]"#), None);
    let verified = r#", "routes": ["orders"], "key": ["jwt.principal", "source.principal"]"#;
    assert_eq!(note(verified), None);
}

#[test]
fn a_table_too_small_for_the_keys_of_the_document_is_a_warning() {
    let section = |values: usize, max_keys: u64| {
        let values: Vec<String> = (0..values).map(|n| format!("\"{n}\"")).collect();
        format!(
            r#"{{"max_keys": {max_keys}, "limits": [{{"name": "x", {RATES}, "key": ["request.headers[x-a]"],
            "overrides": [{{"match": {{"request.headers[x-a]": [{}]}}, "rates": [{{"requests": 2, "per": "1s"}}]}}]}}]}}"#,
            values.join(",")
        )
    };
    let warnings = |section: &str| {
        let (_, report) = compile(&Rc::new(Contested::default()), section);
        report.warnings().to_vec()
    };
    // The limit itself, and a key for each value.
    assert_eq!(warnings(&section(15, 64)), [""; 0]);
    let told = "rate_limit.max_keys: the document itself names 17 keys, and a table of 64 is crowded \
                from a quarter on; write at least 68";
    assert_eq!(warnings(&section(16, 64)), [told]);
    assert_eq!(warnings(&section(16, 128)), [""; 0]);
}

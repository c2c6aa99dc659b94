//! The policy as the engine drives it: its section, its gates, its answers.

mod document;
mod support;

use std::rc::Rc;
use std::time::Duration;

use document::{Asked, gates, pass};
use policy::Stage;
use support::Contested;

const ONCE: &str = r#""rates": [{"requests": 1, "per": "1h"}]"#;

fn store() -> Rc<Contested> {
    Rc::default()
}

/// The reason codes of the answers, `ok` for a pass.
fn answers(store: &Rc<Contested>, section: &str, asked: &[Asked]) -> Vec<&'static str> {
    let gates = gates(store, section);
    let answer =
        |asked| pass(&gates, asked).map_or_else(|failure| failure.reason.code(), |()| "ok");
    asked.iter().map(answer).collect()
}

fn limit(rest: &str) -> String {
    format!(r#"{{"limits": [{{"name": "one", {ONCE}{rest}}}]}}"#)
}

#[test]
fn one_over_is_429_with_a_time_to_wait() {
    let section =
        r#"{"limits": [{"name": "few", "rates": [{"requests": 2, "per": "5s", "burst": 1}]}]}"#;
    let gates = gates(&store(), section);
    let asked = Asked {
        at: Duration::from_secs(10),
        ..Asked::default()
    };
    assert!(pass(&gates, &asked).is_ok());
    let over = pass(&gates, &asked).unwrap_err();
    assert_eq!(
        (over.reason.code(), over.reason.status().http()),
        ("rate_limit.exceeded", 429)
    );
    assert_eq!(over.rule.as_deref(), Some("few"));
    // At least until there is room; and, so that not all come again together, up to a second more.
    for (millis, seconds) in [
        (10_000, 3),
        (10_499, 3),
        (10_500, 2),
        (11_501, 1),
        (12_499, 1),
    ] {
        let asked = Asked {
            at: Duration::from_millis(millis),
            ..Asked::default()
        };
        let over = pass(&gates, &asked).unwrap_err();
        let [("retry-after", after)] = &over.headers[..] else {
            panic!("{:?}", over.headers)
        };
        let after: u64 = after.parse().unwrap();
        assert!(
            (seconds..=seconds + 1).contains(&after),
            "{after} at {millis} ms"
        );
    }
    let asked = Asked {
        at: Duration::from_millis(12_500),
        ..Asked::default()
    };
    assert!(pass(&gates, &asked).is_ok());
}

#[test]
fn a_limit_counts_by_its_key() {
    let a = Asked::default().header("x-a", "1");
    let b = Asked::default().header("x-a", "2");
    let section = limit(r#", "key": ["request.headers[x-a]"]"#);
    let exceeded = "rate_limit.exceeded";
    let seen = answers(&store(), &section, &[a.clone(), b.clone(), a, b]);
    assert_eq!(seen, ["ok", "ok", exceeded, exceeded]);
}

#[test]
fn parts_of_a_key_cannot_be_confused() {
    let pair = |a, b| Asked::default().header("x-a", a).header("x-b", b);
    let only = |name, value| Asked::default().header(name, value);
    #[rustfmt::skip]
    let all = [
        pair("1", "23"), pair("12", "3"), pair("123", ""), pair("", "123"), pair("", ""),
        only("x-a", ""), only("x-b", ""), only("x-a", "123"), only("x-b", "123"), Asked::default(),
        // Were there no lengths, the byte between two parts could be a value's own.
        pair("1\u{1}2", "3"), pair("1", "2\u{1}3"),
    ];
    let section = limit(r#", "key": ["request.headers[x-a]", "request.headers[x-b]"]"#);
    assert_eq!(answers(&store(), &section, &all), ["ok"; 12]);
}

#[test]
fn an_address_is_one_client_whatever_its_port() {
    let section = limit(r#", "key": ["remote.ip"]"#);
    let exceeded = "rate_limit.exceeded";
    #[rustfmt::skip]
    let table = [
        ("203.0.113.9:4000", "ok"),
        ("203.0.113.9:4001", exceeded),
        ("[::ffff:203.0.113.9]:4002", exceeded), // the same address, mapped
        ("203.0.113.10:4000", "ok"),
        ("[2001:db8::1]:4000", "ok"),
        ("[2001:db8::2]:4000", exceeded), // the same /64
        ("[2001:db8:0:1::1]:4000", "ok"),
    ];
    let asked = table.map(|(address, _)| Asked {
        address: Some(address),
        ..Asked::default()
    });
    let seen = answers(&store(), &section, &asked);
    assert_eq!(seen, table.map(|(_, expected)| expected));
}

#[test]
fn the_prefix_of_ipv6_can_be_set() {
    let section = format!(
        r#"{{"ipv6_prefix": 128, "limits": [{{"name": "one", "key": ["remote.ip"], {ONCE}}}]}}"#
    );
    let asked = ["2001:db8::1", "2001:db8::2"].map(|address| Asked {
        address: Some(address),
        ..Asked::default()
    });
    assert_eq!(answers(&store(), &section, &asked), ["ok", "ok"]);
}

#[test]
fn what_is_missing_is_shared_skipped_or_denied() {
    let without = [Asked::default(), Asked::default()];
    let table = [
        ("", ["ok", "rate_limit.exceeded"]),
        (r#", "missing": "share""#, ["ok", "rate_limit.exceeded"]),
        (r#", "missing": "skip""#, ["ok", "ok"]),
        (r#", "missing": "deny""#, ["rate_limit.missing_key"; 2]),
    ];

    for (missing, expected) in table {
        let section = limit(&format!(r#", "key": ["request.headers[x-a]"]{missing}"#));
        assert_eq!(answers(&store(), &section, &without), expected, "{missing}");
    }
}

#[test]
fn a_verified_key_is_asked_after_the_route_and_denies_without_a_value() {
    let section = limit(r#", "key": ["remote.ip", "jwt.principal"], "routes": ["orders"]"#);
    let gate = gates(&store(), &section).remove(0);
    assert_eq!(gate.stage(), Stage::AfterRoute);
    let seen = answers(&store(), &section, &[Asked::on(1, "orders")]);
    assert_eq!(seen, ["rate_limit.missing_key"]);
    // The address is missing as well, but that part is not verified: it is shared.
    let user = |name| Asked::on(1, "orders").header("jwt.principal", name);
    let seen = answers(&store(), &section, &[user("a"), user("b"), user("a")]);
    assert_eq!(seen, ["ok", "ok", "rate_limit.exceeded"]);
    let section = limit(r#", "key": ["remote.ip", "request.headers[x-a]"]"#);
    assert_eq!(
        gates(&store(), &section).remove(0).stage(),
        Stage::BeforeIdentity
    );
    assert_eq!(
        gates(&store(), &limit("")).remove(0).stage(),
        Stage::BeforeIdentity
    );
}

#[test]
fn a_limit_narrowed_to_routes_counts_only_theirs() {
    let section = limit(r#", "routes": ["orders", "health"]"#);
    let other = [
        Asked::default(),
        Asked::on(2, "other"),
        Asked::on(2, "other"),
    ];
    assert_eq!(answers(&store(), &section, &other), ["ok"; 3]);
    let theirs = [Asked::on(0, "health"), Asked::on(1, "orders")];
    assert_eq!(
        answers(&store(), &section, &theirs),
        ["ok", "rate_limit.exceeded"]
    );
}

#[test]
fn a_limit_for_all_counts_what_no_route_matches() {
    let asked = [Asked::default(), Asked::on(1, "orders")];
    assert_eq!(
        answers(&store(), &limit(""), &asked),
        ["ok", "rate_limit.exceeded"]
    );
}

#[test]
fn contention_denies_unless_it_is_allowed() {
    let table = [
        ("", "rate_limit.contention"),
        (r#", "on_contention": "deny""#, "rate_limit.contention"),
        (r#", "on_contention": "allow""#, "ok"),
    ];
    for (rest, expected) in table {
        let store = store();
        store.always_lost.set(true);
        assert_eq!(
            answers(&store, &limit(rest), &[Asked::default()]),
            [expected]
        );
    }
}

#[test]
fn what_fails_inside_never_passes() {
    let section = limit(r#", "on_contention": "allow""#);
    let store = store();
    store.broken.set(true);
    assert_eq!(
        answers(&store, &section, &[Asked::default()]),
        ["internal.state"]
    );
    store.broken.set(false);
    let silent = Asked {
        silent: true,
        ..Asked::default()
    };
    assert_eq!(answers(&store, &section, &[silent]), ["internal.host_call"]);
    let endless = Asked {
        at: Duration::MAX,
        ..Asked::default()
    };
    assert_eq!(answers(&store, &section, &[endless]), ["internal.state"]);
}

#[test]
fn counters_outlive_every_change_but_that_of_their_rates() {
    let exceeded = ["rate_limit.exceeded"];
    let key = r#""key": ["request.headers[x-a]"]"#;
    let asked = [Asked::default().header("x-a", "1")];
    let one = format!(r#"{{"name": "one", {key}, {ONCE}}}"#);
    let changes = [
        (format!(r#"{{"limits": [{one}]}}"#), exceeded),
        (
            format!(
                r#"{{"limits": [{{"name": "new", {key}, "rates": [{{"requests": 9, "per": "1h"}}]}}, {one}]}}"#
            ),
            exceeded,
        ),
        (
            format!(
                r#"{{"limits": [{{"name": "one", {key}, "missing": "deny", "on_contention": "allow", {ONCE}}}]}}"#
            ),
            exceeded,
        ),
        (
            format!(r#"{{"replicas": 2, "ipv6_prefix": 48, "limits": [{one}]}}"#),
            exceeded,
        ),
        (
            format!(
                r#"{{"limits": [{{"name": "one", {key}, "rates": [{{"requests": 1, "per": "60m", "burst": 1}}]}}]}}"#
            ),
            exceeded,
        ),
        (
            format!(
                r#"{{"limits": [{{"name": "one", {key}, "rates": [{{"requests": 1, "per": "2h"}}]}}]}}"#
            ),
            ["ok"],
        ),
        (
            format!(r#"{{"limits": [{{"name": "two", {key}, {ONCE}}}]}}"#),
            ["ok"],
        ),
        (format!(r#"{{"max_keys": 128, "limits": [{one}]}}"#), ["ok"]),
    ];
    for (section, expected) in changes {
        let store = store();
        let before = format!(r#"{{"limits": [{one}]}}"#);
        assert_eq!(answers(&store, &before, &asked), ["ok"]);
        assert_eq!(answers(&store, &section, &asked), expected, "{section}");
    }
}

#[test]
fn nothing_of_a_key_is_stored_in_clear() {
    let store = store();
    let section = limit(r#", "key": ["request.headers[x-a]"]"#);
    let secret = Asked::default().header("x-a", "a secret of 20 bytes");
    assert_eq!(answers(&store, &section, &[secret]), ["ok"]);
    let values: Vec<Vec<u8>> = store.names().iter().map(|name| store.value(name)).collect();
    assert!(values.len() >= 2);
    for value in values {
        assert!(!value.windows(8).any(|window| window == b"a secret"));
    }
}

//! What the client is told, read with a library for structured fields (RFC 9651).
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests: what cannot be is said at once"
)]

mod document;
mod support;

use std::rc::Rc;
use std::time::Duration;

use document::{Asked, policy, told};
use proptest::prelude::*;
use sfv::{BareItem, ListEntry, Parser};
use support::Contested;

/// What is told to each of these requests, one after the other.
fn tell(section: &str, asked: &[Asked]) -> Vec<Vec<(String, String)>> {
    let (limits, gates, report) = policy(&Rc::<Contested>::default(), section);
    assert_eq!(report.errors(), [""; 0]);
    asked
        .iter()
        .map(|asked| told(&limits, &gates, asked))
        .collect()
}

fn at(millis: u64) -> Asked {
    Asked {
        at: Duration::from_millis(millis),
        ..Asked::default()
    }
}

fn header<'a>(told: &'a [(String, String)], name: &str) -> &'a str {
    let mut found = told
        .iter()
        .filter(|(other, _)| other.trim_start_matches(['+', '=']) == name);
    let (_, value) = found
        .next()
        .unwrap_or_else(|| panic!("no {name} in {told:?}"));
    assert!(found.next().is_none(), "{name} twice");
    value
}

/// A list of strings with whole numbers, as the draft's sections 3 and 4 have it.
fn items(field: &str) -> Vec<(String, Vec<(String, i64)>)> {
    let list = Parser::new(field).parse::<sfv::List>().unwrap();
    let item = |entry: ListEntry| {
        let ListEntry::Item(item) = entry else {
            panic!("an inner list in {field}")
        };
        let BareItem::String(name) = item.bare_item else {
            panic!("no string in {field}")
        };
        let parameters = item.params.into_iter().map(|(key, value)| {
            let BareItem::Integer(number) = value else {
                panic!("no number in {field}")
            };
            (key.as_str().to_owned(), number.into())
        });
        (name.as_str().to_owned(), parameters.collect())
    };
    list.into_iter().map(item).collect()
}

fn item(name: &str, parameters: &[(&str, i64)]) -> (String, Vec<(String, i64)>) {
    let parameters = parameters
        .iter()
        .map(|(key, number)| ((*key).to_owned(), *number));
    (name.to_owned(), parameters.collect())
}

const TWO: &str = r#"{"limits": [
    {"name": "per-user", "rates": [{"requests": 2, "per": "1s"}, {"requests": 1000, "per": "1h", "burst": 5}]},
    {"name": "all", "cost": 2, "rates": [{"requests": 60, "per": "1m"}]}
]}"#;

#[test]
fn a_permit_tells_every_limit_and_what_is_left() {
    let told = tell(TWO, &[at(10_000), at(10_000)]);
    let policies = [
        item("per-user:1", &[("q", 2), ("w", 1)]),
        item(
            "per-user:2",
            &[("q", 1000), ("w", 3600), ("portcullis-burst", 5)],
        ),
        item("all", &[("q", 60), ("w", 60)]),
    ];
    let left = [
        [
            item("per-user:1", &[("r", 1), ("t", 1)]),
            item("per-user:2", &[("r", 4), ("t", 4)]), // one in 3.6 s
            item("all", &[("r", 58), ("t", 1)]),
        ],
        [
            item("per-user:1", &[("r", 0), ("t", 1)]),
            item("per-user:2", &[("r", 3), ("t", 4)]),
            item("all", &[("r", 56), ("t", 1)]),
        ],
    ];
    for (told, left) in told.iter().zip(left) {
        assert_eq!(items(header(told, "ratelimit-policy")), policies);
        assert_eq!(items(header(told, "ratelimit")), left);
        assert!(
            told.iter().all(|(name, _)| name.starts_with('+')),
            "{told:?}"
        );
    }
}

#[test]
fn a_denial_tells_as_far_as_it_came() {
    let told = tell(TWO, &[at(10_000), at(10_000), at(10_000)]);
    let [.., denied] = &told[..] else { panic!() };
    let names: Vec<String> = items(header(denied, "ratelimit"))
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(names, ["per-user:1", "per-user:2"]);
    assert_eq!(
        items(header(denied, "ratelimit"))[0],
        item("per-user:1", &[("r", 0), ("t", 1)])
    );
    // The draft's section 6: not before the end of the effective window.
    assert!(header(denied, "retry-after").parse::<i64>().unwrap() >= 1);
}

#[test]
fn draft_03_names_the_tightest_rate() {
    let section = TWO.replacen('{', r#"{"headers": ["x_ratelimit"], "#, 1);
    let told = tell(&section, &[at(10_000)]);
    let expected = [
        (
            "=x-ratelimit-limit",
            "2, 2;w=1;name=\"per-user:1\", 1000;w=3600;name=\"per-user:2\", 60;w=60;name=\"all\"",
        ),
        ("=x-ratelimit-remaining", "1"),
        ("=x-ratelimit-reset", "1"),
    ];
    assert_eq!(
        told[0],
        expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
}

#[test]
fn both_or_none() {
    let both = TWO.replacen('{', r#"{"headers": ["x_ratelimit", "ratelimit"], "#, 1);
    assert_eq!(tell(&both, &[at(10_000)])[0].len(), 5);
    let none = TWO.replacen('{', r#"{"headers": ["none"], "#, 1);
    let told = tell(&none, &[at(10_000), at(10_000), at(10_000)]);
    assert_eq!(told[..2], [[], []]);
    let [(name, _)] = &told[2][..] else {
        panic!("{told:?}")
    };
    assert_eq!(name, "retry-after", "always there");
    let (_, _, report) = policy(
        &Rc::<Contested>::default(),
        &TWO.replacen('{', r#"{"headers": ["none", "ratelimit"], "#, 1),
    );
    let message = "rate_limit.headers: \"none\" stands alone; remove it or the others";
    assert_eq!(report.errors(), [message]);
}

/// Never more than the rate is, in whole seconds.
#[test]
fn a_rate_is_told_in_whole_seconds() {
    #[rustfmt::skip]
    let table = [
        (r#""requests": 10, "per": "100ms""#, 1, &[("q", 100), ("w", 1), ("portcullis-burst", 10)][..]),
        (r#""requests": 3, "per": "1500ms""#, 1, &[("q", 4), ("w", 2), ("portcullis-burst", 3)]),
        (r#""requests": 100, "per": "1s""#, 3, &[("q", 33), ("w", 1)]),
        (r#""requests": 1, "per": "1s""#, 3, &[("q", 1), ("w", 3)]),
        (r#""requests": 5, "per": "1s", "burst": 50"#, 10, &[("q", 1), ("w", 2), ("portcullis-burst", 5)]),
        (r#""requests": 1000000000, "per": "366d""#, 1, &[("q", 1_000_000_000), ("w", 31_622_400)]),
    ];
    for (rate, replicas, expected) in table {
        let section = format!(
            r#"{{"replicas": {replicas}, "limits": [{{"name": "x", "rates": [{{{rate}}}]}}]}}"#
        );
        let told = tell(&section, &[at(10_000)]);
        assert_eq!(
            items(header(&told[0], "ratelimit-policy")),
            [item("x", expected)],
            "{rate}"
        );
    }
}

#[test]
fn who_is_not_counted_is_told_nothing() {
    let section = r#"{"limits": [{"name": "x", "routes": ["orders"], "rates": [{"requests": 1, "per": "1s"}]}]}"#;
    assert_eq!(tell(section, &[Asked::on(0, "health")]), [[]]);
    let section = r#"{"limits": [{"name": "x", "key": ["request.headers[x-a]"], "missing": "skip",
        "overrides": [{"match": {"request.headers[x-a]": ["1"]}, "unlimited": true}],
        "rates": [{"requests": 1, "per": "1s"}]}]}"#;
    let told = tell(
        section,
        &[at(1), at(1).header("x-a", "1"), at(1).header("x-a", "2")],
    );
    assert_eq!(told[..2], [[], []]);
    assert_eq!(told[2].len(), 2);
}

proptest! {
    /// Whatever the limits are, and whatever is left: what is told is what a reader of structured
    /// fields finds, and the numbers are those of the limits.
    #[test]
    fn what_is_written_is_read(
        names in prop::collection::btree_set("[a-z0-9][a-z0-9._-]{0,62}", 1..4),
        rates in prop::collection::vec((1..=1_000_000_000u64, 1..=366u64, "ms|s|m|h|d", 1..=1_000_000_000u64), 1..=4),
        replicas in prop_oneof![Just(1u64), 1..=10_000u64],
        millis in 1..4_000_000_000u64,
    ) {
        let written: Vec<String> = rates
            .iter()
            .map(|(requests, per, unit, burst)| {
                let per = if unit == "ms" { 100 + per } else { *per };
                let burst = (*burst).min(requests * 1_000);
                format!(r#"{{"requests": {requests}, "per": "{per}{unit}", "burst": {burst}}}"#)
            })
            .collect();
        let limit = |name: &String| format!(r#"{{"name": "{name}", "rates": [{}]}}"#, written.join(","));
        let limits: Vec<String> = names.iter().map(limit).collect();
        let section = format!(r#"{{"replicas": {replicas}, "limits": [{}]}}"#, limits.join(","));
        let (policy, gates, report) = policy(&Rc::<Contested>::default(), &section);
        prop_assume!(report.errors().is_empty()); // a burst that takes too long to come back
        let told = told(&policy, &gates, &at(millis));
        let expected: Vec<String> = names
            .iter()
            .flat_map(|name| match rates.len() {
                1 => vec![name.clone()],
                several => (1..=several).map(|number| format!("{name}:{number}")).collect(),
            })
            .collect();
        let policies = items(header(&told, "ratelimit-policy"));
        let left = items(header(&told, "ratelimit"));
        let named = |items: &[(String, Vec<(String, i64)>)]| -> Vec<String> {
            items.iter().map(|(name, _)| name.clone()).collect()
        };
        prop_assert_eq!(named(&policies), expected.clone());
        prop_assert_eq!(named(&left), expected);
        for ((_, policy), (_, left)) in policies.iter().zip(&left) {
            let of = |list: &[(String, i64)], key: &str| list.iter().find(|(k, _)| k == key).map(|(_, n)| *n);
            let (quota, window) = (of(policy, "q").unwrap(), of(policy, "w").unwrap());
            prop_assert!(quota >= 1 && window >= 1);
            let burst = of(policy, "portcullis-burst").unwrap_or(quota);
            // One request was counted.
            prop_assert_eq!(of(left, "r").unwrap(), burst - 1);
            prop_assert!(of(left, "t").unwrap() >= 1);
        }
    }
}

/// Requests that are refused together are told different times.
#[test]
fn retry_after_is_spread() {
    let section = r#"{"limits": [{"name": "x", "rates": [{"requests": 1, "per": "10m"}]}]}"#;
    let asked: Vec<Asked> = (0..200).map(|n| at(10_000 + n)).collect();
    let told = tell(section, &asked);
    let mut seen: Vec<u64> = told[1..]
        .iter()
        .map(|told| header(told, "retry-after").parse().unwrap())
        .collect();
    assert!(
        seen.iter().all(|after| (600..=660).contains(after)),
        "{seen:?}"
    );
    seen.sort_unstable();
    seen.dedup();
    assert!(seen.len() > 30, "{seen:?}");
}

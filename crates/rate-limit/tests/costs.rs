//! Costs and overrides: what a request takes, and from which bucket.

mod document;
mod support;

use std::rc::Rc;

use document::{Asked, compile, gates, pass};
use policy::{Gate, Stage};
use support::Contested;

/// Ten an hour, and what more is said of the limit.
fn ten(rest: &str) -> String {
    format!(
        r#"{{"limits": [{{"name": "ten", "rates": [{{"requests": 10, "per": "1h"}}]{rest}}}]}}"#
    )
}

/// How many of so many requests pass, one after the other.
fn admitted(gates: &[Box<dyn Gate>], asked: &Asked, times: usize) -> usize {
    (0..times).filter(|_| pass(gates, asked).is_ok()).count()
}

fn count(section: &str, asked: &Asked) -> usize {
    admitted(&gates(&Rc::<Contested>::default(), section), asked, 40)
}

fn errors(section: &str) -> Vec<String> {
    let (_, report) = compile(&Rc::<Contested>::default(), section);
    report.errors().to_vec()
}

#[test]
fn a_request_takes_its_cost() {
    let (orders, health) = (Asked::on(1, "orders"), Asked::on(0, "health"));
    #[rustfmt::skip]
    let table = [
        ("", &orders, 10),
        (r#", "cost": 3"#, &orders, 3),
        (r#", "cost": 10"#, &orders, 1),
        (r#", "costs": {"orders": 5}"#, &orders, 2),
        (r#", "costs": {"orders": 5}"#, &health, 10),
        (r#", "cost": 2, "costs": {"orders": 1, "other": 9}"#, &health, 5),
        (r#", "cost": 2, "costs": {"orders": 1, "other": 9}"#, &orders, 10),
        (r#", "cost": 5"#, &Asked::default(), 2),
    ];
    for (rest, asked, expected) in table {
        assert_eq!(count(&ten(rest), asked), expected, "{rest}");
    }
}

#[test]
fn routes_of_different_cost_share_one_bucket() {
    let gates = gates(
        &Rc::<Contested>::default(),
        &ten(r#", "costs": {"orders": 5}"#),
    );
    assert_eq!(admitted(&gates, &Asked::on(0, "health"), 6), 6);
    // Four are left: not five, but four of one.
    assert_eq!(admitted(&gates, &Asked::on(1, "orders"), 9), 0);
    assert_eq!(admitted(&gates, &Asked::on(0, "health"), 9), 4);
}

#[test]
fn a_cost_of_nothing_looks_and_takes_nothing() {
    let gates = gates(
        &Rc::<Contested>::default(),
        &ten(r#", "costs": {"health": 0}"#),
    );
    let (look, take) = (Asked::on(0, "health"), Asked::on(1, "orders"));
    assert_eq!(admitted(&gates, &look, 100), 100);
    assert_eq!(admitted(&gates, &take, 9), 9);
    assert_eq!(admitted(&gates, &look, 100), 100);
    assert_eq!(admitted(&gates, &take, 9), 1);
    let denied = pass(&gates, &look).unwrap_err();
    assert_eq!(denied.reason.code(), "rate_limit.exceeded");
}

#[test]
fn a_look_is_written_nowhere() {
    let store = Rc::<Contested>::default();
    let gates = gates(&store, &ten(r#", "cost": 0"#));
    assert_eq!(admitted(&gates, &Asked::default(), 5), 5);
    assert_eq!(store.names(), ["portcullis.v1.rl.seed"]);
}

/// Plans by a verified claim, one partner by name, one robot without limit.
const PLANS: &str = r#", "key": ["jwt.principal"], "missing": "deny", "overrides": [
    {"match": {"jwt.principal": ["robot"]}, "unlimited": true},
    {"match": {"jwt.claims[plan]": ["gold"], "jwt.principal": ["ada", "eve"]},
     "rates": [{"requests": 15, "per": "1h"}]},
    {"match": {"jwt.claims[plan]": ["gold", "silver"]}, "rates": [{"requests": 12, "per": "1h"}]},
    {"match": {"jwt.principal": ["eve"]}, "rates": [{"requests": 2, "per": "1h"}]}
]"#;

fn user(principal: &'static str, plan: Option<&'static str>) -> Asked {
    let asked = Asked::on(1, "orders").header("jwt.principal", principal);
    match plan {
        Some(plan) => asked.header("jwt.claims[plan]", plan),
        None => asked,
    }
}

#[test]
fn the_first_override_that_matches_holds() {
    let table = [
        (user("bob", None), 10),
        (user("bob", Some("bronze")), 10),
        (user("bob", Some("silver")), 12),
        (user("bob", Some("gold")), 12),
        (user("ada", Some("gold")), 15),
        (user("ada", Some("silver")), 12),
        (user("eve", None), 2),
        (user("eve", Some("silver")), 12),
        (user("eve", Some("gold")), 15),
        (user("robot", None), 40),
        (user("robot", Some("gold")), 40),
        (user("robots", None), 10),
        (user("gold", None), 10), // a value of one attribute is not one of another
        (user("bob", Some("eve")), 10),
    ];
    for (asked, expected) in table {
        assert_eq!(count(&ten(PLANS), &asked), expected, "{:?}", asked.headers);
    }
}

#[test]
fn an_override_has_a_bucket_of_its_own() {
    let gates = gates(&Rc::<Contested>::default(), &ten(PLANS));
    assert_eq!(admitted(&gates, &user("bob", Some("gold")), 40), 12);
    // The same rates for the same key are one bucket, whichever of its values matched.
    assert_eq!(admitted(&gates, &user("bob", Some("silver")), 40), 0);
    assert_eq!(admitted(&gates, &user("bob", None), 40), 10);
    assert_eq!(admitted(&gates, &user("ann", Some("gold")), 40), 12);
}

#[test]
fn an_override_by_what_is_verified_waits_for_the_route() {
    let section = ten(
        r#", "key": ["remote.ip"], "overrides": [{"match": {"jwt.claims[plan]": ["gold"]}, "unlimited": true}]"#,
    );
    let gate = gates(&Rc::<Contested>::default(), &section).remove(0);
    assert_eq!(gate.stage(), Stage::AfterRoute);
}

#[test]
fn an_address_is_matched_in_any_spelling() {
    let section = ten(
        r#", "key": ["remote.ip"], "overrides": [{"match": {"remote.ip": ["2001:DB8:0::1", "203.0.113.7"]}, "unlimited": true}]"#,
    );
    let from = |address| Asked {
        address: Some(address),
        ..Asked::default()
    };
    assert_eq!(count(&section, &from("[2001:db8::1]:1")), 40);
    assert_eq!(count(&section, &from("203.0.113.7:1")), 40);
    assert_eq!(count(&section, &from("[2001:db8::2]:1")), 10);
}

#[test]
fn ten_thousand_values_are_searched_and_not_walked() {
    let values: Vec<String> = (0..9_999).map(|n| format!("\"partner-{n}\"")).collect();
    let overrides = format!(
        r#", "key": ["jwt.principal"], "missing": "deny", "overrides": [
            {{"match": {{"jwt.principal": ["last"]}}, "rates": [{{"requests": 1, "per": "1h"}}]}},
            {{"match": {{"jwt.principal": [{}]}}, "rates": [{{"requests": 3, "per": "1h"}}]}}]"#,
        values.join(",")
    );
    assert_eq!(count(&ten(&overrides), &user("partner-0", None)), 3);
    assert_eq!(count(&ten(&overrides), &user("partner-9998", None)), 3);
    assert_eq!(count(&ten(&overrides), &user("partner-9999", None)), 10);
    assert_eq!(count(&ten(&overrides), &user("last", None)), 1);
}

#[test]
fn mistakes_are_told() {
    let name = "rate_limit.limits[ten]";
    #[rustfmt::skip]
    let table = [
        (r#", "cost": 11"#, format!("{name}.rates[0].burst: a request that costs 11 could never pass: it is 10; write a burst of at least 11")),
        (r#", "costs": {"orders": 12}"#, format!("{name}.rates[0].burst: a request that costs 12 could never pass: it is 10; write a burst of at least 12")),
        (r#", "cost": 1000001"#, format!("{name}.cost: 1000001 is outside 0 to 1000000")),
        (r#", "costs": {"odrers": 2}"#, format!(r#"{name}.costs["odrers"]: no route has the name "odrers"; did you mean "orders"?"#)),
        (r#", "routes": ["health"], "costs": {"orders": 2}"#, format!(r#"{name}.costs["orders"]: the limit does not count this route; add it to "routes", or remove it here"#)),
        (r#", "overrides": [{"match": {"request.headers[x-plan]": ["gold"]}, "unlimited": true}]"#, format!(r#"{name}.overrides[0].match["request.headers[x-plan]"]: nobody verifies it, so whoever states it could choose its rates; add it to the key, or match what is verified"#)),
        (r#", "overrides": [{"match": {}, "unlimited": true}]"#, format!("{name}.overrides[0].match: matches everything; name an attribute and its values")),
        (r#", "overrides": [{"match": {"jwt.principal": ["a"]}}]"#, format!(r#"{name}.overrides[0]: says nothing; write "rates" or "unlimited: true""#)),
        (r#", "overrides": [{"unlimited": true}]"#, format!(r#"{name}.overrides[0].match: missing; write for example match: {{"jwt.claims[plan]": [gold]}}"#)),
        (r#", "overrides": [{"match": {"jwt.principal": ["a"]}, "unlimited": true, "rates": [{"requests": 9, "per": "1s"}]}]"#, format!(r#"{name}.overrides[0]: "rates" and "unlimited" exclude each other"#)),
        (r#", "cost": 9, "overrides": [{"match": {"jwt.principal": ["a"]}, "rates": [{"requests": 8, "per": "1s"}]}]"#, format!("{name}.overrides[0].rates[0].burst: a request that costs 9 could never pass: it is 8; write a burst of at least 9")),
        (r#", "key": ["remote.ip"], "overrides": [{"match": {"remote.ip": ["10.0.0.0/8"]}, "unlimited": true}]"#, format!(r#"{name}.overrides[0].match["remote.ip"][0]: "10.0.0.0/8" is not an address"#)),
        (r#", "overrides": [{"match": {"jwt.principal": []}, "unlimited": true}]"#, format!(r#"{name}.overrides[0].match["jwt.principal"]: is empty; leave it out, or list at least one"#)),
    ];
    for (rest, expected) in table {
        assert_eq!(errors(&ten(rest)), [expected]);
    }
}

#[test]
fn a_share_of_the_burst_must_hold_the_cost() {
    let section = r#"{"replicas": 4, "limits": [{"name": "x", "cost": 3, "rates": [{"requests": 10, "per": "1s"}]}]}"#;
    let expected = "rate_limit.limits[x].rates[0].burst: a request that costs 3 could never pass: \
                    10 over 4 replicas is 2 each; write a burst of at least 12";
    assert_eq!(errors(section), [expected]);
}

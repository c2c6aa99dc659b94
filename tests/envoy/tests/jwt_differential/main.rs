//! Several hundred tokens of an independent signer, decided by the policy alone, by the plugin in a real
//! proxy, and by Envoy's native `jwt_authn` in that same proxy.
//!
//! What must become of each stands beside it in `tests/envoy/issuers/tokens`. Where `jwt_authn` decides
//! otherwise, the difference must be of a kind that `docs/jwt-differences.md` explains, and each kind
//! there must still occur.
#![allow(
    clippy::unwrap_used,
    clippy::doc_markdown,
    clippy::indexing_slicing,
    reason = "helpers of tests"
)]

mod cases;
mod kind;
mod native;
mod proxy;

use std::collections::BTreeMap;

use cases::Cases;
use fixtures::now;
use kind::kind;

/// The kinds that the document explains: its headings of third rank.
fn explained() -> Vec<String> {
    let document = include_str!("../../../../docs/jwt-differences.md");
    let headings = document
        .lines()
        .filter_map(|line| line.strip_prefix("### `"));
    let mut kinds: Vec<String> = headings
        .map(|rest| rest.trim_end_matches('`').to_owned())
        .collect();
    kinds.sort();
    kinds
}

#[test]
fn every_token_is_judged_by_the_rules() {
    // The clock stands still, so that a slow machine changes nothing.
    let now = now();
    let cases = Cases::made_at(now);
    let policy = native::Policy::new(&cases.document(), now);
    let told = cases.all.iter().map(|case| (case, policy.judge(case)));
    let wrong: Vec<String> = told
        .filter(|(case, code)| !case.expects(code))
        .map(|(case, code)| format!("{}: {code}", case.shown()))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let permitted = cases.all.iter().filter(|case| case.expects("permit"));
    println!("{} tokens, {} good", cases.all.len(), permitted.count());
}

#[tokio::test]
async fn every_token_is_judged_by_the_rules_in_envoy_and_each_difference_to_jwt_authn_is_explained()
{
    let cases = Cases::made_at(now());
    let envoy = proxy::start(&cases).await;
    let mut both = proxy::Both::new(&envoy);
    let (mut wrong, mut unexplained) = (Vec::new(), Vec::new());
    let mut seen = BTreeMap::new();
    let (mut both_permit, mut both_deny) = (0, 0);
    for case in &cases.all {
        let (ours, native) = both.ask(case).await;
        if !case.expects(&ours) {
            wrong.push(format!("{}: {ours}", case.shown()));
        }
        match (ours == "permit", native == "permit") {
            (true, true) => both_permit += 1,
            (false, false) => both_deny += 1,
            _ => {
                let shown = format!("{}: ours {ours}, jwt_authn {native}", case.shown());
                match kind(case, &ours) {
                    Some(kind) => seen.entry(kind).or_insert_with(Vec::new).push(shown),
                    None => unexplained.push(shown),
                }
            }
        }
    }
    println!("both permit: {both_permit}, both deny: {both_deny}");
    for (kind, shown) in &seen {
        println!("{kind}: {}, as {}", shown.len(), shown[0]);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(unexplained.is_empty(), "{unexplained:#?}");
    // Else the tokens would say little.
    assert!(
        both_permit > 100 && both_deny > 350,
        "{both_permit}, {both_deny}"
    );
    let seen: Vec<&str> = seen.into_keys().collect();
    assert_eq!(seen, explained(), "left: seen, right: explained");
}

//! The same policy, decided by the plugin and by Envoy's native `rbac`, on the same requests.
//!
//! Each proxy runs `rbac` first, in its shadow mode, and the plugin right behind it: both see the very
//! same request. A difference must be of a kind that `docs/rbac-differences.md` explains, and each kind
//! there must still occur.
#![allow(
    clippy::unwrap_used,
    clippy::doc_markdown,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::missing_const_for_fn,
    clippy::needless_pass_by_value,
    reason = "helpers of tests"
)]

mod cases;
mod kind;
mod peers;
mod policy;
mod rbac;
mod requests;
mod run;
mod workloads;

use std::collections::BTreeMap;

use portcullis_envoy_tests::Hygiene;

use crate::{policy::Policy, run::run};

/// Requests for each policy.
const REQUESTS: usize = 250;

/// Another seed makes other requests; this one is fixed so that a failure comes back.
const SEED: u64 = 0x5eed;

fn policies() -> Vec<Policy> {
    workloads::policies()
        .into_iter()
        .chain(requests::policies())
        .collect()
}

/// The kinds that the document explains: its headings of third rank.
fn explained() -> Vec<String> {
    let document = include_str!("../../../../docs/rbac-differences.md");
    let headings = document
        .lines()
        .filter_map(|line| line.strip_prefix("### `"));
    let mut kinds: Vec<String> = headings
        .map(|rest| rest.trim_end_matches('`').to_owned())
        .collect();
    kinds.sort();
    kinds
}

#[tokio::test]
async fn every_difference_is_explained_and_every_explanation_is_needed() {
    let mut seen = BTreeMap::new();
    let mut unexplained = Vec::new();
    let (mut both_permit, mut both_deny) = (0, 0);
    for (number, policy) in policies().iter().enumerate() {
        // Every third listener does nothing to a request: there they differ more.
        let hygiene = if number % 3 == 2 {
            Hygiene::Raw
        } else {
            Hygiene::Shipped
        };
        let outcome = run(policy, hygiene, REQUESTS, SEED + number as u64).await;
        let named = |shown: String| format!("{}: {shown}", policy.name);
        unexplained.extend(outcome.unexplained.into_iter().map(named));
        both_permit += outcome.both_permit;
        both_deny += outcome.both_deny;
        for (kind, example) in outcome.differences {
            let (count, _) = seen.entry(kind).or_insert((0, example));
            *count += 1;
        }
    }
    println!("both permit: {both_permit}, both deny: {both_deny}");
    for (kind, (count, example)) in &seen {
        println!("{kind}: {count}, as {example}");
    }
    assert!(unexplained.is_empty(), "{unexplained:#?}");
    // Else the requests would say little.
    assert!(
        both_permit > 150 && both_deny > 1000,
        "{both_permit}, {both_deny}"
    );
    let seen: Vec<&str> = seen.into_keys().collect();
    assert_eq!(seen, explained(), "left: seen, right: explained");
}

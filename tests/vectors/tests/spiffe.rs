//! The cases of SPIFFE-ID and X509-SVID by the policy's own types: natively, and as
//! wasm32-unknown-unknown. `make test-spiffe` runs these and those of `tests/envoy`, and counts them.
#![allow(clippy::print_stdout, reason = "`make test-spiffe` adds up the counts")]

use vectors::conformance::{
    id_verdict, ids, matches, svid_verdict, svids, template_verdict, templates,
    trust_domain_verdict, trust_domains,
};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Says how many cases were run, and fails with those that went wrong.
fn tell(what: &str, run: usize, wrong: &[String]) {
    println!("spiffe cases: {run} {what}, {} wrong", wrong.len());
    assert!(wrong.is_empty(), "{what}: {wrong:#?}");
}

#[test]
fn every_spiffe_id_is_read_as_the_standard_says() {
    let cases = ids();
    let mut wrong = Vec::new();
    for case in &cases {
        let verdict = id_verdict(&case.bytes);
        if verdict != case.expect {
            let text = String::from_utf8_lossy(&case.bytes);
            wrong.push(format!(
                "{text:.80}: expected {}, got {verdict}",
                case.expect
            ));
        }
    }
    tell("SPIFFE IDs", cases.len(), &wrong);
}

#[test]
fn every_trust_domain_is_read_as_the_standard_says() {
    let cases = trust_domains();
    let mut wrong = Vec::new();
    for case in &cases {
        let verdict = trust_domain_verdict(&case.bytes);
        if verdict != case.expect {
            let name = String::from_utf8_lossy(&case.bytes);
            wrong.push(format!(
                "{name:.80}: expected {}, got {verdict}",
                case.expect
            ));
        }
    }
    tell("trust domains", cases.len(), &wrong);
}

#[test]
fn every_template_is_read_and_matches_as_it_says() {
    let cases = templates();
    let mut wrong = Vec::new();
    for case in &cases {
        let verdict = template_verdict(&case.template);
        if verdict != case.expect {
            wrong.push(format!(
                "{:.80}: expected {}, got {verdict}",
                case.template, case.expect
            ));
            continue;
        }
        let pairs = [(&case.matches, true), (&case.misses, false)];
        for (ids, expected) in pairs {
            for id in ids {
                let found = matches(&case.template, id);
                if found != [expected; 2] {
                    wrong.push(format!("{:.80} and {id:.80}: {found:?}", case.template));
                }
            }
        }
    }
    tell("templates", cases.len(), &wrong);
}

#[test]
fn every_certificate_is_judged_as_the_standard_says() {
    let cases = svids();
    let mut wrong = Vec::new();
    for case in &cases {
        let (alone, decided, id) = svid_verdict(case);
        // the certificate alone says nothing of the time: it is compared on every request
        let is_of_time = ["spiffe.svid_expired", "spiffe.not_yet_valid"].contains(&&*case.expect);
        let expected = if is_of_time { "permit" } else { &case.expect };
        let named = (expected == "permit").then_some(&case.id);
        if decided != case.expect || alone != expected || id.as_ref() != named {
            let expect = &case.expect;
            wrong.push(format!(
                "{}: expected {expect}, got {alone} and {decided}, {id:?}",
                case.name
            ));
        }
    }
    tell("X509-SVIDs", cases.len(), &wrong);
}

#[test]
fn names_of_cases_are_unique() {
    let mut names: Vec<String> = svids().into_iter().map(|case| case.name).collect();
    let all = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), all);
}

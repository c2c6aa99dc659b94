//! Every vector by the policies alone: natively, and as wasm32-unknown-unknown.

use std::collections::BTreeMap;

use vectors::conformance::svids;
use vectors::{Pure, documents, vectors};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[test]
fn every_vector_is_decided_as_it_says() {
    let engines: BTreeMap<String, Pure> = documents()
        .iter()
        .map(|document| (document.name.clone(), Pure::new(document)))
        .collect();
    let mut wrong = Vec::new();
    for vector in vectors() {
        let engine = engines
            .get(&vector.document)
            .expect("a document of the file");
        let decided = engine.run(&vector);
        if decided != vector.expect {
            wrong.push(format!(
                "{}: expected {:?}, got {decided:?}",
                vector.name, vector.expect
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn names_are_unique_and_every_document_is_used() {
    let mut names: Vec<String> = vectors().into_iter().map(|vector| vector.name).collect();
    let all = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), all);
    for document in documents() {
        assert!(
            vectors()
                .iter()
                .any(|vector| vector.document == document.name),
            "{}",
            document.name
        );
    }
}

/// Every reason code that a request can bring about stands in a vector, or in a case of X509-SVID; the
/// others are faults of the proxy or the plugin, which `tests/host` shows.
#[test]
fn every_reason_has_a_vector() {
    let all = [
        policy::reason::request::ALL,
        policy::reason::route::ALL,
        spiffe::reason::ALL,
        jwt::reason::ALL,
        api_key::reason::ALL,
        rate_limit::reason::ALL,
    ];
    let cases = svids().into_iter().map(|case| case.expect);
    let shown: Vec<String> = vectors()
        .into_iter()
        .flat_map(|vector| vector.expect)
        .chain(cases)
        .collect();
    let elsewhere = [
        // needs a store that loses: crates/rate-limit
        "rate_limit.contention",
        // needs a proxy older than 1.38: crates/spiffe
        "spiffe.certificate_not_stated",
        // needs an ECDSA signature, whose randomness bare wasm does not have: tests/envoy, tokens
        "jwt.wrong_presenter",
    ];
    let missing: Vec<&str> = all
        .into_iter()
        .flatten()
        .map(|reason| reason.code())
        .filter(|code| !elsewhere.contains(code) && !shown.iter().any(|expect| expect == code))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

//! What several servers make of one request, and that the policy permits none that they read apart.
//!
//! Each case of `corpus/confusion.json` goes through a listener as it is shipped and through one that
//! sets nothing, both with the plugin, and to Envoy's own routes, nginx and axum as it is. What is
//! permitted goes on to nginx and axum as Envoy forwarded it: all must take it for the same area.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests"
)]

mod area;
mod case;
mod page;
mod run;
mod upstream;

use portcullis_envoy_tests::Shipped;

use crate::{
    case::{Case, Verdict},
    run::{Passage, Seen, seen},
};

#[tokio::test]
async fn every_case_is_decided_as_reasoned() {
    let mut wrong = Vec::new();
    for Seen {
        case,
        shipped,
        defaults,
        ..
    } in seen().await
    {
        let passages = [
            ("shipped", shipped, case.shipped),
            ("defaults", defaults, case.defaults),
        ];
        for (listener, passage, expected) in passages {
            if passage.verdict() != expected {
                wrong.push(format!("{} with {listener}: {passage:?}", case.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A server that refuses a request serves nothing, and so nothing of another area.
#[tokio::test]
async fn what_is_permitted_is_the_same_to_every_server() {
    let mut apart = Vec::new();
    let mut served = 0;
    for Seen {
        case,
        shipped,
        defaults,
        ..
    } in seen().await
    {
        for passage in [shipped, defaults] {
            let Passage::Permitted(permitted) = passage else {
                continue;
            };
            for (server, view) in permitted.views() {
                served += usize::from(view.area().is_some());
                let same = view.area().is_none_or(|area| area == permitted.route);
                let host = view
                    .host()
                    .is_none_or(|host| host == permitted.envoy_host());
                if !same || !host {
                    apart.push(format!("{}: {server}: {passage:?}", case.name));
                }
            }
        }
    }
    assert!(apart.is_empty(), "{apart:#?}");
    assert!(served > 400, "too few were served: {served}");
}

#[tokio::test]
async fn nothing_that_is_permitted_lands_where_nobody_may() {
    for Seen {
        case,
        shipped,
        defaults,
        ..
    } in seen().await
    {
        for passage in [shipped, defaults] {
            if let Passage::Permitted(permitted) = passage {
                let views = permitted.views().into_iter();
                let areas = views.filter_map(|(_, view)| view.area());
                let closed = areas.filter(|area| area::CLOSED.contains(area)).count();
                assert_eq!(closed, 0, "{}: {passage:?}", case.name);
            }
        }
    }
}

#[tokio::test]
async fn the_page_says_what_the_servers_did() {
    page::compare(seen().await);
}

#[test]
fn the_corpus_is_large_and_says_both() {
    let cases = Case::all();
    let permitted = cases.iter().filter(|case| case.shipped == Verdict::Permit);
    let apart = cases.iter().filter(|case| case.shipped != case.defaults);
    let (permitted, apart) = (permitted.count(), apart.count());
    assert!(cases.len() >= 200, "{}", cases.len());
    assert!(permitted >= 40, "{permitted}");
    assert!(apart >= 10, "{apart}");
    let mut names: Vec<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), cases.len(), "two cases of one name");
}

/// Else the column "shipped" would be about another listener than the one that is shipped.
#[test]
fn the_listener_under_test_is_the_shipped_one() {
    for file in ["edge.yaml", "service.yaml"] {
        let shipped = Shipped::new(file);
        for setting in [
            "normalize_path: true",
            "merge_slashes: true",
            "path_with_escaped_slashes_action: REJECT_REQUEST",
            "strip_any_host_port: true",
            "strip_trailing_host_dot: true",
            "headers_with_underscores_action: REJECT_REQUEST",
        ] {
            assert!(shipped.line(setting).starts_with(setting), "{file}");
        }
    }
}

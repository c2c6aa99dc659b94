//! Shared data: tried before it is trusted, and refused for good where it does not hold.

use crate::policies::{self, OPEN};
use crate::proxy::{Habit, Proxy, Went, log, reply, with};

#[test]
fn a_store_that_holds_counts_every_request() {
    let proxy = Proxy::configured(policies::counting, OPEN);
    for _ in 0..5 {
        assert_eq!(proxy.get("/"), Went::On);
    }
    with(|state| assert_eq!(state.shared["count"].0, [5]));
}

#[test]
fn it_is_tried_once_and_only_when_it_is_used() {
    let proxy = Proxy::configured(policies::counting, OPEN);
    with(|state| assert!(state.shared.is_empty()));
    let calls = || {
        with(|state| {
            state
                .calls
                .iter()
                .filter(|call| call.contains("shared"))
                .count()
        })
    };
    proxy.get("/");
    assert!(calls() > 2);
    proxy.get("/");
    assert_eq!(calls(), 2, "one read, one swap");
}

#[test]
fn a_second_worker_finds_the_first_ones_trial() {
    let first = Proxy::configured(policies::counting, OPEN);
    first.get("/");
    let second = Proxy::root();
    assert!(second.configure(OPEN.as_bytes()));
    assert_eq!(second.get("/"), Went::On);
    with(|state| assert_eq!(state.shared["count"].0, [2]));
}

#[test]
fn a_promise_that_is_broken_denies_for_good() {
    for habit in [
        Habit::NeverCreates,
        Habit::IgnoresNumbers,
        Habit::Forgets,
        Habit::NumbersNothing,
        Habit::NeverCounts,
    ] {
        let proxy = Proxy::configured(policies::counting, OPEN);
        with(|state| state.habit = habit);
        assert_eq!(proxy.get("/"), Went::Nowhere, "{habit:?}");
        assert_eq!(reply().details, "internal.state", "{habit:?}");
        let said = log()
            .into_iter()
            .filter(|(_, line)| line.contains("cannot be trusted"));
        assert_eq!(said.count(), 1, "{habit:?}");
        with(|state| state.habit = Habit::Envoy);
        assert_eq!(proxy.get("/"), Went::Nowhere, "{habit:?}: it stays refused");
        with(|state| assert!(!state.calls.iter().any(|call| call.contains("shared"))));
    }
}

#[test]
fn a_call_that_fails_later_is_a_denial_of_that_request() {
    for call in ["shared data", "set shared data"] {
        let proxy = Proxy::configured(policies::counting, OPEN);
        assert_eq!(proxy.get("/"), Went::On);
        with(|state| state.failing.insert(call, 10));
        assert_eq!(proxy.get("/"), Went::Nowhere);
        assert_eq!(reply().details, "internal.state");
        with(|state| state.failing.clear());
        assert_eq!(
            proxy.get("/"),
            Went::On,
            "it was not shown to break a promise"
        );
    }
}

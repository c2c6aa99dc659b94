//! Budgets of other policies: one count over all workers, apart from the limits of a document.

#![expect(clippy::unwrap_used, reason = "it is a test from end to end")]

mod document;
mod support;

use std::num::NonZeroU32;
use std::rc::Rc;
use std::time::Duration;

use document::{Asked, gates, in_mode, pass};
use policy::{Allowance, Budget, Budgets, Mode, Room, Store, internal};
use rate_limit::{Ledger, Tallies};
use support::Contested;

const fn number(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap()
}

/// Three a minute.
const fn three() -> Allowance {
    Allowance {
        requests: number(3),
        per: Duration::from_secs(60),
        burst: number(3),
    }
}

fn ledger(store: &Rc<Contested>) -> Ledger {
    let store = Rc::clone(store) as Rc<dyn Store>;
    Ledger::new(store, Rc::new(|| Ok([7; 16])), Rc::<Tallies>::default())
}

fn at(seconds: u64) -> Asked {
    Asked {
        at: Duration::from_secs(3_600 + seconds),
        ..Asked::default()
    }
}

fn spend(budget: &dyn Budget, key: &str, seconds: u64) -> bool {
    in_mode(Mode::Enforce, &at(seconds), |context| {
        budget.spend(key.as_bytes(), context).unwrap() == Room::Left
    })
}

fn room(budget: &dyn Budget, key: &str, seconds: u64) -> Room {
    in_mode(Mode::Enforce, &at(seconds), |context| {
        budget.room(key.as_bytes(), context).unwrap()
    })
}

#[test]
fn workers_spend_from_one_count_and_keys_from_their_own() {
    let store = Rc::<Contested>::default();
    let [one, other] = [0, 1].map(|_| ledger(&store).open("jwt.failures", three()).unwrap());
    assert!(spend(&*one, "a", 0));
    assert!(spend(&*other, "a", 0));
    assert_eq!(room(&*one, "a", 0), Room::Left, "looking spends nothing");
    assert_eq!(room(&*one, "a", 0), Room::Left);
    assert!(spend(&*one, "a", 0));
    for budget in [&one, &other] {
        assert!(!spend(&**budget, "a", 0));
        let Room::Spent { retry_after } = room(&**budget, "a", 0) else {
            panic!("three are spent")
        };
        assert!((20..=22).contains(&retry_after), "{retry_after}");
        assert_eq!(room(&**budget, "b", 0), Room::Left);
    }
    assert_eq!(room(&*other, "a", 20), Room::Left, "one came back");
    assert!(spend(&*other, "a", 20));
    assert!(!spend(&*one, "a", 20));
}

#[test]
fn what_is_on_trial_spends_nothing_of_what_is_enforced() {
    let store = Rc::<Contested>::default();
    let budget = ledger(&store).open("jwt.failures", three()).unwrap();
    let on_trial = |_| {
        in_mode(Mode::Shadow, &at(0), |context| {
            budget.spend(b"a", context).unwrap() == Room::Left
        })
    };
    assert_eq!((0..5).filter(|turn| on_trial(*turn)).count(), 3);
    assert_eq!(
        (0..5).filter(|_| spend(&*budget, "a", 0)).count(),
        3,
        "all of it is left"
    );
}

#[test]
fn a_limit_of_the_same_name_and_key_counts_apart() {
    let store = Rc::<Contested>::default();
    let limit = r#"{"limits": [{"name": "few", "rates": [{"requests": 3, "per": "1m"}]}]}"#;
    let limit = gates(&store, limit);
    let budget = ledger(&store).open("few", three()).unwrap();
    let requests = (0..5).filter(|_| pass(&limit, &at(0)).is_ok()).count();
    assert_eq!(requests, 3);
    assert_eq!((0..5).filter(|_| spend(&*budget, "", 0)).count(), 3);
}

#[test]
fn what_cannot_be_told_is_a_fault() {
    let store = Rc::<Contested>::default();
    let budget = ledger(&store).open("jwt.failures", three()).unwrap();
    let silent = Asked {
        silent: true,
        ..Asked::default()
    };
    in_mode(Mode::Enforce, &silent, |context| {
        for answer in [budget.room(b"a", context), budget.spend(b"a", context)] {
            assert_eq!(answer.unwrap_err().reason, internal::HOST_CALL);
        }
    });
}

#[test]
fn a_burst_of_centuries_is_no_budget() {
    let allowance = Allowance {
        requests: number(1),
        per: Duration::from_secs(366 * 86_400),
        burst: number(1_000),
    };
    let store = Rc::<Contested>::default();
    assert!(ledger(&store).open("jwt.failures", allowance).is_none());
}

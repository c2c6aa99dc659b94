//! Proof by schedules: for any order of the workers' steps no key gets more than its rates say, and
//! no key is refunded.
//!
//! The scheduler is our own. What workers share is one store whose calls are whole, so there are no
//! memory orders to explore, which is what loom is for; and shuttle schedules the locks and atomics
//! of its own library, of which the table has none. What has to be tried out here is the order of
//! calls to store and clock together with what befalls both (lost swaps, damage, a clock that jumps or
//! is read late), and one chooser decides on all of it: a seed gives a schedule again, and all
//! schedules of a small race can be counted through. Workers are threads of which one runs at a time
//! (`turns.rs`); the table is the one that ships.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test's own tools: threads whose turns are chosen, and a panic fails the test"
)]

mod choosers;
mod ground;
mod race;
#[path = "../support/mod.rs"]
mod support;
mod turns;

use choosers::{Counting, Seeded};
use ground::{Chances, Chooser};
use race::{Ask, Outcome, race};
use support::{Admission, Written, over_quota};

/// Three limits on one table: a short one, one with two rates, and a slow one.
const LIMITS: [Written; 3] = [
    ("burst", &[(5, 100, 3)]),
    ("both", &[(4, 100, 4), (7, 1_000, 5)]),
    ("slow", &[(2, 3_600_000, 2)]),
];

/// Schedules of each kind; `PORTCULLIS_SCHEDULES` asks for more.
fn schedules() -> u64 {
    let asked = std::env::var("PORTCULLIS_SCHEDULES").ok();
    asked.map_or(25, |number| number.parse().unwrap())
}

/// Two to six workers with many decisions each; few keys are busy and many come by.
fn workers(chooser: &mut Seeded) -> Vec<Vec<Ask>> {
    let count = 2 + chooser.below(5);
    let mut ask = || Ask {
        limit: usize::try_from(chooser.below(3)).unwrap(),
        key: u8::try_from(match chooser.below(2) {
            0 => chooser.below(2),
            _ => chooser.below(14),
        })
        .unwrap(),
        cost: u32::try_from([1, 1, 1, 1, 0, 2][usize::try_from(chooser.below(6)).unwrap()])
            .unwrap(),
    };
    (0..count)
        .map(|_| (0..25).map(|_| ask()).collect())
        .collect()
}

/// Runs the schedules of these chances, and says of each what it let through beyond the rates, by
/// `time`.
fn run(chances: Chances, time: impl Fn(&Admission) -> u64 + Copy) -> Outcome {
    let mut sum = Outcome::default();
    for seed in 0..schedules() {
        let mut chooser = Seeded(seed);
        let keys = if seed % 3 == 0 { 64 } else { 8 };
        let workers = workers(&mut chooser);
        let outcome = race((&LIMITS, keys), &workers, chances, &mut chooser);
        let over = over_quota(&LIMITS, &outcome.admitted, time);
        assert_eq!(over, None, "seed {seed} of {chances:?}");
        sum.evictions += outcome.evictions;
        sum.overflows += outcome.overflows;
        sum.corrupt += outcome.corrupt;
        sum.clamped += outcome.clamped;
        sum.lost_swaps += outcome.lost_swaps;
        sum.contended += outcome.contended;
        sum.admitted.extend(outcome.admitted);
    }
    sum
}

/// Steps of a few milliseconds, and now and then a quarter of a second.
const FORWARD: [(u64, u64); 2] = [(100, 30), (10, 250)];

/// The same, and workers held up for minutes between any two steps.
const HELD_UP: [(u64, u64); 2] = [(100, 30), (4, 400_000)];

const HOUR: u64 = 3_600_000;

#[test]
fn workers_race_with_lost_and_unseen_swaps() {
    let sum = run(
        Chances {
            forward: FORWARD,
            lost: 50,
            unseen: 20,
            ..Chances::default()
        },
        |one| one.reading,
    );
    assert!(
        sum.lost_swaps > 1_000 && sum.evictions > 100 && sum.overflows > 100,
        "{sum:?}"
    );
    assert_eq!((sum.corrupt, sum.clamped), (0, 0));
}

#[test]
fn workers_are_held_up_between_any_two_steps() {
    let sum = run(
        Chances {
            forward: HELD_UP,
            lost: 20,
            ..Chances::default()
        },
        |one| one.reading,
    );
    assert_eq!(
        sum.clamped, 0,
        "no time of an honest table looks too far ahead"
    );
}

/// What a worker reads on the clock may be hours old, now and then or always: it denies more than it
/// should, and gives nothing back of what others took.
#[test]
fn readings_of_the_clock_are_hours_old() {
    let late = Chances {
        forward: HELD_UP,
        lost: 20,
        ..Chances::default()
    };
    let (now_and_then, always) = ((100, 23 * HOUR), 23 * HOUR);
    let sum = run(
        Chances {
            late: now_and_then,
            ..late
        },
        |one| one.reading,
    );
    assert_eq!(sum.clamped, 0);
    let sum = run(
        Chances {
            behind: always,
            ..late
        },
        |one| one.reading,
    );
    assert_eq!(sum.clamped, 0);
    assert!(sum.admitted.len() > 1_000);
}

#[test]
fn values_and_the_seed_are_damaged() {
    let sum = run(
        Chances {
            forward: HELD_UP,
            lost: 20,
            damage: 20,
            seed_damage: 5,
            ..Chances::default()
        },
        |one| one.reading,
    );
    assert!(sum.corrupt > 100, "{sum:?}");
}

/// The clock goes back by up to three days, against its promise: what counts is how far it has
/// moved forward in sum.
#[test]
fn the_clock_jumps_back() {
    let sum = run(
        Chances {
            forward: [(100, 30), (10, 100 * HOUR)],
            back: (10, 72 * HOUR),
            lost: 20,
            ..Chances::default()
        },
        |one| one.forward,
    );
    assert!(sum.clamped > 0, "{sum:?}");
}

/// The schedules would be worth nothing if they did not find a store that swaps blindly.
#[test]
fn a_store_that_overwrites_is_found_out() {
    let chances = Chances {
        forward: FORWARD,
        blind: 1_000,
        ..Chances::default()
    };
    let found = (0..schedules()).any(|seed| {
        let mut chooser = Seeded(seed);
        let workers = workers(&mut chooser);
        let outcome = race((&LIMITS, 8), &workers, chances, &mut chooser);
        over_quota(&LIMITS, &outcome.admitted, |one| one.reading).is_some()
    });
    assert!(found);
}

/// Every order of all steps of a few workers: just the burst passes, whoever was first.
fn in_every_order(workers: &[Vec<Ask>], burst: usize) -> usize {
    let mut chooser = Counting::default();
    let mut orders = 0;
    loop {
        let limits: [Written; 1] = [("once", &[(1, 3_600_000, 1)])];
        let twice: [Written; 1] = [("twice", &[(2, 3_600_000, 2)])];
        let limits = if burst == 1 { limits } else { twice };
        let outcome = race((&limits, 8), workers, Chances::default(), &mut chooser);
        orders += 1;
        assert_eq!(outcome.admitted.len(), burst, "{:?}", chooser.path);
        assert_eq!(outcome.contended, 0);
        if !chooser.advance() {
            return orders;
        }
    }
}

const ONE: Ask = Ask {
    limit: 0,
    key: 7,
    cost: 1,
};

#[test]
fn two_workers_pass_just_the_burst_in_every_order() {
    for burst in [1, 2] {
        let orders = in_every_order(&[vec![ONE; 2], vec![ONE; 2]], burst);
        assert!(orders > 100, "{orders}");
    }
}

#[test]
#[ignore = "a minute"]
fn three_workers_pass_just_the_burst_in_every_order() {
    let orders = in_every_order(&[vec![ONE], vec![ONE], vec![ONE]], 2);
    assert!(orders > 1_000, "{orders}");
}

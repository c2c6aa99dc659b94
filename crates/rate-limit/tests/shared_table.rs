//! The table as several workers see it: exact at one instant, one seed, damage, contention.

mod support;

use rate_limit::{MAX_RETRIES, Verdict};
use support::{Fate, Operation, World, Written, is_admitted};

const TEN: Written = ("ten", &[(10, 1_000, 10)]);
/// A limit that does not come back while a test runs.
const ONCE: Written = ("once", &[(1, 3_600_000, 1)]);

const fn ask(worker: usize, key: u8, step: i64) -> Operation {
    Operation {
        worker,
        limit: 0,
        key,
        step,
        cost: 1,
    }
}

fn admitted(world: &World) -> usize {
    world.admitted.borrow().len()
}

#[test]
fn exactly_the_burst_is_admitted_at_one_instant() {
    for workers in [1, 2, 4] {
        let world = World::new(workers, 64, &[TEN]);
        let workers = usize::from(workers);
        // Every other swap finds that another worker was first.
        let fates = (0..20).flat_map(|turn| [Fate::After(ask(turn % workers, 7, 0)), Fate::Tried]);
        world.store.plan.borrow_mut().extend(fates);
        for turn in 0..40 {
            let _ = world.run(&ask(turn % workers, 7, 0));
        }
        assert_eq!(admitted(&world), 10, "{workers} workers");
        assert!(workers == 1 || world.tally(|tallies| &tallies.lost_swaps) > 0);
        world.store.plan.borrow_mut().clear();
        assert!(matches!(world.run(&ask(0, 7, 99)), Verdict::Exceeded(_)));
        assert!(is_admitted(&world.run(&ask(0, 7, 1))));
        assert!(matches!(world.run(&ask(0, 7, 0)), Verdict::Exceeded(_)));
    }
}

#[test]
fn keys_and_limits_do_not_share() {
    let world = World::new(2, 65_536, &[ONCE, ("twice", &[(2, 3_600_000, 2)])]);
    for key in 0..100 {
        assert!(is_admitted(&world.run(&ask(0, key, 0))));
        for _ in 0..2 {
            let other = Operation {
                limit: 1,
                ..ask(1, key, 0)
            };
            assert!(is_admitted(&world.run(&other)));
        }
    }
    for key in 0..100 {
        assert!(matches!(world.run(&ask(1, key, 0)), Verdict::Exceeded(_)));
        let other = Operation {
            limit: 1,
            ..ask(1, key, 0)
        };
        assert!(matches!(world.run(&other), Verdict::Exceeded(_)));
    }
}

#[test]
fn workers_that_start_together_agree_on_one_seed() {
    let world = World::new(4, 64, &[ONCE]);
    // While the first writes its seed, the second comes, and while that writes, the third.
    let fates = [1, 2, 3].map(|worker| Fate::After(ask(worker, 7, 0)));
    world.store.plan.borrow_mut().extend(fates);
    let _ = world.run(&ask(0, 7, 0));
    for worker in 0..4 {
        assert!(matches!(
            world.run(&ask(worker, 7, 0)),
            Verdict::Exceeded(_)
        ));
    }
    assert_eq!(admitted(&world), 1);
}

#[test]
fn names_are_constant_however_many_keys_come() {
    let world = World::new(1, 64, &[ONCE, TEN]);
    for key in 0..=u8::MAX {
        let _ = world.run(&ask(0, key, 1));
        let _ = world.run(&Operation {
            limit: 1,
            ..ask(0, key, 1)
        });
    }
    let names = world.store.names();
    assert!(
        names
            .iter()
            .all(|name| name.starts_with("portcullis.v1.rl.")),
        "{names:?}"
    );
    // The seed, eight sets, and at most one coarse set for each limit.
    assert!(names.len() <= 11, "{names:?}");
}

#[test]
fn keys_without_a_place_share_their_limits_rate() {
    let world = World::new(2, 8, &[ONCE]);
    let all: Vec<Verdict> = (0..40).map(|key| world.run(&ask(0, key, 0))).collect();
    assert_eq!(
        all.iter().filter(|verdict| is_admitted(verdict)).count(),
        8 + 1
    );
    assert_eq!(world.tally(|tallies| &tallies.overflows), 32);
    assert_eq!(world.tally(|tallies| &tallies.overflows_denied), 31);
}

#[test]
fn a_damaged_set_comes_back_at_its_rate() {
    let world = World::new(2, 8, &[TEN]);
    assert!(is_admitted(&world.run(&ask(0, 7, 0))));
    world.store.damage(|name| !name.ends_with("seed"));
    assert!(matches!(world.run(&ask(1, 7, 0)), Verdict::Exceeded(_)));
    assert_eq!(world.tally(|tallies| &tallies.corrupt), 1);
    assert!(matches!(world.run(&ask(0, 7, 99)), Verdict::Exceeded(_)));
    assert!(is_admitted(&world.run(&ask(0, 7, 1))));
    // Another key of the set, which may have spent as much.
    assert!(is_admitted(&world.run(&ask(0, 8, 0))));
    assert!(matches!(world.run(&ask(0, 8, 0)), Verdict::Exceeded(_)));
    assert_eq!(world.tally(|tallies| &tallies.corrupt), 1);
}

#[test]
fn a_damaged_seed_gives_nobody_a_new_burst() {
    let world = World::new(2, 65_536, &[ONCE]);
    for key in 0..50 {
        assert!(is_admitted(&world.run(&ask(0, key, 0))));
    }
    world.store.damage(|name| name.ends_with("seed"));
    // Worker 1 makes a new seed, by which the keys have other places, most of them empty.
    for key in 0..50 {
        assert!(matches!(world.run(&ask(1, key, 1)), Verdict::Exceeded(_)));
    }
    // Worker 0 goes by the old one for a second; then both count in one place.
    let _ = world.run(&ask(0, 0, 1_000));
    assert!(is_admitted(&world.run(&ask(1, 7, 3_600_000))));
    assert!(matches!(world.run(&ask(0, 7, 0)), Verdict::Exceeded(_)));
    assert_eq!(world.tally(|tallies| &tallies.corrupt), 1);
}

#[test]
fn a_worker_that_finds_a_set_of_another_seed_follows_it() {
    let world = World::new(2, 8, &[TEN]);
    assert!(is_admitted(&world.run(&ask(0, 7, 0))));
    world.store.damage(|name| name.ends_with("seed"));
    assert!(matches!(world.run(&ask(1, 7, 0)), Verdict::Exceeded(_)));
    assert!(matches!(world.run(&ask(0, 7, 0)), Verdict::Exceeded(_)));
    // All are spent for a second, for which some worker might have gone by the old seed.
    assert!(matches!(world.run(&ask(1, 7, 1_099)), Verdict::Exceeded(_)));
    assert!(is_admitted(&world.run(&ask(1, 7, 1))));
    assert!(matches!(world.run(&ask(0, 7, 0)), Verdict::Exceeded(_)));
    assert!(is_admitted(&world.run(&ask(0, 7, 100))));
    // The seed once, and the set once: worker 0 did not take worker 1's for damage.
    assert_eq!(world.tally(|tallies| &tallies.corrupt), 2);
}

#[test]
fn a_key_is_counted_elsewhere_only_once_its_set_knows() {
    const TWO: Written = ("two", &[(1, 1_000, 2)]);
    let world = World::new(2, 8, &[TWO]);
    for key in 0..8 {
        assert!(is_admitted(&world.run(&ask(0, key, 0))));
    }
    // Both times another worker changes the full set before it is marked.
    for other in 0..2 {
        let fate = Fate::After(ask(1, other, 0));
        world.store.plan.borrow_mut().push_back(fate);
        assert!(is_admitted(&world.run(&ask(0, 99, 0))));
        world.store.plan.borrow_mut().clear();
    }
    // Places are free now; the burst of two is spent, and one has come back.
    assert!(is_admitted(&world.run(&ask(0, 99, 1_000))));
    assert!(matches!(world.run(&ask(0, 99, 0)), Verdict::Exceeded(_)));
}

#[test]
fn the_last_try_may_succeed_and_one_more_is_not_made() {
    let lost = |times: u32| (0..times).map(|_| Fate::Lost);
    let world = World::new(1, 64, &[TEN]);
    let _ = world.run(&ask(0, 1, 0)); // the seed is there
    world.store.plan.borrow_mut().extend(lost(MAX_RETRIES));
    assert!(is_admitted(&world.run(&ask(0, 7, 0))));
    world.store.plan.borrow_mut().extend(lost(MAX_RETRIES + 1));
    assert_eq!(world.run(&ask(0, 7, 0)), Verdict::Contended);
    assert_eq!(world.tally(|tallies| &tallies.contentions), 1);
    assert!(world.store.plan.borrow().is_empty());
}

/// What a decision costs in calls to the proxy: nothing else of it grows with keys or workers.
#[test]
fn a_decision_is_one_read_and_one_swap() {
    let world = World::new(2, 65_536, &[ONCE]);
    let calls = |operation| {
        world.store.calls.set((0, 0));
        let _ = world.run(&operation);
        world.store.calls.get()
    };
    let _ = world.run(&ask(0, 0, 0)); // worker 0 knows the seed
    for key in 1..50 {
        assert_eq!(calls(ask(0, key, 1)), (1, 1), "permitted");
        assert_eq!(calls(ask(0, key, 1)), (1, 0), "denied: nothing is written");
    }
    // Once a second a worker looks whether the seed is still the one it knows.
    assert_eq!(calls(ask(0, 1, 1_000)), (3, 0));
    assert_eq!(calls(ask(0, 1, 1)), (1, 0));
}

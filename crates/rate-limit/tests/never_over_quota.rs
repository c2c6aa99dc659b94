//! Property: whatever workers, clock and store do to each other, no key gets more than its rates
//! say. Every stretch of time in which a key was admitted is looked at.

mod support;

use proptest::prelude::*;
use support::{Fate, Operation, World, Written};

const WORKERS: u8 = 4;

/// Two limits on one table, one of them with two rates.
const LIMITS: [Written; 2] = [
    ("burst", &[(5, 100, 3)]),
    ("both", &[(4, 100, 4), (7, 1_000, 5)]),
];

/// What may happen in a schedule.
struct Chances {
    /// How far the clock moves before a decision, in milliseconds.
    step: BoxedStrategy<i64>,
    /// How far it moves while another worker decides: between a read and the clock, or between
    /// the clock and a swap.
    between: BoxedStrategy<i64>,
    damage: u32,
}

/// Decisions in turn, what becomes of each swap, and what comes between a read and the clock.
type Schedule = (Vec<Operation>, Vec<Fate>, Vec<Option<Operation>>);

fn operation(step: BoxedStrategy<i64>) -> BoxedStrategy<Operation> {
    // Few keys are busy and many come by, so that a set of eight is often full.
    let key = prop_oneof![2 => 0..3u8, 3 => 0..14u8];
    let cost = prop_oneof![6 => Just(1u32), 1 => Just(0u32), 2 => 2..5u32];
    (0..usize::from(WORKERS), 0..LIMITS.len(), key, step, cost)
        .prop_map(|(worker, limit, key, step, cost)| Operation {
            worker,
            limit,
            key,
            step,
            cost,
        })
        .boxed()
}

fn schedule(chances: Chances) -> impl Strategy<Value = Schedule> {
    let other = operation(chances.between);
    let fate = prop_oneof![
        8 => Just(Fate::Tried),
        2 => Just(Fate::Lost),
        1 => Just(Fate::DoneUnseen),
        6 => other.clone().prop_map(Fate::After),
        chances.damage => Just(Fate::Damaged),
        chances.damage => Just(Fate::SeedDamaged),
    ];
    (
        prop::collection::vec(operation(chances.step), 1..200),
        prop::collection::vec(fate, 0..200),
        prop::collection::vec(prop::option::weighted(0.3, other), 0..200),
    )
}

/// Runs a schedule on a table of `keys` keys.
fn run(keys: u64, (operations, fates, held): Schedule) -> std::rc::Rc<World> {
    let world = World::new(WORKERS, keys, &LIMITS);
    world.store.plan.borrow_mut().extend(fates);
    world.store.held.borrow_mut().extend(held);
    for operation in &operations {
        let _ = world.run(operation);
    }
    world
}

/// Mostly no time passes; now and then an entry is replenished.
fn forward() -> BoxedStrategy<i64> {
    prop_oneof![6 => Just(0i64), 3 => 0..30i64, 1 => 0..400i64].boxed()
}

/// A worker is held up for minutes, again and again.
fn long() -> BoxedStrategy<i64> {
    prop_oneof![4 => Just(0i64), 3 => 0..400i64, 1 => 50_000..400_000i64].boxed()
}

fn small() -> BoxedStrategy<i64> {
    prop_oneof![4 => Just(0i64), 1 => -1_000..1_000i64, 1 => -3_600_000..3_600_000i64].boxed()
}

fn large() -> BoxedStrategy<i64> {
    const DAYS: i64 = 2 * 86_400_000;
    prop_oneof![8 => 0..30i64, 1 => -DAYS..DAYS, 1 => -3_000..200_000i64].boxed()
}

const fn chances(step: BoxedStrategy<i64>, between: BoxedStrategy<i64>) -> Chances {
    Chances {
        step,
        between,
        damage: 0,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Workers race. One set of eight for 28 keys: entries are evicted and overflow all the time.
    #[test]
    fn under_any_race(
        keys in prop_oneof![Just(8u64), Just(64)],
        schedule in schedule(chances(forward(), forward())),
    ) {
        prop_assert_eq!(run(keys, schedule).over_quota(|one| one.reading), None);
    }

    /// Between any two steps of a decision minutes may pass. Were the clock read before the set, a
    /// time that another worker wrote in between would look too far ahead, and be brought back.
    #[test]
    fn under_any_delay(schedule in schedule(chances(long(), long()))) {
        let world = run(8, schedule);
        prop_assert_eq!(world.over_quota(|one| one.reading), None);
        prop_assert_eq!(world.tally(|tallies| &tallies.clamped), 0);
    }

    /// The clock jumps: an hour forth and back, which no stored time is clamped for.
    #[test]
    fn under_small_steps_of_the_clock(schedule in schedule(chances(small(), small()))) {
        prop_assert_eq!(run(8, schedule).over_quota(|one| one.reading), None);
    }

    /// The clock jumps back for days, so that stored times are clamped: what counts is how far
    /// it has moved forward in sum.
    #[test]
    fn under_large_steps_of_the_clock(schedule in schedule(chances(large(), long()))) {
        prop_assert_eq!(run(8, schedule).over_quota(|one| one.forward), None);
    }

    /// Sets and the seed are damaged, between any two steps and however long these take.
    #[test]
    fn under_damage(schedule in schedule(Chances { damage: 2, ..chances(long(), long()) })) {
        prop_assert_eq!(run(8, schedule).over_quota(|one| one.reading), None);
    }
}

/// The properties above would hold of a table that is never full; here it is seen to be.
#[test]
fn the_races_evict_and_overflow() {
    let world = World::new(WORKERS, 8, &LIMITS);
    for turn in 0..400u16 {
        let (worker, key) = (usize::from(turn % 4), u8::try_from(turn % 14).unwrap());
        let step = if turn % 20 == 0 { 60 } else { 0 };
        let _ = world.run(&Operation {
            worker,
            limit: 0,
            key,
            step,
            cost: 1,
        });
    }
    assert!(world.tally(|tallies| &tallies.evictions) > 10);
    assert!(world.tally(|tallies| &tallies.overflows) > 10);
    assert!(world.tally(|tallies| &tallies.overflows_denied) > 10);
    assert_eq!(world.tally(|tallies| &tallies.corrupt), 0);
    assert_eq!(world.over_quota(|one| one.reading), None);
}

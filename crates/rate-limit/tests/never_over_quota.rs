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

fn operation(
    step: impl Strategy<Value = i64> + Clone + 'static,
    lag: impl Strategy<Value = u64> + Clone + 'static,
) -> BoxedStrategy<Operation> {
    // Few keys are busy and many come by, so that a set of eight is often full.
    let key = prop_oneof![2 => 0..3u8, 3 => 0..14u8];
    (0..usize::from(WORKERS), 0..LIMITS.len(), key, step, lag)
        .prop_map(|(worker, limit, key, step, lag)| Operation {
            worker,
            limit,
            key,
            step,
            lag,
        })
        .boxed()
}

fn fates(operation: BoxedStrategy<Operation>, damage: u32) -> impl Strategy<Value = Vec<Fate>> {
    let fate = prop_oneof![
        8 => Just(Fate::Tried),
        2 => Just(Fate::Lost),
        1 => Just(Fate::DoneUnseen),
        6 => operation.prop_map(Fate::After),
        damage => Just(Fate::Damaged),
    ];
    prop::collection::vec(fate, 0..200)
}

/// Operations of a schedule, and others that come between a reading and a swap of theirs.
fn schedule(
    step: impl Strategy<Value = i64> + Clone + 'static,
    between: impl Strategy<Value = i64> + Clone + 'static,
    lag: impl Strategy<Value = u64> + Clone + 'static,
    damage: u32,
) -> impl Strategy<Value = (Vec<Operation>, Vec<Fate>)> {
    let operations = prop::collection::vec(operation(step, lag.clone()), 1..200);
    (operations, fates(operation(between, lag), damage))
}

/// Runs a schedule on a table of `keys` keys.
fn run(keys: u64, operations: &[Operation], fates: Vec<Fate>) -> std::rc::Rc<World> {
    let world = World::new(WORKERS, keys, &LIMITS);
    world.store.plan.borrow_mut().extend(fates);
    for operation in operations {
        let _ = world.run(operation);
    }
    world
}

/// Mostly no time passes; now and then an entry is replenished.
fn forward() -> impl Strategy<Value = i64> + Clone {
    prop_oneof![6 => Just(0i64), 3 => 0..30i64, 1 => 0..400i64]
}

fn small() -> impl Strategy<Value = i64> + Clone {
    prop_oneof![4 => Just(0i64), 1 => -1_000..1_000i64]
}

fn large() -> impl Strategy<Value = i64> + Clone {
    prop_oneof![8 => 0..30i64, 1 => -200_000..200_000i64, 1 => -3_000..200_000i64]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Workers race, and decide on clocks they have read up to 200 ms ago. One set of eight for
    /// 28 keys: entries are evicted and overflow all the time.
    #[test]
    fn under_any_race(
        keys in prop_oneof![Just(8u64), Just(64)],
        (operations, fates) in schedule(
            forward(),
            forward(),
            prop_oneof![3 => Just(0u64), 1 => 0..200u64],
            0,
        ),
    ) {
        let world = run(keys, &operations, fates);
        prop_assert_eq!(world.over_quota(|one| one.reading), None);
    }

    /// The clock jumps: a second forth and back, which no stored time is clamped for.
    #[test]
    fn under_small_steps_of_the_clock(
        (operations, fates) in schedule(small(), small(), Just(0u64), 0),
    ) {
        let world = run(8, &operations, fates);
        prop_assert_eq!(world.over_quota(|one| one.reading), None);
    }

    /// The clock jumps for minutes between decisions, so that stored times are clamped: what counts
    /// is how far it has moved forward in sum. While a worker decides it goes a little ahead: no
    /// more than a minute is what the table asks of its workers.
    #[test]
    fn under_large_steps_of_the_clock(
        (operations, fates) in schedule(large(), forward(), Just(0u64), 0),
    ) {
        let world = run(8, &operations, fates);
        prop_assert_eq!(world.over_quota(|one| one.forward), None);
    }

    /// Values are damaged between a read and its swap. Here no time passes while a worker decides:
    /// who finds the damage goes by its own reading, and cannot know how late it is.
    #[test]
    fn under_damage((operations, fates) in schedule(forward(), Just(0i64), Just(0u64), 3)) {
        let world = run(8, &operations, fates);
        prop_assert_eq!(world.over_quota(|one| one.reading), None);
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
            lag: 0,
        });
    }
    assert!(world.tally(|tallies| &tallies.evictions) > 10);
    assert!(world.tally(|tallies| &tallies.overflows) > 10);
    assert_eq!(world.tally(|tallies| &tallies.corrupt), 0);
    assert_eq!(world.over_quota(|one| one.reading), None);
}

//! Property: whatever is lost, late, dead or damaged, in no window of the service is more admitted
//! of a key than the limit, over all workers of all proxies.

use proptest::prelude::*;

use super::network::{Fate, Loss};
use super::proxy::Limit;
use super::world::World;
use crate::shared::wire::Unit;

/// What happens next.
#[derive(Clone, Debug)]
enum Event {
    /// So many requests of a key, one after the other.
    Requests {
        worker: usize,
        key: u8,
        cost: u32,
        many: u32,
    },
    /// Microseconds.
    Time(u64),
    /// To just before or behind the end of a window, by so many microseconds.
    WindowEnd(i64),
    /// A worker dies with what it had asked, and another takes its place.
    WorkerDies(usize),
    /// Other workers are first, so often.
    LosesSwaps(usize, u32),
    /// What lies in a process's store is damaged.
    Damage(usize),
}

const PROXIES: usize = 2;
const WORKERS: usize = 2;

fn event() -> impl Strategy<Value = Event> {
    let requests = (
        0..PROXIES * WORKERS,
        0..2_u8,
        prop_oneof![6 => Just(1_u32), 1 => 0..4_u32],
        1..12_u32,
    );
    prop_oneof![
        8 => requests.prop_map(|(worker, key, cost, many)| Event::Requests { worker, key, cost, many }),
        4 => (0..3_000_u64).prop_map(Event::Time),
        2 => (0..400_000_u64).prop_map(Event::Time),
        4 => (-3_000..3_000_i64).prop_map(Event::WindowEnd),
        1 => (0..PROXIES * WORKERS).prop_map(Event::WorkerDies),
        1 => (0..PROXIES, 1..20_u32).prop_map(|(proxy, many)| Event::LosesSwaps(proxy, many)),
        1 => (0..PROXIES).prop_map(Event::Damage),
    ]
}

fn fate() -> impl Strategy<Value = Fate> {
    let loss = prop_oneof![
        10 => Just(Loss::None),
        1 => Just(Loss::Call),
        1 => Just(Loss::Answer),
        1 => Just(Loss::Silent),
    ];
    let delay = || prop_oneof![4 => 0..1_500_u64, 1 => 0..25_000_u64];
    (delay(), delay(), delay(), loss).prop_map(|(there, within, back, loss)| Fate {
        there,
        within,
        back,
        loss,
    })
}

/// Some answers at different times within seconds, so that the clock of the service is known.
fn calibrate(world: &mut World) {
    for step in 0..60 {
        for worker in 0..world.workers.len() {
            world.request(worker, 9, 1);
        }
        world.pass(if step % 2 == 0 { 37_000 } else { 91_000 });
    }
    for step in 0..8 {
        let end = world.until_window_end(1);
        world.pass(end + step * 150);
        for worker in 0..world.workers.len() {
            world.request(worker, 9, 1);
        }
        world.pass(900);
    }
}

fn run(world: &mut World, events: &[Event], fates: Vec<Fate>) {
    world.fates.extend(fates);
    for event in events {
        match *event {
            Event::Requests {
                worker,
                key,
                cost,
                many,
            } => {
                for _ in 0..many {
                    world.request(worker, key, cost);
                }
            }
            Event::Time(micros) => world.pass(micros),
            Event::WindowEnd(offset) => {
                let micros = world.until_window_end(world.limit.rate.unit.seconds().min(60));
                world.pass(micros.saturating_add_signed(offset).min(60_000_000));
            }
            Event::WorkerDies(worker) => world.replace(worker),
            Event::LosesSwaps(proxy, many) => world.shelves[proxy].losing.set(many),
            Event::Damage(proxy) => world.shelves[proxy].damage(),
        }
    }
    world.pass(30_000);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn never_more_than_the_limit(
        requests in prop_oneof![1..6_u32, 10..200_u32],
        unit in prop::sample::select(&[Unit::Second, Unit::Second, Unit::Minute]),
        batch in prop_oneof![Just(1_u32), 2..50_u32],
        ahead in 0..2_000_000_000_u64,
        known in any::<bool>(),
        events in prop::collection::vec(event(), 1..120),
        fates in prop::collection::vec(fate(), 0..150),
    ) {
        let mut world = World::new(Limit::new(requests, unit, batch), PROXIES, WORKERS);
        world.server.ahead += i128::from(ahead);
        if known {
            calibrate(&mut world);
        }
        run(&mut world, &events, fates);
        prop_assert_eq!(world.over_limit(), None);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(25))]

    /// Everybody asks all the time, most of all around the ends of windows, so that whatever is
    /// given away once too often is spent.
    #[test]
    fn never_more_than_the_limit_under_load(
        requests in prop_oneof![2..30_u32, 50..300_u32],
        batch in 2..60_u32,
        ahead in 0..1_000_000_000_u64,
        gap in 60..300_u64,
        fates in prop::collection::vec(fate(), 200),
        who in prop::collection::vec(0..PROXIES * WORKERS, 50),
    ) {
        let mut world = World::new(Limit::new(requests, Unit::Second, batch), PROXIES, WORKERS);
        world.server.ahead += i128::from(ahead);
        calibrate(&mut world);
        let mut who = who.iter().cycle();
        let mut fates = fates.iter().cycle();
        for _ in 0..4 {
            let end = world.until_window_end(1);
            world.pass(end.saturating_sub(60_000));
            // a little before the end, so that something is left to be granted, then all of it
            for (time, gap) in [(60_000, 1_500), (60_000, gap)] {
                for _ in 0..time / gap {
                    world.fates.extend(fates.next().filter(|_| world.fates.is_empty()));
                    world.request(*who.next().unwrap(), 0, 1);
                    world.pass(gap);
                }
            }
        }
        world.pass(30_000);
        prop_assert_eq!(world.over_limit(), None);
    }
}

/// The property above would hold of leases that nobody ever spends of; here they are.
#[test]
fn the_schedules_spend_leases() {
    let mut world = World::new(Limit::new(1_000, Unit::Second, 50), PROXIES, WORKERS);
    calibrate(&mut world);
    let calls = world.calls;
    for _ in 0..400 {
        world.request(0, 0, 1);
        world.request(1, 0, 1);
        world.pass(5_000);
    }
    assert!(world.calls - calls < 200, "{}", world.calls - calls);
}

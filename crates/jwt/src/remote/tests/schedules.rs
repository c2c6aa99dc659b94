//! Any order of ticks, answers and losses, with workers that never come back: what must always hold.

use proptest::prelude::*;

use super::world::{SECOND, World};

#[derive(Clone, Debug)]
enum Event {
    Tick(usize),
    Answer(usize),
    Fail(usize),
    Lose,
    Pass(u64),
    Rotate,
    Unknown(usize),
}

fn event() -> impl Strategy<Value = Event> {
    let worker = 0_usize..WORKERS;
    prop_oneof![
        6 => worker.clone().prop_map(Event::Tick),
        4 => worker.clone().prop_map(Event::Answer),
        1 => worker.clone().prop_map(Event::Fail),
        1 => Just(Event::Lose),
        3 => prop_oneof![0_u64..3, 10_u64..20, 300_u64..700].prop_map(Event::Pass),
        1 => Just(Event::Rotate),
        2 => worker.prop_map(Event::Unknown),
    ]
}

const WORKERS: usize = 3;

proptest! {
    #[test]
    fn no_schedule_brings_two_leaders_or_a_set_that_was_never_published(
        events in proptest::collection::vec(event(), 1..120),
    ) {
        let mut world = World::new(WORKERS);
        let mut rotation = 0_usize;
        // What each worker's fetch under way was asked at, and what the issuer had then.
        let mut flights: Vec<Option<(std::time::Duration, usize)>> = vec![None; WORKERS];
        let mut newest = [0_u64; WORKERS];
        for event in events {
            match event {
                Event::Tick(worker) => {
                    if world.tick(worker).is_some() {
                        for (other, flight) in flights.iter().enumerate() {
                            let late = flight.is_none_or(|(at, _)| world.now >= at + 11 * SECOND);
                            prop_assert!(other == worker || late, "two leaders at a time");
                        }
                        flights[worker] = Some((world.now, rotation));
                    }
                }
                Event::Answer(worker) => {
                    if let Some((_, asked)) = flights[worker].take() {
                        let _ = world.answer(worker, &[&format!("k{asked}")]);
                    }
                }
                Event::Fail(worker) => {
                    if flights[worker].take().is_some() {
                        world.fail(worker);
                    }
                }
                Event::Lose => world.shelf.lose_next.set(true),
                Event::Pass(seconds) => world.now += SECOND * u32::try_from(seconds).unwrap(),
                Event::Rotate => rotation += 1,
                Event::Unknown(worker) => {
                    let _ = world.workers[worker].unknown_kid("nobody's", world.now);
                }
            }
            for (number, worker) in world.workers.iter().enumerate() {
                prop_assert!(worker.generation() >= newest[number], "a generation went back");
                newest[number] = worker.generation();
                for kid in world.kids(number) {
                    let known = kid.strip_prefix('k').unwrap().parse::<usize>().unwrap();
                    prop_assert!(known <= rotation, "a key from nowhere");
                }
            }
        }
        // Left alone, all come to what the issuer has now.
        world.shelf.lose_next.set(false);
        let last = format!("k{rotation}");
        for _ in 0..4 {
            world.now += 700 * SECOND;
            world.round(&[&last]);
            world.round(&[&last]);
        }
        world.all_have(&[&last]);
    }
}

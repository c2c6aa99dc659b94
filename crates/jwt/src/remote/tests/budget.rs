//! Key ids that nobody knows: one early fetch in a while, and nobody waits for nothing.

use policy::Wait;

use super::super::UnknownKid;
use super::world::{SECOND, World};

fn ask(world: &World, worker: usize, kid: &str) -> UnknownKid {
    world.workers[worker].unknown_kid(kid, world.now)
}

fn settled(world: &World) -> bool {
    world.workers.iter().all(|worker| worker.is_over(world.now))
}

fn fresh(workers: usize) -> World {
    let mut world = World::new(workers);
    world.round(&["a"]);
    world.round(&[]);
    world.now += 60 * SECOND;
    world.round(&[]);
    assert_eq!(world.fetches.get(), 1);
    world
}

#[test]
fn a_new_kid_is_fetched_once_however_many_ask_in_however_many_workers() {
    let world = fresh(4);
    for _ in 0..100 {
        for worker in 0..4 {
            assert_eq!(ask(&world, worker, "b"), UnknownKid::Asking);
        }
    }
    for worker in 0..4 {
        world.tick(worker);
        assert!(!world.workers[worker].is_over(world.now));
    }
    assert_eq!(world.fetches.get(), 2);
    world.answer(0, &["a", "b"]).unwrap();
    world.round(&[]);
    assert!(settled(&world));
    world.all_have(&["a", "b"]);
    assert_eq!(world.fetches.get(), 2);
}

#[test]
fn random_kids_neither_reach_the_issuer_nor_wait() {
    let mut world = fresh(2);
    assert_eq!(ask(&world, 0, "x"), UnknownKid::Asking);
    world.round(&["a"]);
    world.round(&[]);
    assert!(settled(&world));
    for number in 0..1_000 {
        let kid = format!("random-{number}");
        assert_eq!(ask(&world, number % 2, &kid), UnknownKid::Unknown);
        world.round(&[]);
    }
    assert_eq!(world.fetches.get(), 2);
    world.now += 29 * SECOND;
    assert_eq!(ask(&world, 1, "y"), UnknownKid::Unknown);
    world.now += 2 * SECOND;
    assert_eq!(ask(&world, 1, "z"), UnknownKid::Asking);
    world.round(&["a"]);
    assert_eq!(world.fetches.get(), 3);
}

#[test]
fn a_kid_that_was_found_unknown_stays_so_for_a_while() {
    let mut world = fresh(1);
    assert_eq!(ask(&world, 0, "x"), UnknownKid::Asking);
    world.round(&["a"]);
    assert_eq!(ask(&world, 0, "x"), UnknownKid::Unknown);
    world.now += 31 * SECOND;
    assert_eq!(ask(&world, 0, "other"), UnknownKid::Asking);
    world.round(&["a"]);
    assert_eq!(ask(&world, 0, "x"), UnknownKid::Unknown);
}

#[test]
fn who_waits_is_let_go_when_the_fetch_fails_or_its_worker_dies() {
    let mut world = fresh(2);
    assert_eq!(ask(&world, 0, "b"), UnknownKid::Asking);
    assert_ne!(world.tick(0), None);
    world.tick(1);
    assert_eq!(ask(&world, 1, "b"), UnknownKid::Asking);
    world.fail(0);
    world.round(&[]);
    assert!(settled(&world));
    assert_eq!(ask(&world, 0, "b"), UnknownKid::Unknown);
    assert_eq!(ask(&world, 1, "b"), UnknownKid::Unknown);

    world.now += 60 * SECOND;
    assert_eq!(ask(&world, 0, "c"), UnknownKid::Asking);
    assert_ne!(world.tick(0), None);
    world.tick(1);
    world.now += 12 * SECOND; // worker 0 is never heard again
    world.tick(1);
    assert!(world.workers[1].is_over(world.now));
}

#[test]
fn a_worker_that_has_not_looked_yet_finds_that_it_was_done() {
    let mut world = fresh(2);
    assert_eq!(ask(&world, 0, "b"), UnknownKid::Asking);
    assert_ne!(world.tick(0), None);
    world.answer(0, &["a", "b"]).unwrap();
    assert_eq!(ask(&world, 1, "b"), UnknownKid::Asking);
    world.now += SECOND / 100;
    assert_eq!(world.tick(1), None);
    assert!(settled(&world));
    world.all_have(&["a", "b"]);
    assert_eq!(world.fetches.get(), 2);
}

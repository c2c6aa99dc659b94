//! A store that fails, and values that are not ours.

use policy::Errand;
use proptest::prelude::*;

use super::world::{MINUTE, SECOND, World};

#[test]
fn a_store_that_fails_leaves_the_last_good_set() {
    let mut world = World::new(1);
    world.round(&["a"]);
    world.shelf.broken.set(true);
    world.now += 11 * MINUTE;
    assert!(world.workers[0].poll(world.now, &|| Some(1)).is_err());
    assert_eq!(world.kids(0), ["a"]);
    world.shelf.broken.set(false);
    world.round(&["b"]);
    assert_eq!(world.kids(0), ["b"]);
}

#[test]
fn a_set_that_was_damaged_is_fetched_anew_at_once_and_the_old_one_serves_meanwhile() {
    let mut world = World::new(2);
    world.round(&["a"]);
    world.round(&[]);
    world.now += 10 * MINUTE;
    assert_ne!(world.tick(0), None);
    world.answer(0, &["b"]).unwrap();
    for (name, (value, _)) in world.shelf.values.borrow_mut().iter_mut() {
        if !name.ends_with("state") {
            value[20] ^= 1;
        }
    }
    assert_ne!(
        world.tick(1),
        None,
        "what it found is not what was published"
    );
    assert_eq!(world.kids(1), ["a"]);
    world.answer(1, &["b"]).unwrap();
    world.round(&[]);
    world.all_have(&["b"]);
}

#[test]
fn a_number_from_a_damaged_value_is_never_taken_for_one_of_ours() {
    let mut world = World::new(2);
    world.round(&["a"]);
    world.round(&[]);
    let state = |name: &String| name.ends_with("state");
    let damage = |world: &World| {
        let mut values = world.shelf.values.borrow_mut();
        let (_, value) = values.iter_mut().find(|(name, _)| state(name)).unwrap();
        value.0.clear();
    };
    damage(&world);
    let before = world.workers[1].generation();
    world.now += SECOND;
    // Both have generation 1; the state says that there is none, so the next would be 1 again.
    assert_ne!(world.tick(0), None);
    world.answer(0, &["b"]).unwrap();
    world.round(&[]);
    world.all_have(&["b"]);
    assert!(
        world.workers[1].generation() > before,
        "what the old keys have verified would count as verified by the new"
    );
}

proptest! {
    #[test]
    fn any_bytes_in_the_store_are_survived(
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
        which in 0_usize..3,
        cut in any::<prop::sample::Index>(),
        own in any::<bool>(),
    ) {
        let mut world = World::new(2);
        world.round(&["a"]);
        world.round(&[]);
        let name = {
            let values = world.shelf.values.borrow();
            let mut names: Vec<String> = values.keys().cloned().collect();
            names.sort();
            names[which % names.len()].clone()
        };
        {
            let mut values = world.shelf.values.borrow_mut();
            let (value, version) = values.get_mut(&name).unwrap();
            if own {
                let at = cut.index(value.len());
                value[at] = value[at].wrapping_add(1);
            } else {
                *value = bytes;
            }
            *version += 1_000;
        }
        for _ in 0..4 {
            world.now += 11 * MINUTE;
            world.round(&["b"]);
            world.round(&["b"]);
        }
        world.all_have(&["b"]);
    }
}

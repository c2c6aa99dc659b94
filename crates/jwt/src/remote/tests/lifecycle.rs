//! From the first fetch to the last use of a set.

use std::rc::Rc;

use policy::{Answer, Errand};

use super::super::{FetchFault, KeySource, Origin};
use super::world::{MINUTE, SECOND, World, response, set, settings, target};

#[test]
fn one_fetch_serves_all_workers() {
    let world = World::new(4);
    for worker in &world.workers {
        let wait = worker.keys(world.now).unwrap_err().retry_after;
        assert!(wait >= SECOND);
    }
    assert_eq!(
        target(world.tick(0).as_ref()),
        "https://login.example.org/keys"
    );
    for worker in 1..4 {
        assert_eq!(world.tick(worker), None);
    }
    assert_eq!(world.answer(0, &["a"]), Ok(None));
    assert_eq!(world.kids(0), ["a"], "who fetched has it at once");
    assert_eq!(world.kids(1), [""; 0], "the others look at their next tick");
    world.round(&[]);
    world.all_have(&["a"]);
    assert_eq!(world.fetches.get(), 1);
}

/// As a worker does with a new document, before its first request.
#[test]
fn who_may_ask_nobody_takes_the_set_that_is_there() {
    let world = World::new(2);
    let look = |worker: usize| world.workers[worker].poll(world.now, &|| None);
    assert_eq!(look(1), Ok(None), "nothing is there, and nobody is asked");
    assert!(world.tick(0).is_some(), "nobody was kept from asking");
    assert_eq!(world.answer(0, &["a"]), Ok(None));
    assert_eq!(look(1), Ok(None));
    assert_eq!(world.kids(1), ["a"]);
}

#[test]
fn a_set_is_fetched_again_before_it_is_old_and_only_once() {
    let mut world = World::new(4);
    world.round(&["a"]);
    world.round(&[]);
    world.now += 8 * MINUTE;
    world.round(&["never asked"]);
    assert_eq!(
        world.fetches.get(),
        1,
        "not within nine tenths of cache_duration"
    );
    world.now += 2 * MINUTE;
    world.round(&["a", "b"]);
    world.round(&[]);
    world.all_have(&["a", "b"]);
    assert_eq!(world.fetches.get(), 2);
}

#[test]
fn a_set_that_did_not_change_is_of_the_same_generation() {
    let mut world = World::new(2);
    world.round(&["a"]);
    world.round(&[]);
    let before = world.workers[1].generation();
    for _ in 0..20 {
        world.now += 10 * MINUTE;
        world.round(&["a"]);
        world.round(&[]);
        world.all_have(&["a"]);
    }
    assert_eq!(world.workers[1].generation(), before);
    assert_eq!(world.fetches.get(), 21);
}

#[test]
fn a_key_that_is_gone_is_gone_in_all_workers() {
    let mut world = World::new(3);
    world.round(&["a", "b"]);
    world.round(&[]);
    let before = world.workers[2].generation();
    world.now += 10 * MINUTE;
    world.round(&["b"]);
    world.round(&[]);
    world.all_have(&["b"]);
    assert!(world.workers[2].generation() > before);
}

#[test]
fn the_last_good_set_serves_while_fetching_fails_and_no_longer_than_max_stale() {
    let mut world = World::new(2);
    world.round(&["a"]);
    world.round(&[]);
    let end = world.now + 60 * MINUTE;
    while world.now <= end {
        world.all_have(&["a"]);
        world.now += SECOND;
        for worker in 0..2 {
            if world.tick(worker).is_some() {
                assert_eq!(world.fail(worker), FetchFault::NoResponse);
            }
        }
    }
    assert_eq!(world.kids(0), [""; 0]);
    assert_eq!(world.kids(1), [""; 0]);
    let tries = world.fetches.get();
    // Waits grow to a minute, less a quarter at most: 50 minutes are at most 67 tries and the first few.
    assert!((50..80).contains(&tries), "{tries} tries");
    world.now += MINUTE;
    world.round(&["b"]);
    world.round(&[]);
    world.all_have(&["b"]);
}

#[test]
fn a_worker_that_dies_while_it_fetches_is_followed_by_another() {
    let mut world = World::new(2);
    assert_ne!(world.tick(0), None);
    world.now += 10 * SECOND;
    assert_eq!(world.tick(1), None, "it may still come back");
    world.now += 2 * SECOND;
    assert_ne!(
        world.tick(1),
        None,
        "two time-outs and a second have passed"
    );
    world.answer(1, &["a"]).unwrap();
    assert_eq!(world.kids(1), ["a"]);
}

#[test]
fn who_comes_back_too_late_publishes_nothing() {
    let mut world = World::new(2);
    assert_ne!(world.tick(0), None);
    world.now += 12 * SECOND;
    assert_ne!(world.tick(1), None);
    world.answer(1, &["new"]).unwrap();
    assert_eq!(world.answer(0, &["old"]), Err(FetchFault::Fenced));
    world.round(&[]);
    world.all_have(&["new"]);
}

#[test]
fn who_comes_back_while_another_fetches_publishes_nothing() {
    let mut world = World::new(2);
    assert_ne!(world.tick(0), None);
    world.now += 12 * SECOND;
    assert_ne!(world.tick(1), None);
    assert_eq!(world.answer(0, &["old"]), Err(FetchFault::Fenced));
    world.answer(1, &["new"]).unwrap();
    world.round(&[]);
    world.all_have(&["new"]);
}

#[test]
fn discovery_leads_to_the_keys() {
    let mut world = World::new(0);
    let at = "https://login.example.org/.well-known/openid-configuration";
    let settings = settings(Origin::Discovery(at.parse().unwrap()));
    let shelf = Rc::clone(&world.shelf);
    world.workers.push(KeySource::new("login", settings, shelf));
    assert_eq!(target(world.tick(0).as_ref()), at);
    let document =
        r#"{"issuer":"https://login.example.org","jwks_uri":"https://login.example.org/k"}"#;
    let step = world.workers[0]
        .came(world.now, response(document))
        .unwrap();
    assert_eq!(target(step.as_ref()), "https://login.example.org/k");
    assert_eq!(world.tick(0), None, "it is under way");
    assert_eq!(world.answer(0, &["a"]), Ok(None));
    assert_eq!(world.kids(0), ["a"]);

    world.now += 10 * MINUTE;
    assert_eq!(target(world.tick(0).as_ref()), at);
    let other = document.replace("example.org\",", "example.org/other\",");
    let fault = world.workers[0]
        .came(world.now, response(other))
        .unwrap_err();
    assert_eq!(fault, FetchFault::OtherIssuer);
    assert_eq!(world.kids(0), ["a"], "what was good stays");
}

#[test]
fn a_set_without_a_usable_key_changes_nothing() {
    let mut world = World::new(1);
    world.round(&["a"]);
    for (body, fault) in [
        (r#"{"keys":[]}"#, FetchFault::NoUsableKey),
        (
            r#"{"keys":[{"kty":"oct","kid":"a","k":"AAAA"}]}"#,
            FetchFault::NoUsableKey,
        ),
        (r#"{"keys":{}}"#, FetchFault::NotASet),
        (r#"{"keys":[],"keys":[]}"#, FetchFault::NotASet),
        ("<html>", FetchFault::NotASet),
        ("", FetchFault::NotASet),
    ] {
        world.now += 10 * MINUTE;
        assert_ne!(world.tick(0), None);
        let came = world.workers[0].came(world.now, response(body));
        assert_eq!(came, Err(fault), "{body}");
        assert_eq!(world.kids(0), ["a"]);
    }
}

#[test]
fn keys_of_a_kind_that_is_not_known_take_nothing_down() {
    let world = World::new(1);
    assert_ne!(world.tick(0), None);
    let Answer::Response { body, .. } = set(&["a"]) else {
        unreachable!("a set is a response")
    };
    let body = String::from_utf8(body).unwrap();
    let more =
        r#"{"keys":[{"kty":"LMS","kid":"pq"},{"kty":"RSA","kid":"small","n":"AQAB","e":"AQAB"},7,"#;
    let body = body.replacen(r#"{"keys":["#, more, 1);
    world.workers[0].came(world.now, response(body)).unwrap();
    assert_eq!(world.kids(0), ["a"]);
}

//! An issuer that fails after it was well: what was good stays, and no request waits for ever.

use std::time::{Duration, Instant};

use portcullis_envoy_tests::until;
use serde_json::json;

use crate::issuer::{FaultyIssuer, Mood};
use crate::world::{PATIENCE, World, key, request};

#[tokio::test]
async fn whatever_it_answers_the_last_good_set_serves_and_it_recovers() {
    for (mood, fault) in [
        (Mood::Cut, "no answer in time"),
        (Mood::Broken, "answered with status 500"),
        (Mood::Html, "answered with something that is not JSON"),
        (Mood::Huge, "answered with more than 256 KiB"),
        (
            Mood::Empty,
            "the JWK set holds no key for the provider's algorithms",
        ),
        (
            Mood::Silent,
            "answered with status 504, or the proxy had no answer in time",
        ),
    ] {
        let (old, new) = (key("old"), key("new"));
        let world = World::ready(&[&old], json!({"unknown_kid_interval": "5s"})).await;
        world.issuer.rotate(&[&old, &new]);
        world.issuer.be(mood);
        // A new key's token asks for the set, in vain.
        world.refuses(&new, 401, "jwt.unknown_key").await;
        until("the fault in the log", async || {
            world
                .envoy
                .log()
                .contains(&format!("jwt.providers[login]: {fault}"))
                .then_some(())
        })
        .await;
        world.permits(&old).await;
        world.issuer.release();
        world.wait_until_permitted(&new).await;
        world.permits(&old).await;
    }
}

#[tokio::test]
async fn the_first_set_comes_from_an_issuer_that_was_slow() {
    let key = key("a");
    let issuer = FaultyIssuer::with(&[&key]);
    issuer.be(Mood::Silent);
    let world = World::start(issuer, json!({})).await;
    world.refuses(&key, 503, "jwt.keys_unavailable").await;
    world.issuer.release();
    world.wait_until_permitted(&key).await;
}

#[tokio::test]
async fn a_request_that_is_held_ends_when_the_issuer_is_killed() {
    let (old, new) = (key("old"), key("new"));
    let world = World::ready(&[&old], json!({"timeout": "30s"})).await;
    world.issuer.be(Mood::Silent);
    let request = request(&new);
    let client = world.envoy.client();
    let before = world.issuer.fetches();
    let held = client.send(&request);
    let killing = async {
        until("the issuer to be asked", async || {
            (world.issuer.fetches() > before).then_some(())
        })
        .await;
        world.issuer.down();
    };
    let (response, ()) = tokio::join!(held, killing);
    assert_eq!(
        (response.status, response.code().as_deref()),
        (401, Some("jwt.unknown_key"))
    );
    world.permits(&old).await;
}

#[tokio::test]
async fn a_request_that_is_held_ends_by_the_clock_when_nothing_comes() {
    let (old, new) = (key("old"), key("new"));
    let world = World::ready(&[&old], json!({"timeout": "30s"})).await;
    world.issuer.be(Mood::Silent);
    let begun = Instant::now();
    let response = world.envoy.client().send(&request(&new)).await;
    assert_eq!(response.status, 401);
    let took = begun.elapsed();
    assert!(
        (Duration::from_secs(14)..PATIENCE).contains(&took),
        "{took:?}"
    );
}

#[tokio::test]
async fn an_issuer_that_is_away_for_longer_than_the_set_is_fresh_loses_no_request() {
    let key = key("a");
    let world = World::ready(&[&key], json!({"cache_duration": "10s", "max_stale": "1h"})).await;
    world.issuer.down();
    let begun = Instant::now();
    while world.count("jwks.failures").await < 3 || begun.elapsed() < Duration::from_secs(12) {
        world.permits(&key).await;
        assert!(
            begun.elapsed() < 3 * PATIENCE,
            "the set is fetched anew after 10 s"
        );
    }
    world.issuer.up();
    let failures = world.count("jwks.failures").await;
    until("a fetch that succeeds", async || {
        (world.issuer.fetches() >= 2).then_some(())
    })
    .await;
    world.permits(&key).await;
    assert!(failures >= 3);
}

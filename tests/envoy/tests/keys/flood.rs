//! Many requests at once: one fetch for all of them, and no more than the budget for those that lie.

use portcullis_envoy_tests::{Response, until};
use serde_json::json;
use tokio::task::JoinSet;

use crate::issuer::Mood;
use crate::world::{World, key, request};

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_requests_with_a_fresh_kid_cause_one_fetch_and_all_succeed() {
    let (old, new) = (key("old"), key("new"));
    let world = World::ready(&[&old], json!({})).await;
    assert_eq!(world.issuer.fetches(), 1);
    world.issuer.rotate(&[&old, &new]);
    world.issuer.be(Mood::Silent);
    let mut flood = JoinSet::new();
    for _ in 0..100 {
        let (client, request) = (world.envoy.client(), request(&new));
        flood.spawn(async move { client.send(&request).await });
    }
    // All are there before the issuer answers: each has a connection, and none an answer.
    until("all to be held", async || {
        (world.envoy.counter("http.test.downstream_rq_active").await >= 100).then_some(())
    })
    .await;
    assert_eq!(world.issuer.fetches(), 2);
    world.issuer.release();
    let responses: Vec<Response> = flood.join_all().await;
    let permitted = responses.iter().filter(|one| one.status == 200).count();
    assert_eq!(
        permitted,
        100,
        "{:?}",
        responses.iter().find(|one| one.status != 200)
    );
    assert_eq!(world.issuer.fetches(), 2);
    assert_eq!(world.count("jwks.early_fetches").await, 1);
}

#[tokio::test]
async fn random_kids_are_refused_at_once_and_cause_one_fetch() {
    let old = key("old");
    let world = World::without_budget(&[&old], json!({"unknown_kid_interval": "1h"})).await;
    for number in 0..200 {
        let request = request(&key(&format!("random-{number}")));
        let response = world.envoy.client().send(&request).await;
        assert_eq!(
            (response.status, response.code().as_deref()),
            (401, Some("jwt.unknown_key"))
        );
    }
    assert_eq!(world.issuer.fetches(), 2);
    // With its budget spent, the issuer is not even asked: a dead one holds nobody.
    world.issuer.be(Mood::Silent);
    let begun = std::time::Instant::now();
    for number in 200..300 {
        let request = request(&key(&format!("random-{number}")));
        assert_eq!(world.envoy.client().send(&request).await.status, 401);
    }
    assert!(
        begun.elapsed() < crate::world::PATIENCE,
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(world.issuer.fetches(), 2);
    world.permits(&old).await;
}

/// A flood of held requests leaves the worker to everybody else.
#[tokio::test(flavor = "multi_thread")]
async fn those_that_are_held_hold_up_nobody() {
    let old = key("old");
    let world = World::without_budget(&[&old], json!({})).await;
    world.issuer.be(Mood::Silent);
    let mut flood = JoinSet::new();
    for number in 0..300 {
        let request = request(&key(&format!("random-{number}")));
        let client = world.envoy.client();
        flood.spawn(async move { client.send(&request).await });
    }
    until("the issuer to be asked", async || {
        (world.issuer.fetches() > 1).then_some(())
    })
    .await;
    for _ in 0..20 {
        world.permits(&old).await;
    }
    world.issuer.release();
    for response in flood.join_all().await {
        assert_eq!(response.status, 401);
    }
}

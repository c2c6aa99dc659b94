//! Before the first key set, and without a cluster.

use portcullis_envoy_tests::{Request, assert_permitted, until};
use serde_json::json;

use crate::issuer::FaultyIssuer;
use crate::world::{World, document, key, provider, proxy, request};

#[tokio::test]
async fn an_issuer_that_is_down_at_the_start_costs_503_until_it_is_up() {
    let key = key("a");
    let world = World::start(FaultyIssuer::down_with(&[&key]), json!({})).await;
    world.refuses(&key, 503, "jwt.keys_unavailable").await;
    let response = world.envoy.client().send(&request(&key)).await;
    let wait = response.header("retry-after");
    assert_eq!(wait.len(), 1, "{response:?}");
    let wait: u64 = wait.concat().parse().unwrap_or_default();
    assert!((1..=60).contains(&wait), "{wait}");
    // What needs no token passes, and what has none is told so.
    assert_permitted(&world.envoy.client(), &Request::get("/healthz")).await;
    let tokenless = Request::get("/orders");
    assert_eq!(world.envoy.client().send(&tokenless).await.status, 401);

    until("a fetch that failed", async || {
        (world.count("jwks.failures").await > 0).then_some(())
    })
    .await;

    world.issuer.up();
    world.wait_until_permitted(&key).await;
}

#[tokio::test]
async fn a_cluster_that_is_not_there_shows_in_log_and_metric_and_spares_other_providers() {
    let key = key("a");
    let issuer = FaultyIssuer::with(&[&key]);
    let mut lost = provider(
        "lost",
        json!({"cluster": "nowhere", "uri": "http://other.test/keys"}),
    );
    lost["issuer"] = json!("http://other.test");
    let document = document(&[lost, provider("login", json!({}))]);
    let envoy = proxy(&issuer, &document).start().await;
    let world = World { issuer, envoy };
    world.wait_until_permitted(&key).await;
    until("the metric", async || {
        (world.count("jwks.no_cluster").await > 0).then_some(())
    })
    .await;
    let log = world.envoy.log();
    let line = "jwt.providers[lost]: cluster \"nowhere\": no such cluster in this Envoy";
    assert!(log.contains(line), "{log}");
    assert!(!log.contains("jwt.providers[login]:"), "{log}");
}

#[tokio::test]
async fn one_fetch_serves_all_workers() {
    let key = key("a");
    let world = World::ready(&[&key], json!({})).await;
    world.wait_until_permitted(&key).await;
    assert_eq!(world.issuer.fetches(), 1);
    assert_eq!(world.count("jwks.fetches").await, 1);
}

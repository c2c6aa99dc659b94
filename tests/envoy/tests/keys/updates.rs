//! A new document while keys are in use, and while a request waits for one.

use portcullis_envoy_tests::{Request, until};
use serde_json::{Value, json};

use crate::issuer::{FaultyIssuer, Mood};
use crate::world::{World, document, key, provider, proxy, request};

/// A document whose provider says this of its keys, with an open route of this path, to see which
/// document serves.
fn marked(path: &str, more: Value) -> Value {
    let mut document = document(&[provider("login", more)]);
    let routes = document["routes"].as_array_mut().unwrap();
    routes.push(json!({"name": "mark", "paths": [path], "allow": "any"}));
    document
}

async fn start(issuer: FaultyIssuer, document: &Value) -> World {
    let envoy = proxy(&issuer, document).start_watched().await;
    let world = World { issuer, envoy };
    world.until_all_have_taken(1).await;
    world
}

async fn update(world: &World, path: &str, more: Value) {
    world
        .envoy
        .update(&proxy(&world.issuer, &marked(path, more)));
    until("the new document", async || {
        let response = world.envoy.client().send(&Request::get(path)).await;
        (response.status == 200).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_new_document_keeps_the_set_and_one_that_wants_it_fresher_fetches() {
    let (old, new) = (key("old"), key("new"));
    let world = start(FaultyIssuer::with(&[&old]), &marked("/a", json!({}))).await;
    update(&world, "/b", json!({"timeout": "3s"})).await;
    world.until_all_have_taken(2).await; // each root of its own, from where it lies
    world.permits(&old).await;
    assert_eq!(world.issuer.fetches(), 1);

    // A key is withdrawn: a document that takes no set older than ten seconds makes it ten, not 600.
    world.issuer.rotate(&[&new]);
    update(&world, "/c", json!({"cache_duration": "10s"})).await;
    until("the key's end", async || {
        let response = world.envoy.client().send(&request(&old)).await;
        (response.status == 401).then_some(())
    })
    .await;
    world.permits(&new).await;
}

#[tokio::test]
async fn a_request_that_waits_is_answered_after_its_document_was_replaced() {
    let (old, new) = (key("old"), key("new"));
    let more = || json!({"timeout": "30s"});
    let world = start(FaultyIssuer::with(&[&old]), &marked("/a", more())).await;
    world.issuer.rotate(&[&old, &new]);
    world.issuer.be(Mood::Silent);
    let request = request(&new);
    let client = world.envoy.client();
    let held = client.send(&request);
    let replacing = async {
        until("the issuer to be asked", async || {
            (world.issuer.fetches() == 2).then_some(())
        })
        .await;
        update(&world, "/b", more()).await;
        world.issuer.release();
    };
    let (response, ()) = tokio::join!(held, replacing);
    assert_eq!(response.status, 200, "{response:?}");
    world.wait_until_permitted(&new).await;
    world.permits(&old).await;
    assert_eq!(world.issuer.fetches(), 2);
}

//! Keys that come and go.

use serde_json::json;

use crate::world::{World, key, request};

#[tokio::test]
async fn a_new_key_is_taken_at_once_and_a_removed_one_stops_its_tokens() {
    let (old, new) = (key("old"), key("new"));
    let world = World::ready(&[&old], json!({})).await;
    // A token that every worker has verified and remembers.
    let remembered = request(&old);
    for _ in 0..16 {
        assert_eq!(world.envoy.client().send(&remembered).await.status, 200);
    }
    world.issuer.rotate(&[&new]);
    world.permits(&new).await; // asked for and taken, with this very request
    assert_eq!(world.issuer.fetches(), 2);
    world.until_all_have_taken(2).await;
    world.wait_until_permitted(&new).await;
    for _ in 0..16 {
        let response = world.envoy.client().send(&remembered).await;
        assert_eq!(
            (response.status, response.code().as_deref()),
            (401, Some("jwt.unknown_key"))
        );
    }
    assert_eq!(world.issuer.fetches(), 2);
}

#[tokio::test]
async fn a_key_that_is_removed_stops_its_tokens_with_the_next_refresh() {
    let (stays, goes) = (key("stays"), key("goes"));
    let world = World::ready(&[&stays, &goes], json!({"cache_duration": "10s"})).await;
    world.permits(&goes).await;
    world.issuer.rotate(&[&stays]);
    portcullis_envoy_tests::until("the key's end", async || {
        (world.envoy.client().send(&request(&goes)).await.status == 401).then_some(())
    })
    .await;
    world.permits(&stays).await;
}

//! A client changes its key while requests come: by updates of the configuration alone.

use std::slice;

use portcullis_envoy_tests::{Echo, Envoy, Plugin, Proxy, until};
use serde_json::{Value, json};

use crate::{document, entry, with_key};

fn gateway(keys: &[Value]) -> Proxy {
    Proxy::new(Echo::start())
        .workers(2)
        .plugin(Plugin::Gateway, &document(keys))
}

/// The status of several requests with this key, where they agree.
async fn status(envoy: &Envoy, key: &str) -> Option<u16> {
    let mut statuses = Vec::new();
    for _ in 0..8 {
        let request = with_key("/v1/search", key);
        statuses.push(envoy.client().send(&request).await.status);
    }
    let first = *statuses.first()?;
    statuses
        .iter()
        .all(|status| *status == first)
        .then_some(first)
}

#[tokio::test]
async fn an_old_and_a_new_key_are_good_beside_each_other_until_the_old_one_goes() {
    let (old, new) = (entry("acme", "old-key"), entry("acme", "new-key"));
    let envoy = gateway(slice::from_ref(&old)).start_watched().await;
    assert_eq!(status(&envoy, "old-key").await, Some(200));
    assert_eq!(status(&envoy, "new-key").await, Some(401));

    envoy.update(&gateway(&[old, new.clone()]));
    until("the new key beside the old one", async || {
        (status(&envoy, "new-key").await == Some(200)).then_some(())
    })
    .await;
    assert_eq!(status(&envoy, "old-key").await, Some(200));

    envoy.update(&gateway(&[new]));
    until("the end of the old key", async || {
        (status(&envoy, "old-key").await == Some(401)).then_some(())
    })
    .await;
    assert_eq!(status(&envoy, "new-key").await, Some(200));
}

#[tokio::test]
async fn a_key_in_place_of_its_digest_never_runs() {
    let key = json!({"client": "acme", "sha256": "0123456789abcdef01234567"});
    let refusal = gateway(&[key]).validate().unwrap_err();
    let line = "api_key.keys[0].sha256: 24 characters; expected 64 hex digits: a key itself never \
                belongs here; make the pair with `portcullis key new --client acme`";
    assert!(refusal.log.contains(line), "{}", refusal.log);
}

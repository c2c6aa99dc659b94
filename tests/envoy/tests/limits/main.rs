//! Limits, exact over the workers of one proxy.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "helpers of tests"
)]

mod exact;
mod gateway;
mod kept;
mod keys;
mod native;
mod overload;
mod told;
mod trial;
mod verified;

use portcullis_envoy_tests::{Client, Echo, Envoy, Plugin, Proxy, Request};
use serde_json::{Value, json};
use tokio::task::JoinSet;

/// A document that only limits.
fn limits(limits: &Value) -> Value {
    json!({"version": "v1", "rate_limit": {"limits": limits}})
}

async fn limiter(workers: u32, document: &Value) -> Envoy {
    Proxy::new(Echo::start())
        .workers(workers)
        .plugin(Plugin::RateLimit, document)
        .start()
        .await
}

/// How many of these requests, sent all at once on connections of their own, were 200 and 429.
async fn burst(client: &Client, requests: impl IntoIterator<Item = Request>) -> (usize, usize) {
    let mut tasks = JoinSet::new();
    for request in requests {
        let client = client.clone();
        tasks.spawn(async move { client.send(&request).await });
    }
    let responses = tasks.join_all().await;
    let count = |wanted: u16| {
        let counted = responses
            .iter()
            .filter(|response| response.status == wanted);
        counted.count()
    };
    let (permitted, limited) = (count(200), count(429));
    assert_eq!(permitted + limited, responses.len(), "{responses:?}");
    (permitted, limited)
}

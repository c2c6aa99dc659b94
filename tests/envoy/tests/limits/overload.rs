//! A table that is too small, and one that somebody else writes to: denied is more than should be,
//! never less, and all of it is counted.

use std::fs;

use portcullis_envoy_tests::{Echo, Envoy, Plugin, Proxy, Request, wasm_filter};
use serde_json::{Value, json};

use crate::burst;

fn document(rate: &Value) -> Value {
    json!({"version": "v1", "rate_limit": {
        "max_keys": 64, "headers": ["none"],
        "limits": [{"name": "per-client", "key": ["request.headers[x-client]"], "rates": [rate]}],
    }})
}

async fn tally(envoy: &Envoy, name: &str) -> usize {
    let name = format!("wasmcustom.portcullis.rate_limit.{name}");
    usize::try_from(envoy.counter(&name).await).unwrap()
}

/// `requests` of each of these clients.
fn from_clients(clients: std::ops::Range<u32>, requests: u32) -> impl Iterator<Item = Request> {
    clients.flat_map(move |client| {
        (0..requests).map(move |_| Request::get("/").header("x-client", client.to_string()))
    })
}

/// The coarse bucket has the limit's own rate: of all keys without a place as many pass as of one.
#[tokio::test]
async fn keys_without_a_place_share_one_bucket_of_the_limits_rate() {
    let rate = json!({"requests": 3, "per": "1h"});
    let envoy = Proxy::new(Echo::start())
        .workers(2)
        .plugin(Plugin::RateLimit, &document(&rate))
        .start()
        .await;
    let client = envoy.client();
    let first = burst(&client, from_clients(0..200, 1)).await;
    // Whoever was decided in the coarse bucket was denied there, or is one of the three.
    let (shared, denied) = (
        tally(&envoy, "overflows").await,
        tally(&envoy, "overflows_denied").await,
    );
    assert_eq!((first.1, shared), (denied, denied + 3));
    assert_eq!(first.0, 200 - shared + 3);
    assert!((200 - 64..200).contains(&shared), "{shared}");
    // What has a place has its own rate, and nothing was given back to make room.
    let again = burst(&client, from_clients(0..200, 3)).await;
    assert_eq!(again.0, 2 * (200 - shared));
    assert_eq!(tally(&envoy, "evictions").await, 0);
}

#[tokio::test]
async fn replenished_keys_give_their_place_up() {
    let rate = json!({"requests": 1, "per": "100ms"});
    let envoy = Proxy::new(Echo::start())
        .workers(2)
        .plugin(Plugin::RateLimit, &document(&rate))
        .start()
        .await;
    let client = envoy.client();
    for start in 0..10 {
        let _ = burst(&client, from_clients(start * 100..start * 100 + 100, 1)).await;
    }
    assert!(tally(&envoy, "evictions").await > 0);
    assert_eq!(tally(&envoy, "corrupt").await, 0);
}

/// Another plugin under the same `vm_id` writes over every set before each request.
#[tokio::test]
async fn what_another_plugin_writes_there_is_counted_and_denies() {
    let folder = tempfile::tempdir().unwrap();
    let module = folder.path().join("foreign.wasm");
    let text = include_str!("foreign.wat");
    fs::write(&module, wat::parse_str(text).unwrap()).unwrap();
    let rate = json!({"requests": 3, "per": "1h"});
    let envoy = Proxy::new(Echo::start())
        .filter(wasm_filter(&module, "portcullis", None))
        .plugin(Plugin::RateLimit, &document(&rate))
        .start()
        .await;
    let counted = burst(&envoy.client(), from_clients(0..20, 2)).await;
    assert_eq!(
        counted,
        (0, 40),
        "spent, until it comes back at its own rate"
    );
    assert!(tally(&envoy, "corrupt").await > 0);
}

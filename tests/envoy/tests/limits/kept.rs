//! What a new configuration leaves of the counters: all of them, but those of a limit whose own rates
//! it changes.

use portcullis_envoy_tests::{Echo, Envoy, Plugin, Proxy, Request, until};
use serde_json::{Value, json};

/// Two limits that count apart, each on its own path; `/VERSION` tells which document serves.
fn proxy(version: &str, rate_limit: &Value) -> Proxy {
    let route = |path: &str| json!({"name": path, "paths": [format!("/{path}")], "allow": "any"});
    let document = json!({
        "version": "v1",
        "routes": [route("kept"), route("changed"), route(version)],
        "rate_limit": rate_limit,
    });
    Proxy::new(Echo::start())
        .workers(2)
        .plugin(Plugin::Gateway, &document)
}

fn limit(name: &str, requests: u32) -> Value {
    json!({"name": name, "routes": [name], "key": ["request.headers[x-client]"],
           "rates": [{"requests": requests, "per": "1h"}]})
}

async fn permitted(envoy: &Envoy, path: &str) -> usize {
    let mut permitted = 0;
    for _ in 0..6 {
        let request = Request::get(path).header("x-client", "a");
        permitted += usize::from(envoy.client().send(&request).await.status == 200);
    }
    permitted
}

async fn update(envoy: &Envoy, version: &str, rate_limit: &Value) {
    envoy.update(&proxy(version, rate_limit));
    let path = format!("/{version}");
    until("the new document on both workers", async || {
        let mut statuses = Vec::new();
        for _ in 0..10 {
            statuses.push(envoy.client().send(&Request::get(&path)).await.status);
        }
        statuses.iter().all(|status| *status == 200).then_some(())
    })
    .await;
}

#[tokio::test]
async fn counters_live_through_every_change_but_that_of_their_own_rates() {
    let first = json!({"limits": [limit("kept", 3), limit("changed", 3)]});
    let envoy = proxy("first", &first).start_watched().await;
    assert_eq!(permitted(&envoy, "/kept").await, 3);
    assert_eq!(permitted(&envoy, "/changed").await, 3);

    // Another limit before it, other settings of its own and of the section, the neighbour's rates.
    let mut kept = limit("kept", 3);
    kept["missing"] = json!("skip");
    kept["on_contention"] = json!("allow");
    kept["overrides"] =
        json!([{"match": {"request.headers[x-client]": ["vip"]}, "unlimited": true}]);
    let second = json!({
        "headers": ["none"],
        "ipv6_prefix": 48,
        "limits": [
            {"name": "new", "routes": ["second"], "rates": [{"requests": 1000, "per": "1s"}]},
            kept,
            limit("changed", 4),
        ],
    });
    update(&envoy, "second", &second).await;
    assert_eq!(permitted(&envoy, "/kept").await, 0);
    assert_eq!(permitted(&envoy, "/changed").await, 4);

    // Back: what was counted under those rates is still there.
    update(&envoy, "third", &first).await;
    assert_eq!(permitted(&envoy, "/kept").await, 0);
    assert_eq!(permitted(&envoy, "/changed").await, 0);
}

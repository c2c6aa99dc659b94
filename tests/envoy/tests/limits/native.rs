//! Beside Envoy's own `local_ratelimit`, in one process and under one load: where both decide alike,
//! and where they do not. docs/limits.md says why.

use std::time::Duration;

use portcullis_envoy_tests::{Connection, Echo, Envoy, Plugin, Proxy, Request};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep_until};

/// Requests below `/ours` are limited by the plugin and those below `/native` by the native filter,
/// `requests` in `seconds`; by the header `x-client` where `by_client` says so.
async fn proxy(workers: u32, (requests, seconds): (u32, u32), by_client: bool) -> Envoy {
    let mut limit = json!({
        "name": "ours", "routes": ["ours"],
        "rates": [{"requests": requests, "per": format!("{seconds}s")}],
    });
    if by_client {
        limit["key"] = json!(["request.headers[x-client]"]);
    }
    let route =
        |name: &str| json!({"name": name, "paths": [format!("/{name}/**")], "allow": "any"});
    let document = json!({
        "version": "v1",
        "routes": [route("ours"), route("native")],
        "rate_limit": {"headers": ["none"], "limits": [limit]},
    });
    let native = native((requests, seconds), by_client);
    let answer = json!({"status": 200, "body": {"inline_string": "permitted"}});
    let routes = json!({"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [
        {"match": {"prefix": "/native"}, "direct_response": answer,
         "typed_per_filter_config": {"envoy.filters.http.local_ratelimit": native}},
        {"match": {"prefix": "/"}, "direct_response": answer},
    ]}]});
    Proxy::new(Echo::start())
        .workers(workers)
        .settings(json!({"route_config": routes}))
        .plugin(Plugin::RateLimit, &document)
        .filter(json!({
            "name": "envoy.filters.http.local_ratelimit",
            "typed_config": {"@type": LOCAL_RATE_LIMIT, "stat_prefix": "native"},
        }))
        .start()
        .await
}

fn native((requests, seconds): (u32, u32), by_client: bool) -> Value {
    let all = json!({"default_value": {"numerator": 100, "denominator": "HUNDRED"}});
    let bucket = json!({
        "max_tokens": requests, "tokens_per_fill": requests, "fill_interval": format!("{seconds}s"),
    });
    let mut native = json!({
        "@type": LOCAL_RATE_LIMIT,
        "stat_prefix": "native",
        "token_bucket": bucket,
        "filter_enabled": all,
        "filter_enforced": all,
    });
    if by_client {
        let action = json!({"header_name": "x-client", "descriptor_key": "client"});
        native["rate_limits"] = json!([{"actions": [{"request_headers": action}]}]);
        native["descriptors"] = json!([{"entries": [{"key": "client"}], "token_bucket": bucket}]);
        native["always_consume_default_token_bucket"] = json!(false);
    }
    native
}

const LOCAL_RATE_LIMIT: &str =
    "type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit";

async fn passes(connection: &mut Connection, request: &Request) -> u32 {
    let status = connection.send(request).await.status;
    assert!([200, 429].contains(&status), "{status}");
    u32::from(status == 200)
}

/// How many of each pass, of `count` pairs sent `apart` from each other.
async fn pairs(envoy: &Envoy, count: u32, apart: Duration) -> (u32, u32) {
    let mut connection = envoy.client().connect().await.unwrap();
    let start = Instant::now();
    let (mut ours, mut native) = (0, 0);
    for number in 0..count {
        sleep_until(start + apart * number).await;
        ours += passes(&mut connection, &Request::get("/ours/x")).await;
        native += passes(&mut connection, &Request::get("/native/x")).await;
    }
    (ours, native)
}

#[tokio::test]
async fn a_burst_and_then_nothing_is_the_same() {
    let envoy = proxy(2, (20, 3_600), false).await;
    assert_eq!(pairs(&envoy, 60, Duration::ZERO).await, (20, 20));
}

/// Both fill as time passes, not once a second: a load of twice the rate passes alike, but for the
/// one that falls on an edge.
#[tokio::test]
async fn a_steady_load_passes_alike() {
    let envoy = proxy(2, (20, 1), false).await;
    let (ours, native) = pairs(&envoy, 100, Duration::from_millis(25)).await;
    assert!(ours.abs_diff(native) <= 1, "{ours} and {native}");
    assert!((60..=72).contains(&ours), "{ours}"); // 20 at once and 2.5 s at 20 a second
}

/// The native filter keeps its last 20 values of a descriptor and forgets the others with what they
/// have spent. A client that changes its name 30 times comes round with a new bucket.
#[tokio::test]
async fn keys_beyond_twenty_are_refunded_by_the_native_filter_and_not_by_ours() {
    let envoy = proxy(1, (1, 3_600), true).await;
    let mut connection = envoy.client().connect().await.unwrap();
    let (mut ours, mut native) = (0, 0);
    for _ in 0..3 {
        for client in 0..30 {
            let from = |path: &str| Request::get(path).header("x-client", client.to_string());
            ours += passes(&mut connection, &from("/ours/x")).await;
            native += passes(&mut connection, &from("/native/x")).await;
        }
    }
    assert_eq!(ours, 30);
    assert!(native > 30, "{native}");
}

//! What a client is told of its limits, and what an operator.

use portcullis_envoy_tests::{Request, assert_denied, assert_permitted};
use serde_json::json;

use crate::{limiter, limits};

const EXCEEDED: &str = "rate_limit.exceeded";

#[tokio::test]
async fn a_limited_request_is_told_when_to_come_again() {
    let limit = json!([{"name": "all", "rates": [{"requests": 1, "per": "1h"}]}]);
    let envoy = limiter(1, &limits(&limit)).await;
    let client = envoy.client();
    assert_permitted(&client, &Request::get("/")).await;
    let response = assert_denied(&envoy, &client, &Request::get("/"), 429, EXCEEDED).await;
    let [after] = response.header("retry-after")[..] else {
        panic!("{response:?}")
    };
    let after: u64 = after.parse().unwrap();
    assert!((3590..=3660).contains(&after), "{after}");
}

#[tokio::test]
async fn every_response_tells_what_is_left() {
    let limit = json!([
        {"name": "short", "rates": [{"requests": 2, "per": "1h"}]},
        {"name": "long", "rates": [{"requests": 9, "per": "1d"}]},
    ]);
    let mut document = limits(&limit);
    document["rate_limit"]["headers"] = json!(["ratelimit", "x_ratelimit"]);
    let envoy = limiter(1, &document).await;
    let client = envoy.client();
    let policy = r#""short";q=2;w=3600, "long";q=9;w=86400"#;
    for (left, remaining) in [
        (r#""short";r=1;t=1800, "long";r=8;t=9600"#, "1"),
        (r#""short";r=0;t=1800, "long";r=7;t=9600"#, "0"),
    ] {
        let response = client.send(&Request::get("/")).await;
        assert_eq!(response.status, 200);
        assert_eq!(response.header("ratelimit-policy"), [policy]);
        assert_eq!(response.header("ratelimit"), [left]);
        let limit = r#"2, 2;w=3600;name="short", 9;w=86400;name="long""#;
        assert_eq!(response.header("x-ratelimit-limit"), [limit]);
        assert_eq!(response.header("x-ratelimit-remaining"), [remaining]);
        assert_eq!(response.header("x-ratelimit-reset"), ["1800"]);
    }
    let denied = assert_denied(&envoy, &client, &Request::get("/"), 429, EXCEEDED).await;
    // The second limit was not asked: the first one's denial spends nothing of it.
    assert_eq!(denied.header("ratelimit-policy"), [r#""short";q=2;w=3600"#]);
    assert_eq!(denied.header("ratelimit"), [r#""short";r=0;t=1800"#]);
    assert_eq!(denied.header("x-ratelimit-remaining"), ["0"]);
}

#[tokio::test]
async fn headers_can_be_left_out() {
    let mut document = limits(&json!([{"name": "all", "rates": [{"requests": 1, "per": "1h"}]}]));
    document["rate_limit"]["headers"] = json!(["none"]);
    let envoy = limiter(1, &document).await;
    for status in [200, 429] {
        let response = envoy.client().send(&Request::get("/")).await;
        assert_eq!(response.status, status);
        assert!(response.header("ratelimit").is_empty(), "{response:?}");
        assert!(
            response.header("ratelimit-policy").is_empty(),
            "{response:?}"
        );
        assert_eq!(
            response.header("retry-after").len(),
            usize::from(status == 429)
        );
    }
}

#[tokio::test]
async fn the_limit_that_denied_is_named_for_the_operator_alone() {
    let limit = json!([
        {"name": "wide", "rates": [{"requests": 100, "per": "1h"}]},
        {"name": "narrow", "rates": [{"requests": 1, "per": "1h"}]},
    ]);
    let mut document = limits(&limit);
    document["rate_limit"]["headers"] = json!(["none"]);
    let envoy = limiter(1, &document).await;
    let client = envoy.client();
    let permitted = Request::get("/");
    assert_permitted(&client, &permitted).await;
    assert_eq!(envoy.log_line(&permitted).await.denied_by, None);
    let request = Request::get("/");
    let denied = assert_denied(&envoy, &client, &request, 429, EXCEEDED).await;
    assert!(!denied.text().contains("narrow"), "{}", denied.text());
    let line = envoy.log_line(&request).await;
    assert_eq!(line.denied_by.as_deref(), Some("narrow"));
    let counter = |limit: &str| format!("wasmcustom.portcullis.rate_limit.limited.{limit}");
    assert_eq!(envoy.counter(&counter("narrow")).await, 1);
    assert_eq!(envoy.counter(&counter("wide")).await, 0);
    assert!(envoy.log().contains("rule=narrow"), "{}", envoy.log());
}

#[tokio::test]
async fn grpc_is_told_resource_exhausted() {
    let limit = json!([{"name": "all", "rates": [{"requests": 1, "per": "1h"}]}]);
    let envoy = limiter(1, &limits(&limit)).await;
    let client = envoy.client();
    let call =
        || Request::new("POST", "/shop.Orders/List").header("content-type", "application/grpc");
    assert_eq!(client.send(&call()).await.status, 200);
    let denied = client.send(&call()).await;
    assert_eq!(denied.status, 200, "gRPC has its own status");
    assert_eq!(denied.header("grpc-status"), ["8"]);
    assert_eq!(denied.header("ratelimit"), [r#""all";r=0;t=3600"#]);
    assert_eq!(denied.header("retry-after").len(), 1);
}

#[tokio::test]
async fn the_memory_of_the_table_is_printed_when_it_is_configured() {
    let mut document = limits(&json!([{"name": "all", "rates": [{"requests": 1, "per": "1h"}]}]));
    document["rate_limit"]["max_keys"] = json!(1_048_576);
    let envoy = limiter(1, &document).await;
    let line = "note: rate_limit.max_keys: the table holds 1048576 keys and takes at most ";
    assert!(envoy.log().contains(line), "{}", envoy.log());
}

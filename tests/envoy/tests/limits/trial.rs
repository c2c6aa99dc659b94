//! A limit on trial in a real proxy: it counts apart, says who would have been denied, denies nobody.

use portcullis_envoy_tests::Request;
use serde_json::json;

use crate::{burst, limiter, limits};

#[tokio::test]
async fn a_limit_on_trial_reports_and_denies_nobody() {
    let limit = json!([
        {"name": "next", "mode": "shadow", "rates": [{"requests": 2, "per": "1h"}]},
        {"name": "now", "rates": [{"requests": 8, "per": "1h"}]},
    ]);
    let envoy = limiter(2, &limits(&limit)).await;
    let requests = (0..5).map(|_| Request::get("/"));
    assert_eq!(burst(&envoy.client(), requests).await, (5, 0));
    let request = Request::get("/");
    let response = envoy.client().send(&request).await;
    assert_eq!(response.status, 200);
    // The client hears of the enforced limit alone, which has counted every request.
    assert_eq!(response.header("ratelimit"), [r#""now";r=2;t=450"#]);
    let line = envoy.log_line(&request).await;
    let decision = line.decision.unwrap();
    let told = "shadow=deny:rate_limit.exceeded@limits[next]";
    assert!(decision.contains(told), "{decision}");
    assert_eq!(line.denied_by, None);
    let counter = async |name: &str| {
        let name = format!("wasmcustom.portcullis.rate_limit.{name}");
        envoy.counter(&name).await
    };
    assert_eq!(counter("shadow.denied.rate_limit.exceeded").await, 4);
    assert_eq!(counter("denied.rate_limit.exceeded").await, 0);
    assert_eq!(counter("limited.next").await, 0);
    // Past the enforced one: it denies, and the one on trial is still asked.
    let requests = (0..5).map(|_| Request::get("/"));
    assert_eq!(burst(&envoy.client(), requests).await, (2, 3));
}

#[tokio::test]
async fn a_limit_enforced_after_its_trial_starts_full() {
    let limit = |mode: &str| {
        limits(&json!([
            {"name": "next", "mode": mode, "rates": [{"requests": 2, "per": "1h"}]},
        ]))
    };
    let mut document = limit("enforce");
    // A document on trial passes everything; its limits count apart as well.
    document["mode"] = json!("shadow");
    let envoy = limiter(1, &document).await;
    let requests = (0..5).map(|_| Request::get("/"));
    assert_eq!(burst(&envoy.client(), requests).await, (5, 0));
    let request = Request::get("/");
    assert_eq!(envoy.client().send(&request).await.status, 200);
    let decision = envoy.log_line(&request).await.decision.unwrap();
    assert!(
        decision.contains("rate_limit.exceeded@document"),
        "{decision}"
    );
}

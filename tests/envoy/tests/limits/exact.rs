//! What passes and what does not, by address and header, over several workers.

use std::time::Duration;

use portcullis_envoy_tests::{Request, assert_permitted, until};
use serde_json::json;
use tokio::time::Instant;

use crate::{burst, limiter, limits};

async fn exact_over(workers: u32) {
    const QUOTA: usize = 40;
    let limit = json!([{
        "name": "per-client", "key": ["request.headers[x-client]"],
        "rates": [{"requests": QUOTA, "per": "1h"}],
    }]);
    let envoy = limiter(workers, &limits(&limit)).await;
    for client in ["a", "b"] {
        let requests = (0..4 * QUOTA).map(|_| Request::get("/").header("x-client", client));
        let counted = burst(&envoy.client(), requests).await;
        assert_eq!(counted, (QUOTA, 3 * QUOTA), "client {client}");
    }
    for worker in 0..workers {
        let name = format!("listener.under_test.worker_{worker}.downstream_cx_total");
        assert!(
            envoy.counter(&name).await > 0,
            "worker {worker} had no part in it"
        );
    }
}

#[tokio::test]
async fn a_limit_is_exact_on_one_worker() {
    exact_over(1).await;
}

#[tokio::test]
async fn a_limit_is_exact_over_two_workers() {
    exact_over(2).await;
}

#[tokio::test]
async fn a_limit_is_exact_over_four_workers() {
    exact_over(4).await;
}

#[tokio::test]
async fn room_comes_back_at_the_rate() {
    let limit = json!([{"name": "all", "rates": [{"requests": 1, "per": "400ms"}]}]);
    let envoy = limiter(1, &limits(&limit)).await;
    let client = envoy.client();
    let started = Instant::now();
    assert_permitted(&client, &Request::get("/")).await;
    assert_eq!(client.send(&Request::get("/")).await.status, 429);
    until("room", async || {
        (client.send(&Request::get("/")).await.status == 200).then_some(())
    })
    .await;
    // Asking in vain spends nothing, and nothing comes back early.
    assert!(
        started.elapsed() >= Duration::from_millis(400),
        "{:?}",
        started.elapsed()
    );
}

#[tokio::test]
async fn neither_a_source_port_nor_a_forged_address_buys_a_bucket() {
    let limit = json!([{
        "name": "per-address", "key": ["remote.ip"], "rates": [{"requests": 5, "per": "1h"}],
    }]);
    let envoy = limiter(2, &limits(&limit)).await;
    let forged = |n: u8| {
        let address = format!("203.0.113.{n}");
        Request::get("/")
            .header("x-forwarded-for", &address)
            .header("x-real-ip", &address)
            .header("forwarded", format!("for={address}"))
            .header("x-envoy-external-address", &address)
    };
    let requests = (0..10)
        .map(|_| Request::get("/"))
        .chain((0..20).map(forged));
    assert_eq!(burst(&envoy.client(), requests).await, (5, 25));
}

#[tokio::test]
async fn a_rate_spends_nothing_while_another_has_no_room() {
    let limit = json!([{
        "name": "two",
        "rates": [{"requests": 1, "per": "300ms"}, {"requests": 3, "per": "1h"}],
    }]);
    let envoy = limiter(2, &limits(&limit)).await;
    let client = envoy.client();
    let mut permitted = 0;
    let mut limited = 0;
    // Far more are refused by the short rate than the long one has; all three must come through.
    until("three permits", async || {
        match client.send(&Request::get("/")).await.status {
            200 => permitted += 1,
            _ => limited += 1,
        }
        (permitted == 3).then_some(())
    })
    .await;
    assert!(limited > 3, "{limited}");
    let started = Instant::now();
    until("the long rate to refuse", async || {
        assert_eq!(client.send(&Request::get("/")).await.status, 429);
        (started.elapsed() > Duration::from_millis(700)).then_some(())
    })
    .await;
}

#[tokio::test]
async fn requests_without_the_key_share_one_bucket() {
    let limit = json!([{
        "name": "per-client", "key": ["request.headers[x-client]"],
        "rates": [{"requests": 3, "per": "1h"}],
    }]);
    let envoy = limiter(2, &limits(&limit)).await;
    let requests = (0..10).map(|_| Request::get("/"));
    assert_eq!(burst(&envoy.client(), requests).await, (3, 7));
}

#[tokio::test]
async fn a_key_is_compared_whole() {
    let limit = json!([{
        "name": "per-pair", "key": ["request.headers[x-a]", "request.headers[x-b]"],
        "rates": [{"requests": 1, "per": "1h"}],
    }]);
    let envoy = limiter(1, &limits(&limit)).await;
    for (a, b) in [("1", "23"), ("12", "3"), ("123", "x"), ("x", "123")] {
        let request = Request::get("/").header("x-a", a).header("x-b", b);
        assert_permitted(&envoy.client(), &request).await;
    }
}

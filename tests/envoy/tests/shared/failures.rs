//! Killing the store, the service and a proxy while requests come: what was promised happens.

use std::time::{Duration, Instant};

use portcullis_envoy_tests::{Request, assert_denied, until};
use serde_json::json;

use crate::pair::{Pair, send};

#[tokio::test]
async fn without_the_store_nobody_passes_until_it_is_back() {
    let mut pair = Pair::limited(1_000, "1d", 1, "deny").await;
    assert_eq!(send(&pair.clients(), 10, 2).await.permitted, 10);
    pair.service.kill_store();
    let counted = send(&pair.clients(), 40, 4).await;
    assert_eq!((counted.permitted, counted.limited), (0, 0));
    let proxy = &pair.proxies[0];
    let code = "rate_limit.unavailable";
    assert_denied(proxy, &proxy.client(), &Request::get("/"), 503, code).await;
    assert!(proxy.log().contains("gRPC status"), "{}", proxy.log());
    pair.service.start_store().await;
    for proxy in [0, 1] {
        pair.until_status(proxy, 200).await;
    }
}

#[tokio::test]
async fn without_the_service_on_error_decides() {
    for (on_error, permitted) in [("deny", 0), ("allow", 60), ("local", 10)] {
        let mut pair = Pair::limited(5, "1d", 1, on_error).await;
        pair.service.kill_service();
        let counted = send(&pair.clients(), 60, 4).await;
        assert_eq!(counted.permitted, permitted, "{on_error}: {counted:?}");
        assert_eq!(pair.sum("service_missed").await, 60);
        // asking is given up soon
        let calls = pair.sum("service_calls").await;
        assert!(calls < 40, "{calls}");
    }
}

#[tokio::test]
async fn a_lease_is_spent_without_the_service_and_then_on_error_decides() {
    let mut pair = Pair::limited(100_000, "1d", 500, "deny").await;
    send(&pair.clients(), 600, 8).await; // the lease has grown to the pace
    until("a lease", async || {
        send(&pair.clients(), 40, 8).await;
        (pair.sum("lease_refills").await > 8).then_some(())
    })
    .await;
    pair.service.kill_service();
    let counted = send(&pair.clients(), 3_000, 8).await;
    assert!(counted.permitted > 0, "{counted:?}");
    assert!(counted.permitted <= 2 * 500, "{counted:?}");
    assert!(counted.unavailable > 1_000, "{counted:?}");
    pair.service.start_service().await;
    for proxy in [0, 1] {
        pair.until_status(proxy, 200).await;
    }
}

#[tokio::test]
async fn a_service_that_hangs_holds_nobody_for_long_and_piles_nothing_up() {
    let limits = json!([{
        "name": "all", "store": "shared", "batch": 1,
        "rates": [{"requests": 100_000, "per": "1d"}],
    }]);
    let service = json!({"timeout": "50ms", "on_error": "allow"});
    let pair = Pair::start(&service, &limits).await;
    assert_eq!(send(&pair.clients(), 20, 4).await.permitted, 20);
    pair.service.pause();
    let started = Instant::now();
    let counted = send(&pair.clients(), 400, 400).await;
    let took = started.elapsed();
    assert_eq!(counted.permitted, 400, "{counted:?}");
    // one time-out, not one for each call behind the other
    assert!(took < Duration::from_secs(5), "{took:?}");
    let missed = pair.sum("service_missed").await;
    pair.service.resume();
    until("the service to be asked again", async || {
        let before = pair.sum("service_missed").await;
        send(&pair.clients(), 8, 2).await;
        (pair.sum("service_missed").await == before).then_some(())
    })
    .await;
    assert!(missed >= 400, "{missed}");
}

#[tokio::test]
async fn a_proxy_that_dies_takes_no_more_with_it_than_it_held() {
    let mut pair = Pair::limited(1_000, "1d", 50, "deny").await;
    let first = send(&pair.clients(), 300, 8).await;
    assert_eq!(first.permitted, 300);
    drop(pair.proxies.remove(0));
    let rest = send(&pair.clients(), 900, 8).await;
    let permitted = first.permitted + rest.permitted;
    assert!((950..=1_000).contains(&permitted), "{permitted}");
    assert_eq!(rest.unavailable, 0);
}

#[tokio::test]
async fn a_service_that_does_not_know_the_domain_is_told_of_and_lets_nobody_pass() {
    let limits = json!([{
        "name": "all", "store": "shared", "rates": [{"requests": 5, "per": "1d"}],
    }]);
    let service = json!({"timeout": "200ms", "domain": "another"});
    let pair = Pair::start(&service, &limits).await;
    let counted = send(&pair.clients(), 10, 2).await;
    assert_eq!(counted.unavailable, 10, "{counted:?}");
    let log = pair.proxies[0].log();
    assert!(
        log.contains("the service knows no limit for this domain"),
        "{log}"
    );
}

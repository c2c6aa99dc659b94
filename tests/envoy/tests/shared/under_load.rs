//! The store, the service and a proxy killed in the middle of a load, and a service that is not there at
//! first.

use std::time::Duration;

use portcullis_envoy_tests::RateLimitService;
use serde_json::json;

use crate::load::Load;
use crate::pair::{Pair, send};

/// No answer takes longer: several time-outs of 200 ms, on a machine that is busy.
const LONGEST: Duration = Duration::from_secs(3);

#[tokio::test]
async fn a_service_that_is_not_there_at_first_is_found_when_it_comes() {
    for batch in [1, 100] {
        let mut server = RateLimitService::start("shop").await;
        server.kill_service();
        let limit = json!([{
            "name": "all", "store": "shared", "batch": batch,
            "rates": [{"requests": 50, "per": "1d"}],
        }]);
        let mut pair = Pair::beside(server, &json!({"timeout": "200ms"}), &limit).await;
        let counted = send(&pair.clients(), 20, 4).await;
        assert_eq!(counted.unavailable, 20, "{counted:?}");
        pair.service.start_service().await;
        pair.until_status(0, 200).await;
        pair.until_status(1, 200).await;
        let load = Load::begin(&pair.clients(), 8);
        load.until("the limit", |counted| counted.limited > 200)
            .await;
        let (counted, _) = load.end().await;
        assert!(counted.permitted <= 48, "{counted:?}");
    }
}

#[tokio::test]
async fn a_service_killed_under_load_gives_nothing_away() {
    const LIMIT: usize = 6_000;
    for batch in [1, 100] {
        let mut pair = Pair::limited(LIMIT as u32, "1d", batch, "deny").await;
        let load = Load::begin(&pair.clients(), 8);
        for _ in 0..2 {
            load.until("permits", |counted| counted.permitted > 500)
                .await;
            pair.service.kill_service();
            load.until("no answers", |counted| counted.unavailable > 200)
                .await;
            pair.service.start_service().await;
        }
        load.until("the limit", |counted| counted.limited > 500)
            .await;
        let (counted, slowest) = load.end().await;
        assert!(counted.permitted <= LIMIT, "{counted:?}");
        // Lost at each kill: what was on its way, up to a lease of each proxy.
        let lost = 2 * 2 * (batch as usize + 64);
        assert!(counted.permitted >= LIMIT - lost, "{counted:?}");
        assert!(slowest < LONGEST, "{slowest:?}");
    }
}

#[tokio::test]
async fn a_store_killed_under_load_stops_permits_until_it_is_back() {
    for batch in [1, 100] {
        let mut pair = Pair::limited(1_000_000, "1d", batch, "deny").await;
        let load = Load::begin(&pair.clients(), 8);
        load.until("permits", |counted| counted.permitted > 500)
            .await;
        pair.service.kill_store();
        load.until("no answers", |counted| counted.unavailable > 500)
            .await;
        let before = load.counted().permitted;
        load.until("no answers", |counted| counted.unavailable > 500)
            .await;
        assert_eq!(load.counted().permitted, before, "batch {batch}");
        pair.service.start_store().await;
        load.until("permits", |counted| counted.permitted > 500)
            .await;
        let (_, slowest) = load.end().await;
        assert!(slowest < LONGEST, "{slowest:?}");
    }
}

#[tokio::test]
async fn a_proxy_killed_under_load_takes_its_lease_with_it_and_no_more() {
    const LIMIT: usize = 4_000;
    for batch in [1, 100] {
        let mut pair = Pair::limited(LIMIT as u32, "1d", batch, "deny").await;
        let load = Load::begin(&pair.clients(), 8);
        load.until("permits", |counted| counted.permitted > 1_000)
            .await;
        drop(pair.proxies.remove(0));
        load.until("the limit", |counted| counted.limited > 500)
            .await;
        let (counted, _) = load.end().await;
        assert!(counted.permitted <= LIMIT, "{counted:?}");
        // Its answers that were on their way are nobody's either.
        let lost = batch as usize + 8;
        assert!(
            counted.permitted >= LIMIT - lost - batch as usize,
            "{counted:?}"
        );
        assert_eq!(counted.unavailable, 0, "{counted:?}");
    }
}

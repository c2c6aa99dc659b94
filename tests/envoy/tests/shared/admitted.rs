//! How many two proxies admit together.

use portcullis_envoy_tests::{Request, assert_denied};
use serde_json::json;

use crate::pair::{Counted, Pair, send};

#[tokio::test]
async fn asked_about_one_by_one_a_limit_is_exact_over_both() {
    let pair = Pair::limited(40, "1d", 1, "deny").await;
    let counted = send(&pair.clients(), 120, 8).await;
    let exact = Counted {
        permitted: 40,
        limited: 80,
        unavailable: 0,
    };
    assert_eq!(counted, exact);
}

#[tokio::test]
async fn leases_admit_no_more_and_hardly_fewer_with_few_calls() {
    let pair = Pair::limited(2_000, "1d", 200, "deny").await;
    send(&pair.clients(), 200, 4).await;
    let before = pair.sum("service_calls").await;
    let first = send(&pair.clients(), 800, 8).await;
    let calls = pair.sum("service_calls").await - before;
    assert_eq!(first.permitted, 800);
    assert!(calls < 400, "{calls} calls for 800 requests");
    assert!(pair.sum("lease_refills").await > 0);
    let rest = send(&pair.clients(), 1_400, 8).await;
    assert_eq!(rest.unavailable, 0);
    let permitted = 200 + 800 + rest.permitted;
    assert!((1_980..=2_000).contains(&permitted), "{permitted}");
}

#[tokio::test]
async fn each_key_is_counted_apart_and_a_second_counts_anew() {
    let limits = json!([{
        "name": "per-client", "store": "shared", "key": ["request.headers[x-client]"], "batch": 1,
        "rates": [{"requests": 3, "per": "1d"}],
    }]);
    let pair = Pair::start(&json!({"timeout": "200ms"}), &limits).await;
    let [one, other] = &pair.clients()[..] else {
        panic!("two proxies")
    };
    for client in ["a", "b"] {
        let request = || Request::get("/").header("x-client", client);
        let mut permitted = 0;
        for _ in 0..5 {
            permitted += usize::from(one.send(&request()).await.status == 200);
            permitted += usize::from(other.send(&request()).await.status == 200);
        }
        assert_eq!(permitted, 3, "{client}");
    }
}

#[tokio::test]
async fn what_is_left_and_when_more_comes_is_told() {
    let pair = Pair::limited(2, "1d", 1, "deny").await;
    let client = pair.proxies[0].client();
    let permitted = client.send(&Request::get("/")).await;
    assert_eq!(permitted.status, 200);
    assert_eq!(
        permitted.header("ratelimit-policy"),
        [r#""all";q=2;w=86400"#]
    );
    assert!(permitted.header("ratelimit")[0].starts_with(r#""all";r=1;t="#));
    pair.until_status(1, 200).await;
    let proxy = &pair.proxies[1];
    let code = "rate_limit.exceeded";
    let denied = assert_denied(proxy, &proxy.client(), &Request::get("/"), 429, code).await;
    let after: u64 = denied.header("retry-after")[0].parse().unwrap();
    assert!((1..=86_400 + 120).contains(&after), "{after}");
}

//! What the client is told, and what holds where nothing is said.

use portcullis_envoy_tests::{Plugin, assert_denied, until};
use serde_json::json;

use crate::edge::{Edge, burst, forged, get};

#[tokio::test]
async fn the_client_is_told_when_to_come_again_and_nothing_about_its_token() {
    let budgets = json!({"failures": {"requests": 1, "per": "30s"}});
    let edge = Edge::start(Plugin::JwtAuthn, 1, budgets, json!({})).await;
    let client = edge.envoy.client();
    let bad = get(&forged(0));
    assert_denied(&edge.envoy, &client, &bad, 401, "jwt.bad_signature").await;
    for token in [forged(1), edge.fresh(1)] {
        let request = get(&token);
        let code = "jwt.too_many_failures";
        let response = assert_denied(&edge.envoy, &client, &request, 429, code).await;
        let after: u64 = response.header("retry-after")[0].parse().expect("seconds");
        assert!((29..=33).contains(&after), "{after}");
        assert!(response.header("www-authenticate").is_empty());
        let line = edge.envoy.log_line(&request).await;
        assert_eq!(line.denied_by.as_deref(), Some("jwt.failures"));
    }
}

#[tokio::test]
async fn what_was_spent_comes_back() {
    let budgets = json!({"failures": {"requests": 1, "per": "300ms"}});
    let edge = Edge::start(Plugin::JwtAuthn, 2, budgets, json!({})).await;
    let client = edge.envoy.client();
    for round in 0..3 {
        until("room", async || {
            let response = client.send(&get(&forged(round))).await;
            (response.code().as_deref() == Some("jwt.bad_signature")).then_some(())
        })
        .await;
        let next = client.send(&get(&edge.fresh(round))).await;
        assert!([200, 429].contains(&next.status), "{}", next.text());
    }
}

#[tokio::test]
async fn a_hundred_a_second_are_counted_where_nothing_is_said() {
    let edge = Edge::start(Plugin::JwtAuthn, 2, json!({}), json!({})).await;
    let flood: Vec<String> = (0..600).map(forged).collect();
    let started = std::time::Instant::now();
    let counted = burst(&edge.envoy.client(), flood).await;
    let seconds = started.elapsed().as_secs_f64();
    let looked_at = counted.get("jwt.bad_signature").copied().unwrap_or(0);
    let most = 100.0 + 100.0 * seconds;
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    let found = looked_at as f64;
    assert!(
        looked_at >= 100 && found <= most,
        "{counted:?} in {seconds} s"
    );
}

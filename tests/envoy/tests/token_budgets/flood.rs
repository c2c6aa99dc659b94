//! Floods of tokens: what is counted, whom it stops, and whom it does not.

use std::net::{IpAddr, Ipv4Addr};

use fixtures::Ca;
use portcullis_envoy_tests::{Plugin, Proxy, Transport, assert_permitted};
use serde_json::json;

use crate::edge::{Edge, burst, counted, forged, get};

const ROOM: usize = 30;

/// From one address the budget's bad tokens are told that they are bad, however many workers there
/// are, and not one more is looked at; what is known passes, and so does everybody else.
async fn exact_over(plugin: Plugin, workers: u32, more: serde_json::Value) {
    let budgets = json!({"failures": {"requests": ROOM, "per": "1h"}});
    let edge = Edge::start(plugin, workers, budgets, more).await;
    let client = edge.envoy.client();
    let known = edge.fresh(0);
    // On every worker: each keeps its own memory.
    for _ in 0..40 * workers {
        assert_permitted(&client, &get(&known)).await;
    }
    let flood = burst(&client, (0..4 * ROOM).map(forged)).await;
    let bad = ("jwt.bad_signature", ROOM);
    let stopped = ("jwt.too_many_failures", 3 * ROOM);
    assert_eq!(flood, counted([bad, stopped]));
    for worker in 0..workers {
        let name = format!("listener.under_test.worker_{worker}.downstream_cx_total");
        assert!(edge.envoy.counter(&name).await > 0, "worker {worker}");
    }
    // A good token that nobody knows cannot be told from a bad one without looking at it.
    let unknown = burst(&client, (1..20).map(|n| edge.fresh(n))).await;
    assert_eq!(unknown, counted([("jwt.too_many_failures", 19)]));
    let again = burst(&client, (0..20).map(|_| known.clone())).await;
    assert_eq!(again, counted([("permit", 20)]), "what is known passes");
    let neighbour = client.at(IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2)));
    let others = burst(&neighbour, (20..40).map(|n| edge.fresh(n))).await;
    assert_eq!(others, counted([("permit", 20)]));
    let limited = edge.counter("limited.jwt.failures").await;
    assert_eq!(limited, 3 * ROOM as u64 + 19);
}

#[tokio::test]
async fn failures_are_exact_on_one_worker() {
    exact_over(Plugin::JwtAuthn, 1, json!({})).await;
}

#[tokio::test]
async fn failures_are_exact_over_four_workers() {
    exact_over(Plugin::JwtAuthn, 4, json!({})).await;
}

#[tokio::test]
async fn failures_are_exact_over_four_workers_beside_limits_in_the_same_table() {
    let limit = json!({"name": "all", "key": ["remote.ip"],
        "rates": [{"requests": 100_000, "per": "1h"}]});
    let more = json!({"rate_limit": {"max_keys": 1_024, "limits": [limit]}});
    exact_over(Plugin::Gateway, 4, more).await;
}

#[tokio::test]
async fn garbage_counts_like_a_forgery_and_a_wrong_provider_too() {
    let budgets = json!({"failures": {"requests": 6, "per": "1h"}});
    let edge = Edge::start(Plugin::JwtAuthn, 2, budgets, json!({})).await;
    let client = edge.envoy.client();
    for (token, code) in [
        ("x".to_owned(), "jwt.malformed"),
        ("a.b.c".to_owned(), "jwt.malformed"),
        (forged(1), "jwt.bad_signature"),
        (
            token_of(&edge, json!({"aud": "cart"})),
            "jwt.wrong_audience",
        ),
        (token_of(&edge, json!({"iss": "x"})), "jwt.unknown_issuer"),
        (token_of(&edge, json!({"exp": 1})), "jwt.expired"),
        ("y".to_owned(), "jwt.too_many_failures"),
        (edge.fresh(1), "jwt.too_many_failures"),
    ] {
        let counted = burst(&client, [token]).await;
        assert_eq!(counted, crate::edge::counted([(code, 1)]));
    }
}

fn token_of(edge: &Edge, more: serde_json::Value) -> String {
    let mut claims = edge.issuer.claims("ada", "shop");
    for (name, value) in more.as_object().expect("claims") {
        claims[name] = value.clone();
    }
    edge.issuer.sign(&claims)
}

#[tokio::test]
async fn a_peer_is_counted_by_its_certificate_where_that_is_asked_for() {
    let ca = Ca::new("clients");
    let (one, other) = (
        ca.svid("spiffe://mesh.test/one"),
        ca.svid("spiffe://mesh.test/other"),
    );
    let issuer = crate::edge::issuer();
    let budgets = json!({"failures": {"requests": 5, "per": "1h", "key": "peer_certificate"}});
    let document = crate::edge::document(&issuer, budgets, json!({}));
    let envoy = Proxy::new(portcullis_envoy_tests::Echo::start())
        .workers(2)
        .transport(Transport::mtls(&ca.server(&["localhost"]), &ca))
        .plugin(Plugin::JwtAuthn, &document)
        .start()
        .await;
    let flood = burst(&envoy.client_as(&ca, &one), (0..12).map(forged)).await;
    let bad = ("jwt.bad_signature", 5);
    assert_eq!(flood, counted([bad, ("jwt.too_many_failures", 7)]));
    let neighbour = envoy.client_as(&ca, &other);
    let good = issuer.sign(&issuer.claims("ada", "shop"));
    assert_permitted(&neighbour, &get(&good)).await;
}

#[tokio::test]
async fn a_worker_verifies_no_more_signatures_than_it_may() {
    let signatures = json!({"requests": 10, "per": "1h"});
    let budgets = json!({"signatures": signatures, "failures": {"unlimited": true}});
    let edge = Edge::start(Plugin::JwtAuthn, 1, budgets, json!({})).await;
    let client = edge.envoy.client();
    let known = edge.fresh(0);
    assert_permitted(&client, &get(&known)).await;
    let flood = burst(&client, (0..30).map(forged)).await;
    let bad = ("jwt.bad_signature", 9);
    assert_eq!(flood, counted([bad, ("jwt.too_many_signatures", 21)]));
    let after = burst(&client, [known, edge.fresh(1), "x".to_owned()]).await;
    let spent = ("jwt.too_many_signatures", 1);
    let malformed = ("jwt.malformed", 1); // found without a signature
    assert_eq!(after, counted([("permit", 1), spent, malformed]));
}

//! Tokens as an honest issuer makes them: in time or not, for us or not, with enough scope or not.

use fixtures::{Issuer, now};
use portcullis_envoy_tests::{Request, assert_denied, assert_permitted, until};
use serde_json::{Value, json};

use crate::edge::{Edge, SKEW, challenge, orders};

#[tokio::test]
async fn a_right_token_of_each_algorithm_opens_its_route() {
    let edge = Edge::shared().await;
    let claims = edge.claims(json!({}));
    for key in [edge.issuer.key(), &edge.es256, &edge.eddsa] {
        edge.permits(&Issuer::sign_as(key, &claims)).await;
    }
}

#[tokio::test]
async fn a_token_is_right_every_time() {
    let edge = Edge::shared().await;
    let token = edge.honest();
    for _ in 0..20 {
        edge.permits(&token).await;
    }
}

#[tokio::test]
async fn the_token_does_not_reach_the_upstream() {
    let edge = Edge::shared().await;
    let request = orders().bearer(&edge.honest());
    let heard = assert_permitted(&edge.envoy.client(), &request).await;
    assert_eq!(heard.header("authorization"), [""; 0]);
}

#[tokio::test]
async fn an_audience_may_be_one_of_several() {
    let edge = Edge::shared().await;
    for audience in [json!("shop-admin"), json!(["other", "shop"])] {
        edge.permits(&edge.issuer.sign(&edge.claims(json!({"aud": audience}))))
            .await;
    }
}

#[tokio::test]
async fn scopes_are_read_as_text_or_as_a_list() {
    let edge = Edge::shared().await;
    for claims in [
        json!({"scope": ["orders:read"]}),
        json!({"scope": null, "scp": "orders:read"}),
        json!({"scope": null, "scp": ["x", "orders:read"]}),
    ] {
        edge.permits(&edge.issuer.sign(&edge.claims(claims))).await;
    }
}

#[tokio::test]
async fn no_token_is_asked_for_one_without_an_error() {
    let edge = Edge::shared().await;
    let requests = [
        orders(),
        orders().header("authorization", "Basic YWRhOmFkYQ=="),
        orders().header("x-authorization", format!("Bearer {}", edge.honest())),
        Request::get(format!("/v1/orders/7?access_token={}", edge.honest())),
    ];
    for request in requests {
        let client = edge.envoy.client();
        let response = assert_denied(&edge.envoy, &client, &request, 401, "jwt.missing").await;
        // RFC 6750 §3.1: without authentication information there is no error code.
        assert!(!challenge(&response).contains("error="), "{response:?}");
    }
}

#[tokio::test]
async fn times_are_held_with_the_skew_and_no_more() {
    let edge = Edge::shared().await;
    let sign = |claims: Value| edge.issuer.sign(&edge.claims(claims));
    let slack = 5; // between making the token here and reading it there
    edge.permits(&sign(json!({"exp": now() - SKEW + slack})))
        .await;
    edge.permits(&sign(json!({"nbf": now() + SKEW - slack})))
        .await;
    edge.refuses(&sign(json!({"exp": now() - SKEW - 1})), "jwt.expired")
        .await;
    edge.refuses(&sign(json!({"exp": 0})), "jwt.expired").await;
    edge.refuses(
        &sign(json!({"nbf": now() + SKEW + slack})),
        "jwt.not_yet_valid",
    )
    .await;
}

#[tokio::test]
async fn a_token_without_a_usable_end_is_refused() {
    let edge = Edge::shared().await;
    for exp in [json!(null), json!("4000000000"), json!(-1), json!(true)] {
        let token = edge.issuer.sign(&edge.claims(json!({"exp": exp})));
        let response = edge.envoy.client().send(&orders().bearer(&token)).await;
        assert_eq!(response.status, 401, "exp {exp}: {}", response.text());
    }
}

#[tokio::test]
async fn a_token_that_was_right_ends_at_its_end() {
    let edge = Edge::shared().await;
    let token = edge
        .issuer
        .sign(&edge.claims(json!({"exp": now() - SKEW + 3})));
    edge.permits(&token).await;
    let client = edge.envoy.client();
    let refused = until("the token to end", async || {
        let response = client.send(&orders().bearer(&token)).await;
        (response.status != 200).then_some(response)
    })
    .await;
    assert_eq!(refused.code().as_deref(), Some("jwt.expired"));
}

#[tokio::test]
async fn the_wrong_issuer_is_refused() {
    let edge = Edge::shared().await;
    for issuer in [
        "https://login.test/",
        "https://other.test",
        "HTTPS://login.test",
        "",
    ] {
        let token = edge.issuer.sign(&edge.claims(json!({"iss": issuer})));
        edge.refuses(&token, "jwt.unknown_issuer").await;
    }
}

#[tokio::test]
async fn the_wrong_audience_is_refused() {
    let edge = Edge::shared().await;
    for audience in [
        json!("shop2"),
        json!("SHOP"),
        json!(["a", "b"]),
        json!([]),
        json!(null),
    ] {
        let token = edge.issuer.sign(&edge.claims(json!({"aud": audience})));
        edge.refuses(&token, "jwt.wrong_audience").await;
    }
}

#[tokio::test]
async fn a_missing_scope_is_named() {
    let edge = Edge::shared().await;
    let request = Request::new("POST", "/v1/orders").bearer(&edge.honest());
    let client = edge.envoy.client();
    let response = assert_denied(
        &edge.envoy,
        &client,
        &request,
        403,
        "jwt.insufficient_scope",
    )
    .await;
    let challenge = challenge(&response);
    assert!(
        challenge.contains(r#"error="insufficient_scope""#),
        "{challenge}"
    );
    assert!(
        challenge.contains(r#"scope="orders:read orders:write""#),
        "{challenge}"
    );
}

#[tokio::test]
async fn a_right_token_opens_no_other_route() {
    let edge = Edge::shared().await;
    let client = edge.envoy.client();
    for (method, path) in [
        ("DELETE", "/v1/orders/7"),
        ("GET", "/v1/orderss"),
        ("GET", "/admin"),
    ] {
        let request = Request::new(method, path).bearer(&edge.honest());
        assert_denied(&edge.envoy, &client, &request, 403, "route.unmatched").await;
    }
}

#[tokio::test]
async fn an_optional_token_may_be_absent_but_not_bad() {
    let edge = Edge::shared().await;
    let client = edge.envoy.client();
    assert_permitted(&client, &Request::get("/v1/me")).await;
    assert_permitted(&client, &Request::get("/v1/me").bearer(&edge.honest())).await;
    let bad = Request::get("/v1/me").bearer("x.y.z");
    assert_denied(&edge.envoy, &client, &bad, 401, "jwt.malformed").await;
}

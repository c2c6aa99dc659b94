//! What real issuers sign is taken; what is bound to a certificate, with that certificate alone.

use fixtures::Ca;
use portcullis_envoy_tests::{Envoy, Oidc, OpenBao, Request, assert_denied, assert_permitted};
use serde_json::json;
use tokio::sync::OnceCell;

use crate::edge::{KEYS, document, login, orders, proxy, vault};

/// Both issuers with their key sets inline, for tests that change nothing about them.
struct Edge {
    ca: Ca,
    oidc: Oidc,
    bao: OpenBao,
    envoy: Envoy,
}

impl Edge {
    async fn shared() -> &'static Self {
        static EDGE: OnceCell<Edge> = OnceCell::const_new();
        EDGE.get_or_init(Self::start).await
    }

    async fn start() -> Self {
        let ca = Ca::new("mesh.test");
        let oidc = Oidc::start(&KEYS).await;
        let bao = OpenBao::start("ES256").await;
        let providers = [
            login(&oidc, &json!({"inline": oidc.keys().await})),
            vault(&bao, &json!({"inline": bao.keys().await})),
        ];
        let envoy = proxy(&ca, &document(&providers)).start().await;
        Self {
            ca,
            oidc,
            bao,
            envoy,
        }
    }
}

#[tokio::test]
async fn access_tokens_of_each_algorithm_are_taken() {
    let edge = Edge::shared().await;
    let client = edge.envoy.tls_client(&edge.ca);
    for (algorithm, _) in KEYS {
        let token = edge.oidc.token(algorithm).await;
        let heard = assert_permitted(&client, &orders(&token)).await;
        assert_eq!(heard.header("authorization"), [""; 0], "{algorithm}");
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let turned: String = signature.chars().rev().collect();
        let bent = client.send(&orders(&format!("{signed}.{turned}"))).await;
        assert_eq!(bent.status, 401, "{algorithm}: {}", bent.text());
    }
}

#[tokio::test]
async fn a_bound_token_is_good_with_its_certificate_alone() {
    let edge = Edge::shared().await;
    let holder = edge.ca.svid("spiffe://mesh.test/ns/shop/sa/checkout");
    let thief = edge.ca.svid("spiffe://mesh.test/ns/shop/sa/checkout");
    for (algorithm, _) in KEYS {
        let token = edge.oidc.bound_token(algorithm, &holder).await;
        let request = orders(&token);
        assert_permitted(&edge.envoy.client_as(&edge.ca, &holder), &request).await;
        for client in [
            edge.envoy.client_as(&edge.ca, &thief),
            edge.envoy.tls_client(&edge.ca),
        ] {
            let request = orders(&token);
            assert_denied(&edge.envoy, &client, &request, 401, "jwt.not_bound").await;
        }
    }
}

#[tokio::test]
async fn where_binding_is_required_a_token_of_nobody_is_refused() {
    let Edge { ca, oidc, .. } = Edge::shared().await;
    let mut provider = login(oidc, &json!({"inline": oidc.keys().await}));
    provider["certificate_bound"] = json!("require");
    let envoy = proxy(ca, &document(&[provider])).start().await;
    let holder = ca.svid("spiffe://mesh.test/ns/shop/sa/checkout");
    let client = envoy.client_as(ca, &holder);
    let bound = orders(&oidc.bound_token("ES256", &holder).await);
    assert_permitted(&client, &bound).await;
    let loose = orders(&oidc.token("ES256").await);
    assert_denied(&envoy, &client, &loose, 401, "jwt.not_bound").await;
}

#[tokio::test]
async fn each_issuer_speaks_for_itself_alone() {
    let edge = Edge::shared().await;
    let client = edge.envoy.tls_client(&edge.ca);
    let (login, vault) = (edge.oidc.token("ES256").await, edge.bao.token().await);
    for (path, token) in [
        ("/v1/orders/7", &login),
        ("/v1/orders/7", &vault),
        ("/login/7", &login),
        ("/vault/7", &vault),
    ] {
        assert_permitted(&client, &Request::get(path).bearer(token)).await;
    }
    for (path, token) in [("/login/7", &vault), ("/vault/7", &login)] {
        let request = Request::get(path).bearer(token);
        assert_denied(&edge.envoy, &client, &request, 401, "jwt.unknown_issuer").await;
    }
}

//! Keys that the proxy fetches itself: the OpenID provider's by discovery over TLS, OpenBao's by their
//! address; and issuers that rotate, or are gone, under load.

use fixtures::Ca;
use portcullis_envoy_tests::{
    Client, Envoy, Fetched, Oidc, OpenBao, Request, assert_denied, until,
};
use serde_json::json;

use crate::edge::{KEYS, document, login, orders, proxy, vault};
use crate::load::{Load, settles};

/// Both issuers, and the proxy that fetches from them.
struct Edge {
    oidc: Oidc,
    bao: OpenBao,
    envoy: Envoy,
    client: Client,
}

impl Edge {
    /// With these keys at the OpenID provider, sets that are fetched anew so often, and the first ones
    /// in use.
    async fn ready(keys: &[(&'static str, &'static str)], cache_duration: &str) -> Self {
        let ca = Ca::new("mesh.test");
        let (oidc, bao) = (Oidc::start(keys).await, OpenBao::start("ES256").await);
        let providers = [
            login(
                &oidc,
                &json!({
                    "discovery": oidc.discovery(), "cluster": "login",
                    "cache_duration": cache_duration, "unknown_kid_interval": "5s",
                }),
            ),
            vault(
                &bao,
                &json!({
                    "uri": bao.keys_uri(), "cluster": "vault", "insecure": true,
                    "cache_duration": cache_duration, "unknown_kid_interval": "5s",
                }),
            ),
        ];
        let proxy = proxy(&ca, &document(&providers))
            .cluster_as_written(oidc.cluster("login"))
            .cluster_as_written(bao.cluster("vault"));
        let envoy = proxy.start().await;
        let client = envoy.tls_client(&ca);
        let edge = Self {
            oidc,
            bao,
            envoy,
            client,
        };
        let login = edge.oidc.token(keys[0].0).await;
        settles(&edge.client, || orders(&login), None).await;
        let vault = edge.bao.token().await;
        settles(&edge.client, || orders(&vault), None).await;
        edge
    }

    async fn count(&self, name: &str) -> u64 {
        let name = format!("wasmcustom.portcullis.jwt_authn.{name}");
        self.envoy.counter(&name).await
    }
}

#[tokio::test]
async fn keys_are_fetched_by_discovery_and_by_address_and_each_issuer_speaks_for_itself() {
    let edge = Edge::ready(&KEYS, "10m").await;
    for (algorithm, _) in KEYS {
        let token = edge.oidc.token(algorithm).await;
        settles(&edge.client, || orders(&token), None).await;
    }
    let (login, vault) = (edge.oidc.token("ES256").await, edge.bao.token().await);
    for (path, token) in [("/login/7", &vault), ("/vault/7", &login)] {
        let request = Request::get(path).bearer(token);
        let (envoy, client) = (&edge.envoy, &edge.client);
        assert_denied(envoy, client, &request, 401, "jwt.unknown_issuer").await;
    }
    // All four workers and the main thread have what one of them fetched.
    let once = Fetched {
        keys: 1,
        discovery: 1,
        waiting: 0,
    };
    assert_eq!(edge.oidc.fetched().await, once);
    assert_eq!(edge.count("jwks.failures").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_openid_provider_rotates_under_load_and_no_good_token_is_refused() {
    let edge = Edge::ready(&[("ES256", "old")], "10s").await;
    let old = edge.oidc.token("ES256").await;
    let load = Load::start(edge.client.clone(), &old);
    load.sends_more().await;
    // Signed with at once: who brings the first such token waits for the key.
    edge.oidc
        .publish(&[("ES256", "new"), ("ES256", "old")])
        .await;
    load.goes_on_with(&edge.oidc.token("ES256").await);
    load.sends_more().await;
    settles(&edge.client, || orders(&old), None).await;
    // The old one goes; the proxy hears of it when it asks the next time.
    edge.oidc.publish(&[("ES256", "new")]).await;
    settles(&edge.client, || orders(&old), Some("jwt.unknown_key")).await;
    load.sends_more().await;
    load.ends_without_a_failure().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn openbao_rotates_twice_under_load_and_no_good_token_is_refused() {
    let edge = Edge::ready(&[("ES256", "e1")], "10s").await;
    let first = edge.bao.token().await;
    let load = Load::start(edge.client.clone(), &first);
    load.sends_more().await;
    // The next key was published before it signs, and the one after that was not.
    for _ in 0..2 {
        edge.bao.rotate("10m").await;
        load.goes_on_with(&edge.bao.token().await);
        load.sends_more().await;
    }
    settles(&edge.client, || orders(&first), None).await;
    edge.bao.rotate("0s").await;
    let last = edge.bao.token().await;
    settles(&edge.client, || orders(&last), None).await;
    load.goes_on_with(&last);
    load.sends_more().await;
    load.ends_without_a_failure().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_issuer_that_is_gone_for_longer_than_a_refresh_loses_no_request() {
    let edge = Edge::ready(&[("ES256", "old")], "10s").await;
    let token = edge.oidc.token("ES256").await;
    let load = Load::start(edge.client.clone(), &token);
    edge.oidc.kill();
    // Asked for in vain, more than once.
    until("fetches that fail", async || {
        (edge.count("jwks.failures").await >= 2).then_some(())
    })
    .await;
    load.sends_more().await;
    edge.oidc.restart().await;
    edge.oidc
        .publish(&[("ES256", "new"), ("ES256", "old")])
        .await;
    let new = edge.oidc.token("ES256").await;
    settles(&edge.client, || orders(&new), None).await;
    load.goes_on_with(&new);
    load.sends_more().await;
    load.ends_without_a_failure().await;
}

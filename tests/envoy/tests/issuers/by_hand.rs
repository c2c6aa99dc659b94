//! Keys that change by hand, in the document, under load.

use fixtures::Ca;
use portcullis_envoy_tests::{Oidc, OpenBao};
use serde_json::{Value, json};

use crate::{
    edge::{document, login, orders, proxy, vault},
    load::{Load, settles},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_inline_set_is_replaced_under_load_and_no_good_token_is_refused() {
    let ca = Ca::new("mesh.test");
    let oidc = Oidc::start(&[("ES256", "old")]).await;
    let shown = |keys: Value| proxy(&ca, &document(&[login(&oidc, &json!({"inline": keys}))]));
    let envoy = shown(oidc.keys().await).start_watched().await;
    let client = envoy.tls_client(&ca);
    let old = oidc.token("ES256").await;
    let load = Load::start(client.clone(), &old);
    load.sends_more().await;

    // The new key beside the old one; then it signs; then the old one goes.
    oidc.publish(&[("ES256", "new"), ("ES256", "old")]).await;
    let new = oidc.token("ES256").await;
    settles(&client, || orders(&new), Some("jwt.unknown_key")).await;
    envoy.update(&shown(oidc.keys().await));
    settles(&client, || orders(&new), None).await;
    load.goes_on_with(&new);
    load.sends_more().await;
    settles(&client, || orders(&old), None).await;
    oidc.publish(&[("ES256", "new")]).await;
    envoy.update(&shown(oidc.keys().await));
    settles(&client, || orders(&old), Some("jwt.unknown_key")).await;
    load.sends_more().await;
    load.ends_without_a_failure().await;
}

#[tokio::test]
async fn openbao_publishes_its_next_key_before_it_signs() {
    let ca = Ca::new("mesh.test");
    let bao = OpenBao::start("ES256").await;
    let shown = |keys: Value| proxy(&ca, &document(&[vault(&bao, &json!({"inline": keys}))]));
    let envoy = shown(bao.keys().await).start_watched().await;
    let client = envoy.tls_client(&ca);
    let old = bao.token().await;
    settles(&client, || orders(&old), None).await;
    bao.rotate("0s").await;
    let new = bao.token().await;
    settles(&client, || orders(&new), None).await;
    envoy.update(&shown(bao.keys().await));
    settles(&client, || orders(&old), Some("jwt.unknown_key")).await;
    settles(&client, || orders(&new), None).await;
}

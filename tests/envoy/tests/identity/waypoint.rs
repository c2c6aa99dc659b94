//! Callers behind an Istio waypoint: filter state that its outer listener has set.

use fixtures::Ca;
use portcullis_envoy_tests::{
    Client, Echo, Envoy, Hygiene, Plugin, Proxy, Request, Transport, assert_denied,
    assert_permitted, filter_state,
};
use serde_json::json;

use crate::chain::{any, document};
use crate::mesh::{BATCH, CHECKOUT};

const KEY: &str = "io.istio.peer_principal";

/// A proxy behind the filter that a waypoint's outer listener has; here the same listener does both.
async fn waypoint(ca: &Ca, identity: serde_json::Value, format: &str) -> Envoy {
    Proxy::new(Echo::start())
        .hygiene(Hygiene::Raw)
        .transport(Transport::optional_mtls(
            &ca.local_svid("spiffe://mesh.test/ns/shop/sa/waypoint"),
            ca,
        ))
        .filter(filter_state(KEY, "envoy.string", format))
        .plugin(Plugin::SpiffeAuthz, &document(&identity))
        .start()
        .await
}

#[tokio::test]
async fn the_peer_of_the_tunnel_is_the_caller() {
    let ca = Ca::new("mesh.test");
    let sources = json!({"sources": ["istio_waypoint"]});
    let envoy = waypoint(&ca, sources, "%DOWNSTREAM_PEER_URI_SAN%").await;
    let client = |id: &str| envoy.client_as(&ca, &ca.svid(id));
    assert_permitted(&client(CHECKOUT), &any()).await;
    let denies = async |client: &Client, code| {
        assert_denied(&envoy, client, &any(), 403, code).await;
    };
    denies(&client("spiffe://other.test/a"), "spiffe.not_allowed").await;
    // Envoy joins several names by commas; neither of them is the caller.
    let two = ca.leaf().uri(CHECKOUT).uri(BATCH).issue();
    denies(&envoy.client_as(&ca, &two), "spiffe.bad_peer_principal").await;
    let other = ca.leaf().uri("https://mesh.test/a").issue();
    denies(&envoy.client_as(&ca, &other), "spiffe.bad_peer_principal").await;
    let none = ca.leaf().dns("shop.test").issue();
    denies(&envoy.client_as(&ca, &none), "spiffe.missing_identity").await;
    denies(&envoy.tls_client(&ca), "spiffe.missing_identity").await;
}

#[tokio::test]
async fn what_is_stated_decides_and_never_falls_to_the_certificate() {
    let ca = Ca::new("mesh.test");
    let sources = json!({"sources": ["istio_waypoint", "peer_certificate"]});
    let envoy = waypoint(&ca, sources, "%REQ(x-states)%").await;
    let client = envoy.client_as(&ca, &ca.svid(CHECKOUT));
    let stated = |value: &str| any().header("x-states", value);
    assert_permitted(&client, &stated(BATCH)).await;
    for (value, code) in [
        ("spiffe://other.test/a", "spiffe.not_allowed"),
        (
            "cluster.local/ns/shop/sa/checkout",
            "spiffe.bad_peer_principal",
        ),
        (
            &format!("{CHECKOUT},{CHECKOUT}"),
            "spiffe.bad_peer_principal",
        ),
        (&format!("{CHECKOUT}/"), "spiffe.bad_peer_principal"),
        ("spiffe://mesh.test", "spiffe.bad_peer_principal"),
    ] {
        assert_denied(&envoy, &client, &stated(value), 403, code).await;
    }
    // Where the waypoint states nobody, the next source is asked.
    assert_permitted(&client, &any()).await;
    let stranger = envoy.tls_client(&ca);
    assert_denied(&envoy, &stranger, &any(), 403, "spiffe.missing_identity").await;
}

#[tokio::test]
async fn a_client_cannot_state_the_caller_itself() {
    let ca = Ca::new("mesh.test");
    let sources = json!({"sources": ["istio_waypoint"]});
    let envoy = waypoint(&ca, sources, "%DOWNSTREAM_PEER_URI_SAN%").await;
    for name in [
        KEY,
        "x-io.istio.peer_principal",
        "x-forwarded-client-cert",
        "baggage",
    ] {
        let request = Request::get("/any").header(name, CHECKOUT);
        let stranger = envoy.tls_client(&ca);
        assert_denied(&envoy, &stranger, &request, 403, "spiffe.missing_identity").await;
    }
}

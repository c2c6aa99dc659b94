//! What makes a certificate an identity.

use std::time::{Duration, SystemTime};

use fixtures::{Ca, Role, Validity};
use portcullis_envoy_tests::{
    Echo, Plugin, Proxy, Request, Transport, assert_denied, assert_permitted, until,
};

use crate::mesh::{BATCH, CHECKOUT, Mesh, document};

#[tokio::test]
async fn two_uri_sans_are_no_identity() {
    let mesh = Mesh::shared().await;
    for pair in [[CHECKOUT, BATCH], [CHECKOUT, "https://mesh.test"]] {
        let leaf = pair.iter().fold(mesh.ca.leaf(), |leaf, uri| leaf.uri(uri));
        let client = mesh.with(&leaf.issue());
        mesh.denies(&client, "POST", "/v1/charges", "spiffe.several_uri_sans")
            .await;
    }
}

#[tokio::test]
async fn no_uri_san_is_no_identity() {
    let mesh = Mesh::shared().await;
    let client = mesh.with(&mesh.ca.leaf().dns("checkout.shop.mesh.test").issue());
    mesh.denies(&client, "POST", "/v1/charges", "spiffe.no_uri_san")
        .await;
    let client = mesh.with(&mesh.ca.leaf().issue());
    mesh.denies(&client, "POST", "/v1/charges", "spiffe.no_uri_san")
        .await;
}

#[tokio::test]
async fn a_dns_name_beside_the_one_uri_is_fine() {
    let mesh = Mesh::shared().await;
    let leaf = mesh
        .ca
        .leaf()
        .dns("checkout.shop.mesh.test")
        .uri(CHECKOUT)
        .loopback();
    mesh.permits(&mesh.with(&leaf.issue()), "POST", "/v1/charges")
        .await;
}

#[tokio::test]
async fn a_uri_that_is_no_spiffe_id_is_no_identity() {
    let mesh = Mesh::shared().await;
    let bad = [
        "https://mesh.test/ns/shop/sa/checkout",
        "spiffe:/mesh.test/ns/shop/sa/checkout",
        "spiffe://mesh.test/ns/shop/sa/checkout/",
        "spiffe://mesh.test//ns/shop/sa/checkout",
        "spiffe://mesh.test/ns/x/../shop/sa/checkout",
        "spiffe://mesh.test/ns/shop/sa/checkout?x",
        "spiffe://mesh.test/ns/shop/sa/checkout#x",
        "spiffe://mesh.test/ns/shop/sa/check%6fut",
        "spiffe://mesh.test:443/ns/shop/sa/checkout",
        "spiffe://user@mesh.test/ns/shop/sa/checkout",
        "spiffe:///ns/shop/sa/checkout",
        "spiffe://mesh.test", // a trust domain alone is no workload (X509-SVID §5.2)
    ];
    for uri in bad {
        mesh.denies(&mesh.peer(uri), "POST", "/v1/charges", "spiffe.bad_id")
            .await;
    }
}

#[tokio::test]
async fn a_spiffe_id_may_be_2048_bytes_and_no_more() {
    let mesh = Mesh::shared().await;
    let long = |length: usize| {
        let start = "spiffe://mesh.test/region/";
        start.to_owned() + &"a".repeat(length - start.len())
    };
    mesh.permits(&mesh.peer(&long(2048)), "GET", "/v1/x").await;
    mesh.denies(&mesh.peer(&long(2049)), "GET", "/v1/x", "spiffe.bad_id")
        .await;
}

#[tokio::test]
async fn a_certificate_that_could_mint_others_is_no_identity() {
    let mesh = Mesh::shared().await;
    for (role, code) in [
        (Role::Ca, "spiffe.not_a_leaf"),
        (Role::CertSigner, "spiffe.bad_key_usage"),
    ] {
        let client = mesh.with(&mesh.ca.leaf().uri(CHECKOUT).role(role).issue());
        mesh.denies(&client, "POST", "/v1/charges", code).await;
    }
}

#[tokio::test]
async fn a_certificate_that_ends_on_an_open_connection_ends_there() {
    let mesh = Mesh::shared().await;
    let end = SystemTime::now() + Duration::from_secs(3);
    let leaf = mesh.ca.leaf().uri(CHECKOUT).validity(Validity::Until(end));
    let client = mesh.with(&leaf.issue());
    let mut connection = client.connect().await.unwrap();
    let charge = || Request::new("POST", "/v1/charges");
    let response = connection.send(&charge()).await;
    assert_eq!(response.status, 200, "{response:?}");
    // Certificates count whole seconds.
    let past = end + Duration::from_secs(1);
    until("the certificate's end", async || {
        (SystemTime::now() > past).then_some(())
    })
    .await;
    for _ in 0..2 {
        let response = connection.send(&charge()).await;
        assert_eq!(response.status, 403, "{}", response.text());
        assert_eq!(response.code().as_deref(), Some("spiffe.svid_expired"));
    }
}

#[tokio::test]
async fn without_mutual_tls_there_is_no_identity() {
    let ca = Ca::new("web");
    for transport in [
        Transport::plain(),
        Transport::https(&ca.server(&["localhost"])),
    ] {
        let tls = transport.is_tls();
        let envoy = Proxy::new(Echo::start())
            .transport(transport)
            .plugin(Plugin::SpiffeAuthz, &document())
            .start()
            .await;
        let client = if tls {
            envoy.tls_client(&ca)
        } else {
            envoy.client()
        };
        assert_permitted(&client, &Request::get("/healthz")).await;
        let plain = Request::new("POST", "/v1/charges");
        let stated = Request::new("POST", "/v1/charges").header(
            "x-forwarded-client-cert",
            format!("By=spiffe://mesh.test/ns/shop/sa/payments;Hash=00;URI={CHECKOUT}"),
        );
        for request in [plain, stated] {
            assert_denied(&envoy, &client, &request, 403, "spiffe.missing_identity").await;
        }
    }
}

#[tokio::test]
async fn one_certificate_is_judged_alike_on_every_worker_and_time() {
    let mesh = Mesh::shared().await;
    let identity = mesh.ca.svid(CHECKOUT);
    for _ in 0..10 {
        mesh.permits(&mesh.with(&identity), "POST", "/v1/charges")
            .await;
        mesh.denies(
            &mesh.with(&identity),
            "GET",
            "/metrics",
            "spiffe.not_allowed",
        )
        .await;
    }
}

//! Which identity may do what.

use crate::mesh::{BATCH, CHECKOUT, Mesh, PROMETHEUS};

#[tokio::test]
async fn a_service_account_may_do_what_its_route_says() {
    let mesh = Mesh::shared().await;
    mesh.permits(&mesh.peer(CHECKOUT), "POST", "/v1/charges")
        .await;
}

#[tokio::test]
async fn a_principal_may_do_what_its_route_says() {
    let mesh = Mesh::shared().await;
    mesh.permits(&mesh.peer(BATCH), "GET", "/v1/charges").await;
    mesh.permits(&mesh.peer(BATCH), "GET", "/v1/orders/7?page=2")
        .await;
    let region = mesh.peer("spiffe://mesh.test/region/eu");
    mesh.permits(&region, "GET", "/v1/charges").await;
}

#[tokio::test]
async fn a_namespace_may_do_what_its_route_says() {
    let mesh = Mesh::shared().await;
    mesh.permits(&mesh.peer(PROMETHEUS), "GET", "/metrics")
        .await;
}

#[tokio::test]
async fn anybody_with_a_certificate_reaches_an_open_route() {
    let mesh = Mesh::shared().await;
    mesh.permits(&mesh.peer("spiffe://other.test/x"), "GET", "/healthz")
        .await;
}

#[tokio::test]
async fn the_wrong_spiffe_id_is_not_allowed() {
    let mesh = Mesh::shared().await;
    let wrong = [
        "spiffe://mesh.test/ns/shop/sa/checkout2",
        "spiffe://mesh.test/ns/shop/sa/Checkout",
        "spiffe://mesh.test/ns/shop2/sa/checkout",
        "spiffe://mesh.test/ns/shop/sa/checkout/sa/checkout",
        "spiffe://mesh.test/ns/shop/sa",
        "spiffe://other.test/ns/shop/sa/checkout",
        "spiffe://mesh.test.other.test/ns/shop/sa/checkout",
        BATCH,
    ];
    for id in wrong {
        mesh.denies(&mesh.peer(id), "POST", "/v1/charges", "spiffe.not_allowed")
            .await;
    }
}

#[tokio::test]
async fn a_template_is_one_segment() {
    let mesh = Mesh::shared().await;
    for id in [
        "spiffe://mesh.test/region",
        "spiffe://mesh.test/region/eu/west",
    ] {
        mesh.denies(&mesh.peer(id), "GET", "/v1/charges", "spiffe.not_allowed")
            .await;
    }
}

#[tokio::test]
async fn the_right_spiffe_id_on_a_wrong_path_or_method_is_denied() {
    let mesh = Mesh::shared().await;
    let checkout = mesh.peer(CHECKOUT);
    let cases = [
        ("GET", "/v1/charges", "spiffe.not_allowed"),
        ("DELETE", "/v1/charges", "route.unmatched"),
        ("PUT", "/v1/charges", "route.unmatched"),
        ("POST", "/v1/charges/7", "route.unmatched"),
        ("POST", "/v1/chargesx", "route.unmatched"),
        ("POST", "/V1/charges", "route.unmatched"),
        ("POST", "/", "route.unmatched"),
        ("GET", "/metrics", "spiffe.not_allowed"),
        ("POST", "/closed", "route.not_allowed"),
        ("GET", "/closed/x", "route.not_allowed"),
    ];
    for (method, path, code) in cases {
        mesh.denies(&checkout, method, path, code).await;
    }
}

#[tokio::test]
async fn a_trailing_slash_is_no_other_path() {
    let mesh = Mesh::shared().await;
    mesh.permits(&mesh.peer(CHECKOUT), "POST", "/v1/charges/")
        .await;
    mesh.denies(
        &mesh.peer(BATCH),
        "POST",
        "/v1/charges/",
        "spiffe.not_allowed",
    )
    .await;
}

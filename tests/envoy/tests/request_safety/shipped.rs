//! The same attacks on a listener as we ship it.

use portcullis_envoy_tests::{Request, assert_permitted};

use crate::edge::{shipped, stopped};

#[tokio::test]
async fn the_shipped_listener_leaves_one_reading() {
    let envoy = shipped().await;
    let client = envoy.client();
    let heard = assert_permitted(&client, &Request::get("//v1//orders/x/../7")).await;
    assert_eq!(heard.path, "/v1/orders/7", "decided and forwarded alike");
    for path in [
        "/v1/orders%2f..%2fadmin",
        "/v1/orders/..%5cadmin",
        "/v1/orders/../../admin",
        "//admin",
        "/v1/orders/%2e%2e/%2e%2e/admin",
        "/v1/orders/..;/admin",
        "/v1/orders/..;/..;/admin",
        "/admin",
        "/admin/",
        "/admin//x",
        "/../admin",
    ] {
        stopped(envoy, &Request::get(path)).await;
    }
}

#[tokio::test]
async fn the_shipped_listener_refuses_underscores_in_header_names() {
    let envoy = shipped().await;
    let request = Request::get("/v1/orders").header("x_forwarded_client_cert", "URI=spiffe://a/b");
    assert_eq!(stopped(envoy, &request).await, 400);
}

//! One reading of a path.

use portcullis_envoy_tests::{Request, assert_permitted};

use crate::edge::{denied, raw, stopped};

const AMBIGUOUS: &str = "request.ambiguous_path";

#[tokio::test]
async fn paths_in_their_plain_form_pass() {
    let envoy = raw().await;
    for path in [
        "/v1/orders",
        "/v1/orders/",
        "/v1/orders/7",
        "/v1/orders/a.b/..c/...",
        "/v1/orders/7?next=//x/../y;z%2f%5c%00",
        "/v1/orders/bob%40example.org",
        "/v1/orders/%e2%82%ac",
        "/v1/orders/a%20b",
    ] {
        let heard = assert_permitted(&envoy.client(), &Request::get(path)).await;
        assert_eq!(heard.path, path, "a decision changes no path");
    }
}

#[tokio::test]
async fn ambiguous_paths_are_refused() {
    for path in [
        "/v1/orders%2f..%2fadmin",
        "/v1/orders%2F..%2Fadmin",
        "/v1/orders/..%2f..%2fadmin",
        "/v1/orders/%5c../admin",
        "/v1/orders\\..\\admin",
        "/v1/orders/..\\..\\admin",
        "//v1/orders",
        "/v1//orders",
        "/v1/orders//7",
        "/v1/orders//",
        "/v1/orders/..;/admin",
        "/v1/orders/..;x=1/..;/admin",
        "/v1/orders;x=1",
        "/v1/orders/;/7",
        "/v1/orders/%3b/7",
        "/v1/orders/../../admin",
        "/v1/orders/./7",
        "/v1/orders/..",
        "/v1/orders/%2e%2e/admin",
        "/v1/orders/.%2E/admin",
        "/../admin",
        "/v1/orders/%252e%252e/admin",
        "/v1/orders%252fadmin",
        "/v1/orders/%00",
        "/v1/orders/%0a",
        "/v1/orders/%7f",
        "/v1/orders/%ff",
        "/v1/orders/%c0%af",
        "/v1/orders/%",
        "/v1/orders/%2",
        "/v1/orders/%zz",
        "/v1/orders/%u002f",
        "/v1/orders/%23x",
        "/v1/orders/%3fx",
        "/v1/%6frders/7",
    ] {
        denied(&Request::get(path), 400, AMBIGUOUS).await;
    }
}

#[tokio::test]
async fn a_path_that_is_no_path_is_refused() {
    let envoy = raw().await;
    stopped(envoy, &Request::new("OPTIONS", "*")).await;
    for target in [
        "v1/orders",
        "/v1/orders#x",
        "/v1/orders/\x01",
        "/v1/orders/\x7f",
    ] {
        stopped(envoy, &Request::get(target)).await;
    }
    for target in [
        b"/v1/orders/\xff".as_slice(),
        b"/v1/orders/\xc0\xaf",
        b"/v1/orders/\x00",
    ] {
        stopped(envoy, &Request::get(target)).await;
    }
}

#[tokio::test]
async fn a_route_may_take_what_it_names_and_only_that() {
    let envoy = raw().await;
    assert_permitted(&envoy.client(), &Request::get("/files/a%2fb")).await;
    for path in [
        "/files/a%5cb",
        "/files//b",
        "/files/a%2f..%2f..%2fadmin",
        "/files%2f..%2fadmin",
    ] {
        denied(&Request::get(path), 400, AMBIGUOUS).await;
    }
}

//! One reading of host, method and the headers that decide.

use portcullis_envoy_tests::{Request, assert_permitted};

use crate::edge::{denied, raw, stopped};

#[tokio::test]
async fn a_host_is_compared_without_port_and_case() {
    let envoy = raw().await;
    for host in [
        "api.shop.test",
        "API.shop.TEST",
        "api.shop.test:8443",
        "a.cdn.test",
    ] {
        let request = Request::hostless("GET", "/hosted").header("host", host);
        assert_permitted(&envoy.client(), &request).await;
    }
    for host in [
        "shop.test",
        "xapi.shop.test",
        "api.shop.test.evil.test",
        "cdn.test",
    ] {
        let request = Request::hostless("GET", "/hosted").header("host", host);
        denied(&request, 403, "route.unmatched").await;
    }
    // to a router that keeps the dot it is none of the hosts that a route names
    let dotted = Request::hostless("GET", "/hosted").header("host", "api.shop.test.");
    denied(&dotted, 400, "request.bad_host").await;
}

#[tokio::test]
async fn a_host_given_twice_is_refused() {
    for (first, second) in [
        ("api.shop.test", "evil.test"),
        ("evil.test", "api.shop.test"),
        ("a.test", "a.test"),
    ] {
        let request = Request::hostless("GET", "/hosted")
            .header("host", first)
            .header("host", second);
        denied(&request, 400, "request.duplicate_header").await;
    }
}

#[tokio::test]
async fn what_is_no_host_is_refused() {
    let envoy = raw().await;
    for host in [
        "user@api.shop.test",
        "api.shop.test:x",
        "api..shop.test",
        "api shop",
        "a/b",
        "",
    ] {
        let request = Request::hostless("GET", "/hosted").header("host", host);
        stopped(envoy, &request).await;
    }
    let request = Request::hostless("GET", "/hosted").header("host", b"\xff.test");
    stopped(envoy, &request).await;
    denied(
        &Request::hostless("GET", "/hosted").header("host", "user@api.shop.test"),
        400,
        "request.bad_host",
    )
    .await;
}

#[tokio::test]
async fn an_absolute_target_decides_over_the_host_header() {
    let envoy = raw().await;
    let request = Request::hostless("GET", "http://api.shop.test/hosted").header("host", "x.test");
    assert_permitted(&envoy.client(), &request).await;
    let request = Request::hostless("GET", "http://x.test/hosted").header("host", "api.shop.test");
    denied(&request, 403, "route.unmatched").await;
    let request = Request::hostless("GET", "http://x.test/admin").header("host", "x.test");
    denied(&request, 403, "route.not_allowed").await;
}

#[tokio::test]
async fn connect_is_refused() {
    let connect = |target: &str| Request::hostless("CONNECT", target).header("host", target);
    denied(&connect("shop.test:443"), 403, "request.connect").await;
    denied(&connect("api.shop.test:443"), 403, "request.connect").await;
}

#[tokio::test]
async fn a_method_override_is_refused_where_methods_are_listed() {
    for name in [
        "x-http-method-override",
        "X-HTTP-Method-Override",
        "x-http-method",
        "x-method-override",
    ] {
        let request = Request::new("POST", "/v1/orders").header(name, "DELETE");
        denied(&request, 400, "request.method_override").await;
    }
    let envoy = raw().await;
    let request = Request::new("POST", "/open").header("x-http-method-override", "DELETE");
    assert_permitted(&envoy.client(), &request).await;
}

#[tokio::test]
async fn a_method_is_compared_as_it_is() {
    for method in ["PUT", "TRACE", "PATCH"] {
        denied(&Request::new(method, "/v1/orders"), 403, "route.unmatched").await;
    }
    // The proxy itself takes no method that it does not know.
    for method in ["get", "GETX"] {
        stopped(raw().await, &Request::new(method, "/v1/orders")).await;
    }
    // The reply to HEAD has no body to look into.
    let envoy = raw().await;
    let head = Request::new("HEAD", "/v1/orders");
    let status = envoy.client().send(&head).await.status;
    assert_eq!((status, envoy.log_line(&head).await.upstream), (403, false));
}

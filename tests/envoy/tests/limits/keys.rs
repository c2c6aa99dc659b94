//! Every kind of key that nobody verifies: which requests share a bucket, and which do not.

use portcullis_envoy_tests::{Echo, Envoy, Plugin, Proxy, Request};
use serde_json::json;

/// A request, and whether it finds its bucket unused.
type Case = (Request, bool);

/// One request an hour by these keys, each on requests below a path of its own. The address of the
/// client is what the last proxy in front states, which here is the test itself.
async fn proxy(limits: &[(&str, &[&str])]) -> Envoy {
    let mut routes = vec![
        json!({"name": "route-a", "paths": ["/route/a"], "allow": "any"}),
        json!({"name": "route-b", "paths": ["/route/b"], "allow": "any"}),
    ];
    let others = limits.iter().filter(|(name, _)| *name != "route");
    routes.extend(
        others.map(
            |(name, _)| json!({"name": name, "paths": [format!("/{name}/**")], "allow": "any"}),
        ),
    );
    let entry = |(name, key): &(&str, &[&str])| {
        let routes = match *name {
            "route" => json!(["route-a", "route-b"]),
            name => json!([name]),
        };
        json!({"name": name, "routes": routes, "key": key, "rates": [{"requests": 1, "per": "1h"}]})
    };
    let limits: Vec<_> = limits.iter().map(entry).collect();
    Proxy::new(Echo::start())
        .workers(2)
        .settings(json!({"xff_num_trusted_hops": 1}))
        .plugin(
            Plugin::RateLimit,
            &json!({"version": "v1", "routes": routes, "rate_limit": {"limits": limits}}),
        )
        .start()
        .await
}

async fn check(envoy: &Envoy, cases: Vec<Case>) {
    for (request, passes) in cases {
        let status = envoy.client().send(&request).await.status;
        assert_eq!(status, if passes { 200 } else { 429 }, "{request:?}");
    }
}

#[tokio::test]
async fn an_address_is_a_key_and_an_ipv6_network_is_one() {
    let envoy = proxy(&[("address", &["remote.ip"])]).await;
    let from = |address: &str| Request::get("/address/x").header("x-forwarded-for", address);
    let cases = vec![
        (from("203.0.113.1"), true),
        (from("203.0.113.1"), false),
        (from("198.51.100.7, 203.0.113.1"), false), // what the client said before is not believed
        (from("203.0.113.2"), true),
        (from("2001:db8::1"), true),
        (from("2001:db8::ffff:2"), false), // the same /64
        (from("2001:db8:0:1::1"), true),
    ];
    check(&envoy, cases).await;
}

#[tokio::test]
async fn host_method_path_route_and_port_are_keys() {
    let envoy = proxy(&[
        ("host", &["request.host"]),
        ("method", &["request.method"]),
        ("path", &["request.path"]),
        ("route", &["route"]),
        ("port", &["destination.port"]),
    ])
    .await;
    let at = |host: &str| Request::hostless("GET", "/host/x").header("host", host);
    let cases = vec![
        (at("a.test"), true),
        (at("A.TEST"), false), // neither case nor port makes another host
        (at("a.test:8080"), false),
        (at("b.test"), true),
        (Request::get("/method/x"), true),
        (Request::get("/method/y"), false),
        (Request::new("PUT", "/method/x"), true),
        (Request::get("/path/x"), true),
        (Request::get("/path/x?page=2"), false),
        (Request::get("/path/y"), true),
        (Request::get("/route/a"), true),
        (Request::get("/route/a"), false),
        (Request::get("/route/b"), true),
        (Request::get("/port/x"), true),
        // The listener's port, not the one that the client writes.
        (
            Request::hostless("GET", "/port/x").header("host", "shop.test:99"),
            false,
        ),
    ];
    check(&envoy, cases).await;
}

#[tokio::test]
async fn headers_cookies_and_up_to_four_together_are_keys() {
    let envoy = proxy(&[
        ("header", &["request.headers[x-client]"]),
        ("cookie", &["request.cookies[session]"]),
        (
            "four",
            &[
                "request.method",
                "request.path",
                "request.headers[x-client]",
                "request.cookies[session]",
            ],
        ),
    ])
    .await;
    let client = |value: &str| Request::get("/header/x").header("x-client", value);
    let cookie = |value: &str| Request::get("/cookie/x").header("cookie", value);
    let four = |method: &str, path: &str, client: &str, cookie: &str| {
        Request::new(method, format!("/four/{path}"))
            .header("x-client", client)
            .header("cookie", format!("session={cookie}"))
    };
    let cases = vec![
        (client("a"), true),
        (client("a").header("x-other", "b"), false),
        (client("A"), true), // a value is bytes
        (cookie("session=a"), true),
        (cookie("theme=dark; session=a"), false),
        (cookie("session=b"), true),
        (four("GET", "x", "a", "b"), true),
        (four("GET", "x", "a", "b"), false),
        (four("PUT", "x", "a", "b"), true),
        (four("GET", "y", "a", "b"), true),
        (four("GET", "x", "ab", ""), true),
        (four("GET", "x", "b", "a"), true),
        (four("GET", "x", "a", "c"), true),
    ];
    check(&envoy, cases).await;
}

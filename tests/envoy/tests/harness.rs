//! The harness itself: what TLS refuses before any plugin is asked, and that the tools work.

use fixtures::{Ca, Validity};
use portcullis_envoy_tests::{Echo, Envoy, Hygiene, Proxy, Request, Transport, assert_permitted};

const ORDERS: &str = "spiffe://mesh.test/ns/shop/sa/orders";

async fn mtls(ca: &Ca) -> Envoy {
    let server = ca.local_svid(ORDERS);
    Proxy::new(Echo::start())
        .transport(Transport::mtls(&server, ca))
        .start()
        .await
}

#[tokio::test]
async fn the_upstream_answers_with_what_it_heard() {
    let envoy = Proxy::new(Echo::start())
        .hygiene(Hygiene::Raw)
        .start()
        .await;
    let request = Request::get("/a/..//b?c=%2f")
        .header("x-twice", "1")
        .header("x-twice", "2");
    let heard = assert_permitted(&envoy.client(), &request).await;
    assert_eq!(
        (heard.method.as_str(), heard.path.as_str()),
        ("GET", "/a/..//b?c=%2f")
    );
    assert_eq!(heard.header("x-twice"), ["1", "2"]);
    let line = envoy.log_line(&request).await;
    assert_eq!((line.status, line.upstream), (200, true));
    assert!(envoy.counter("http.test.downstream_rq_2xx").await >= 1);
}

#[tokio::test]
async fn a_connection_takes_several_requests() {
    let envoy = Proxy::new(Echo::start()).start().await;
    let mut connection = envoy.client().connect().await.unwrap();
    for _ in 0..3 {
        assert_eq!(connection.send(&Request::get("/")).await.status, 200);
    }
    assert_eq!(
        envoy
            .counter("listener.under_test.downstream_cx_total")
            .await,
        1
    );
}

#[tokio::test]
async fn the_seal_denies_what_no_plugin_has_marked() {
    let envoy = Proxy::new(Echo::start()).sealed().start().await;
    let request = Request::get("/");
    assert_eq!(envoy.client().send(&request).await.status, 403);
    let line = envoy.log_line(&request).await;
    assert!(line.details.starts_with("rbac_access_denied"), "{line:?}");
}

#[tokio::test]
async fn an_edge_asks_for_no_certificate() {
    let ca = Ca::new("web");
    let envoy = Proxy::new(Echo::start())
        .transport(Transport::https(&ca.server(&["localhost"])))
        .start()
        .await;
    assert_permitted(&envoy.tls_client(&ca), &Request::get("/")).await;
}

#[tokio::test]
async fn mutual_tls_takes_a_svid_of_its_own_ca() {
    let ca = Ca::new("mesh.test");
    let envoy = mtls(&ca).await;
    let client = envoy.client_as(&ca, &ca.svid("spiffe://mesh.test/ns/shop/sa/web"));
    assert_permitted(&client, &Request::get("/")).await;
}

#[tokio::test]
async fn mutual_tls_refuses_strangers_and_bad_certificates() {
    let ca = Ca::new("mesh.test");
    let foreign = Ca::new("mesh.test");
    let id = "spiffe://mesh.test/ns/shop/sa/web";
    let envoy = mtls(&ca).await;
    let refused = [
        (envoy.tls_client(&ca), "fail_verify_no_cert"),
        (envoy.client_as(&ca, &foreign.svid(id)), "fail_verify_error"),
        (
            envoy.client_as(&ca, &ca.leaf().uri(id).validity(Validity::Past).issue()),
            "fail_verify_error",
        ),
        (
            envoy.client_as(&ca, &ca.leaf().uri(id).validity(Validity::Future).issue()),
            "fail_verify_error",
        ),
    ];
    for (client, counter) in refused {
        let name = format!("listener.under_test.ssl.{counter}");
        let before = envoy.counter(&name).await;
        let answer = client.try_send(&Request::get("/").to_bytes()).await;
        assert!(answer.is_err(), "{answer:?}");
        envoy.wait_for_counter(&name, before + 1).await;
    }
    assert_eq!(envoy.counter("http.test.downstream_rq_total").await, 0);
}

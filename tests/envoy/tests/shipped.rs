//! The configurations under `envoy/`, as a user copies them.

use fixtures::{Algorithm, Ca, Issuer};
use portcullis_envoy_tests::{Client, Echo, Envoy, Request, Shipped, assert_permitted};
use serde_json::Value;

const GATEWAY: &str = "spiffe://example.org/ns/edge/sa/gateway";
const GUIDE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/key-sets.md");
const ORDERS: &str = "spiffe://example.org/ns/shop/sa/orders";

fn edge(ca: &Ca) -> Shipped {
    Shipped::new("edge.yaml")
        .identity("web", &ca.server(&["localhost"]))
        .identity("svid", &ca.svid(GATEWAY))
        .bundle(ca)
}

fn service(ca: &Ca) -> Shipped {
    Shipped::new("service.yaml")
        .identity("svid", &ca.local_svid(ORDERS))
        .bundle(ca)
}

/// The status and, of a denial by the plugin, the code.
async fn answer(client: &Client, request: &Request) -> (u16, Option<String>) {
    let response = client.send(request).await;
    (response.status, response.code())
}

fn code(status: u16, code: &str) -> (u16, Option<String>) {
    (status, Some(code.to_owned()))
}

#[test]
fn the_shipped_configurations_are_valid_as_they_stand() {
    let ca = Ca::new("example.org");
    edge(&ca).validate().unwrap();
    service(&ca).validate().unwrap();
}

/// The cluster and the address of the guide to key sets, in the edge.
#[test]
fn the_issuer_of_the_guide_is_valid_in_the_edge() {
    let guide = std::fs::read_to_string(GUIDE).unwrap();
    let block = guide.split("```yaml\nclusters:\n").nth(1).unwrap();
    let cluster = block.split("```").next().unwrap();
    let indented = cluster.trim_end().replace('\n', "\n  ");
    let edge = edge(&Ca::new("example.org"));
    let inline = edge.line("inline: {keys:");
    let fetched = format!(
        "uri: https://login.example.org/keys\n{:36}cluster: login",
        ""
    );
    let edge = edge
        .replace("  clusters:\n", &format!("  clusters:\n  {indented}\n"))
        .replace(&inline, &fetched);
    edge.validate().unwrap();
}

#[tokio::test]
async fn the_edge_asks_for_tokens_and_limits_each_user() {
    let ca = Ca::new("example.org");
    let issuer = Issuer::new("https://login.example.org", Algorithm::Es256);
    let keys = format!("inline: {}", issuer.jwks());
    let shipped = edge(&ca).on_free_ports();
    let inline = shipped.line("inline: {keys:");
    let envoy = shipped.replace(&inline, &keys).start("edge").await;
    let client = envoy.tls_client(&ca);

    assert_eq!(client.send(&Request::get("/healthz")).await.status, 200);
    let order = || Request::new("POST", "/v1/orders");
    assert_eq!(answer(&client, &order()).await, code(401, "jwt.missing"));
    assert_eq!(
        answer(&client, &Request::get("/admin")).await,
        code(403, "route.unmatched")
    );
    let encoded = Request::get("/v1/orders%2f..%2fadmin");
    assert_eq!(client.send(&encoded).await.status, 400);

    let mut claims: Value = issuer.claims("ada", "shop");
    let scope = |claims: &mut Value, scope: &str| {
        let scope = Value::from(scope);
        claims
            .as_object_mut()
            .unwrap()
            .insert("scope".to_owned(), scope);
    };
    scope(&mut claims, "orders:read");
    let reader = order().bearer(&issuer.sign(&claims));
    assert_eq!(
        answer(&client, &reader).await,
        code(403, "jwt.insufficient_scope")
    );
    scope(&mut claims, "orders:write");
    let writer = order().bearer(&issuer.sign(&claims));
    for _ in 0..3 {
        // It may, but there is no service behind this edge.
        assert_eq!(answer(&client, &writer).await, (503, None));
    }
    assert_eq!(
        answer(&client, &writer).await,
        code(429, "rate_limit.exceeded")
    );
}

#[tokio::test]
async fn the_service_takes_only_whom_it_names() {
    let ca = Ca::new("example.org");
    let envoy = started_service(&ca).await;
    let gateway = envoy.client_as(&ca, &ca.svid(GATEWAY));
    let orders = envoy.client_as(&ca, &ca.svid(ORDERS));

    let heard = assert_permitted(&gateway, &Request::get("/v1/orders/7")).await;
    assert_eq!(
        heard.header("x-forwarded-client-cert").len(),
        1,
        "{heard:?}"
    );
    let charge = || Request::new("POST", "/v1/charges");
    assert_permitted(&orders, &charge()).await;
    assert_eq!(
        answer(&gateway, &charge()).await,
        code(403, "spiffe.not_allowed")
    );
    let order = || Request::get("/v1/orders/7");
    assert_eq!(
        answer(&orders, &order()).await,
        code(403, "spiffe.not_allowed")
    );
    // The proxy's validator looks at the first name alone.
    let two = ca.leaf().uri(GATEWAY).uri(ORDERS).issue();
    assert_eq!(
        answer(&envoy.client_as(&ca, &two), &order()).await,
        code(403, "spiffe.several_uri_sans")
    );
}

#[tokio::test]
async fn the_service_refuses_strangers_in_the_handshake() {
    let ca = Ca::new("example.org");
    let foreign = Ca::new("example.org");
    let envoy = started_service(&ca).await;
    let refused = [
        envoy.tls_client(&ca),
        envoy.client_as(&ca, &foreign.svid(GATEWAY)),
        envoy.client_as(&ca, &ca.svid("spiffe://other.test/ns/edge/sa/gateway")),
        envoy.client_as(&ca, &ca.server(&["localhost"])),
    ];
    for client in refused {
        let request = Request::get("/healthz").to_bytes();
        let answer = client.try_send(&request).await;
        assert!(answer.is_err(), "{answer:?}");
    }
}

async fn started_service(ca: &Ca) -> Envoy {
    let upstream = format!("127.0.0.1, port_value: {}", Echo::start().address().port());
    service(ca)
        .on_free_ports()
        .replace("127.0.0.1, port_value: 8080", &upstream)
        .start("inbound")
        .await
}

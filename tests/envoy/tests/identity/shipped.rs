//! `envoy/forwarder.yaml` in front of `envoy/service.yaml`, changed as `docs/identity-sources.md` says.

use fixtures::Ca;
use portcullis_envoy_tests::{Echo, Request, Shipped, assert_permitted};

const DOCUMENTED: &str = include_str!("../../../../docs/identity-sources.md");
const FORWARDER: &str = "spiffe://example.org/ns/edge/sa/forwarder";
const ORDERS: &str = "spiffe://example.org/ns/shop/sa/orders";

/// What stands in the shipped service, and what the documentation puts in its place.
fn changed(service: Shipped) -> Shipped {
    [
        "forward_client_cert_details: SANITIZE_SET",
        "identity: {trust_domain: example.org}",
    ]
    .into_iter()
    .fold(service, |service, line| {
        let field = line.split(':').next().expect("a field");
        let mut lines = DOCUMENTED
            .lines()
            .filter(|line| line.starts_with("          "));
        let instead = lines.find(|line| line.trim().starts_with(&format!("{field}: ")));
        service.replace(line, instead.expect("a line of the documentation").trim())
    })
}

fn on_loopback(shipped: Shipped) -> Shipped {
    shipped
        .replace("port_value: 9901", "port_value: 0")
        .replace(
            "address: 0.0.0.0, port_value: 8443",
            "address: 127.0.0.1, port_value: 0",
        )
}

#[test]
fn the_forwarder_is_valid_as_it_stands() {
    let ca = Ca::new("example.org");
    let forwarder = Shipped::new("forwarder.yaml")
        .identity("svid", &ca.svid(FORWARDER))
        .bundle(&ca);
    forwarder.validate().unwrap();
}

#[tokio::test]
async fn the_forwarders_client_is_the_services_caller() {
    let ca = Ca::new("example.org");
    let upstream = format!("127.0.0.1, port_value: {}", Echo::start().address().port());
    let service = Shipped::new("service.yaml")
        .identity("svid", &ca.local_svid(ORDERS))
        .bundle(&ca);
    let service = on_loopback(changed(service))
        .replace("127.0.0.1, port_value: 9000", "127.0.0.1, port_value: 0")
        .replace("127.0.0.1, port_value: 8080", &upstream)
        .start("inbound")
        .await;
    let forwarder = Shipped::new("forwarder.yaml")
        .identity("svid", &ca.local_svid(FORWARDER))
        .bundle(&ca);
    let port = service.address().port();
    let forwarder = on_loopback(forwarder)
        .replace(
            "address: orders, port_value: 8443",
            &format!("address: 127.0.0.1, port_value: {port}"),
        )
        .start("forwarder")
        .await;

    let order = || Request::get("/v1/orders/7");
    let gateway = ca.svid("spiffe://example.org/ns/edge/sa/gateway");
    let other = ca.svid("spiffe://example.org/ns/shop/sa/web");
    assert_permitted(&forwarder.client_as(&ca, &gateway), &order()).await;
    assert_permitted(&service.client_as(&ca, &gateway), &order()).await;
    let denied = async |client: portcullis_envoy_tests::Client, request: Request, code: &str| {
        let response = client.send(&request).await;
        assert_eq!(
            (response.status, response.code().as_deref()),
            (403, Some(code))
        );
    };
    denied(
        forwarder.client_as(&ca, &other),
        order(),
        "spiffe.not_allowed",
    )
    .await;
    let stated = "By=spiffe://example.org/ns/edge/sa/forwarder;Hash=00;URI=spiffe://example.org/ns/edge/sa/gateway";
    let forged = || order().header("x-forwarded-client-cert", stated);
    denied(
        forwarder.client_as(&ca, &other),
        forged(),
        "spiffe.not_allowed",
    )
    .await;
    denied(
        service.client_as(&ca, &other),
        forged(),
        "spiffe.not_allowed",
    )
    .await;
    denied(
        service.client_as(&ca, &ca.svid(FORWARDER)),
        order(),
        "spiffe.missing_statement",
    )
    .await;
    // Its statements about certificates end at the forwarder.
    let request = order().header("client-cert", ":AAECAw==:");
    let heard = assert_permitted(&forwarder.client_as(&ca, &gateway), &request).await;
    assert_eq!(heard.header("client-cert"), [""; 0]);
}

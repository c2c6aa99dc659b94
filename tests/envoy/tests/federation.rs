//! Several trust domains on one listener: each domain's identities come from its own CA alone.

use fixtures::Ca;
use portcullis_envoy_tests::{
    Client, Echo, Envoy, Plugin, Proxy, Request, Shipped, Transport, assert_denied,
    assert_permitted,
};
use serde_json::json;

const GATEWAY: &str = "spiffe://example.org/ns/edge/sa/gateway";
const ORDERS: &str = "spiffe://example.org/ns/shop/sa/orders";
const LEDGER: &str = "spiffe://example.org/ns/shop/sa/ledger";
const PARTNER: &str = "spiffe://partner.net/settlement/eu";

/// The federated service's proxy as it is shipped, between two domains.
struct Federation {
    ours: Ca,
    theirs: Ca,
    envoy: Envoy,
}

impl Federation {
    async fn start() -> Self {
        let (ours, theirs) = (Ca::new("example.org"), Ca::new("partner.net"));
        let upstream = format!("127.0.0.1, port_value: {}", Echo::start().address().port());
        let envoy = Shipped::new("federation.yaml")
            .identity("svid", &ours.local_svid(LEDGER))
            .bundles(&[("example.org", &[&ours]), ("partner.net", &[&theirs])])
            .on_free_ports()
            .replace("127.0.0.1, port_value: 8080", &upstream)
            .start("inbound")
            .await;
        Self {
            ours,
            theirs,
            envoy,
        }
    }

    /// A client with this ID, minted by `issuer`.
    fn client(&self, issuer: &Ca, spiffe_id: &str) -> Client {
        self.envoy.client_as(&self.ours, &issuer.svid(spiffe_id))
    }
}

fn settlements() -> Request {
    Request::get("/v1/settlements/2026")
}

#[test]
fn the_shipped_configuration_is_valid_as_it_stands() {
    let (ours, theirs) = (Ca::new("example.org"), Ca::new("partner.net"));
    Shipped::new("federation.yaml")
        .identity("svid", &ours.local_svid(LEDGER))
        .bundles(&[("example.org", &[&ours]), ("partner.net", &[&theirs])])
        .validate()
        .unwrap();
}

#[tokio::test]
async fn each_domain_does_what_the_document_lets_it() {
    let federation = Federation::start().await;
    let gateway = federation.client(&federation.ours, GATEWAY);
    let orders = federation.client(&federation.ours, ORDERS);
    let partner = federation.client(&federation.theirs, PARTNER);
    let order = || Request::get("/v1/orders/7");
    for client in [&orders, &partner] {
        assert_permitted(client, &settlements()).await;
        let refused = client.send(&order()).await;
        assert_eq!(refused.code().as_deref(), Some("spiffe.not_allowed"));
    }
    assert_permitted(&gateway, &order()).await;
    let refused = gateway.send(&settlements()).await;
    assert_eq!(refused.code().as_deref(), Some("spiffe.not_allowed"));
    // The short form of one domain is not that of the other.
    let namesake = federation.client(
        &federation.theirs,
        "spiffe://partner.net/ns/edge/sa/gateway",
    );
    let refused = namesake.send(&order()).await;
    assert_eq!(refused.code().as_deref(), Some("spiffe.not_allowed"));
}

#[tokio::test]
async fn an_id_signed_by_the_other_domains_ca_is_refused_in_the_handshake() {
    let federation = Federation::start().await;
    let third = Ca::new("third.test");
    let refused = [
        (&federation.theirs, GATEWAY),
        (&federation.theirs, ORDERS),
        (&federation.ours, PARTNER),
        (&federation.ours, "spiffe://third.test/x"),
        (&third, "spiffe://third.test/x"),
        (&third, PARTNER),
        // Names that only begin or end like a domain that is known.
        (
            &federation.theirs,
            "spiffe://partner.net.third.test/settlement/eu",
        ),
        (
            &federation.theirs,
            "spiffe://third.partner.net/settlement/eu",
        ),
        (&federation.theirs, "spiffe://PARTNER.net/settlement/eu"),
    ];
    for (issuer, spiffe_id) in refused {
        let client = federation.client(issuer, spiffe_id);
        let answer = client.try_send(&settlements().to_bytes()).await;
        assert!(answer.is_err(), "{spiffe_id}: {answer:?}");
    }
    let asked = federation.envoy.counter("http.inbound.downstream_rq_total");
    assert_eq!(asked.await, 0);
}

#[tokio::test]
async fn with_one_trusted_ca_for_both_either_could_mint_the_others() {
    let (ours, theirs) = (Ca::new("example.org"), Ca::new("partner.net"));
    let document = json!({
        "version": "v1",
        "routes": [{
            "name": "settlements", "paths": ["/v1/settlements/**"],
            "allow": {"principals": [ORDERS, "spiffe://partner.net/settlement/{region}"]},
        }],
    });
    let envoy = Proxy::new(Echo::start())
        .transport(Transport::mtls_of_any(
            &ours.local_svid(LEDGER),
            &[&ours, &theirs],
        ))
        .plugin(Plugin::SpiffeAuthz, &document)
        .start()
        .await;
    for (issuer, spiffe_id) in [(&theirs, ORDERS), (&ours, PARTNER)] {
        let client = envoy.client_as(&ours, &issuer.svid(spiffe_id));
        assert_permitted(&client, &settlements()).await;
    }
    let stranger = envoy.client_as(&ours, &theirs.svid(GATEWAY));
    let request = settlements();
    assert_denied(&envoy, &stranger, &request, 403, "spiffe.not_allowed").await;
}

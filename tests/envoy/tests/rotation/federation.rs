//! Another trust domain's bundle that changes.

use fixtures::Ca;
use portcullis_envoy_tests::{
    Client, ClientTls, Echo, Envoy, Request, Shipped, trust_bundles, until,
};

const LEDGER: &str = "spiffe://example.org/ns/shop/sa/ledger";
const PARTNER: &str = "spiffe://partner.net/settlement/eu";

/// Ours, and a partner whose CA is replaced.
struct Federation {
    ours: Ca,
    old: Ca,
    new: Ca,
    envoy: Envoy,
}

impl Federation {
    async fn start(bend: fn(Shipped) -> Shipped) -> Self {
        let ours = Ca::new("example.org");
        let (old, new) = (Ca::new("partner.net"), Ca::new("partner.net"));
        let upstream = format!("127.0.0.1, port_value: {}", Echo::start().address().port());
        let shipped = Shipped::new("federation.yaml")
            .identity("svid", &ours.local_svid(LEDGER))
            .bundles(&[("example.org", &[&ours]), ("partner.net", &[&old])])
            .on_free_ports()
            .replace("127.0.0.1, port_value: 8080", &upstream);
        let envoy = bend(shipped).start("inbound").await;
        Self {
            ours,
            old,
            new,
            envoy,
        }
    }

    fn partner_of(&self, issuer: &Ca) -> Client {
        let tls = ClientTls::trusting(&self.ours);
        self.envoy.client_with(tls.identity(&issuer.svid(PARTNER)))
    }

    fn believe(&self, partner: &[&Ca]) {
        let bundles = trust_bundles(&[("example.org", &[&self.ours]), ("partner.net", partner)]);
        self.envoy.replace_file("certs/bundles.json", &bundles);
    }

    /// Replaces the partner's CA in two steps; a client of the old one had connected before.
    async fn rotate(&self, client_of_old: &Client) {
        assert!(is_believed(client_of_old).await);
        assert!(!is_believed(&self.partner_of(&self.new)).await);
        self.believe(&[&self.old, &self.new]);
        until("the new CA to be believed", async || {
            is_believed(&self.partner_of(&self.new)).await.then_some(())
        })
        .await;
        assert!(is_believed(client_of_old).await);
        self.believe(&[&self.new]);
        until("the old CA to be refused", async || {
            (!is_believed(&self.partner_of(&self.old)).await).then_some(())
        })
        .await;
        assert!(is_believed(&self.partner_of(&self.new)).await);
    }
}

async fn is_believed(client: &Client) -> bool {
    let request = Request::get("/v1/settlements/2026").to_bytes();
    let answer = client.try_send(&request).await;
    answer.is_ok_and(|response| response.status == 200)
}

#[tokio::test]
async fn a_domains_ca_changes_and_the_old_one_is_refused() {
    let federation = Federation::start(|shipped| shipped).await;
    let of_old = federation.partner_of(&federation.old);
    federation.rotate(&of_old).await;
    assert!(!is_believed(&of_old).await);
}

#[tokio::test]
async fn with_sessions_the_old_ca_would_go_on_being_believed() {
    let federation = Federation::start(|shipped| {
        shipped
            .replace(
                "disable_stateless_session_resumption: true",
                "disable_stateless_session_resumption: false",
            )
            .replace(
                "disable_stateful_session_resumption: true",
                "disable_stateful_session_resumption: false",
            )
    })
    .await;
    let of_old = federation.partner_of(&federation.old);
    federation.rotate(&of_old).await;
    assert!(of_old.connect().await.unwrap().is_resumed());
    assert!(is_believed(&of_old).await);
}

#[tokio::test]
async fn bundles_that_cannot_be_read_leave_the_old_ones_in_place() {
    let federation = Federation::start(|shipped| shipped).await;
    federation
        .envoy
        .replace_file("certs/bundles.json", "no bundle");
    until("the proxy to say so", async || {
        let log = federation.envoy.log();
        log.contains("Invalid JSON found in SPIFFE bundle")
            .then_some(())
    })
    .await;
    assert!(is_believed(&federation.partner_of(&federation.old)).await);
}

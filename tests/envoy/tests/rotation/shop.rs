//! Two services as they are shipped: orders calls payments, each through its own proxy.

use fixtures::{Ca, Identity};
use portcullis_envoy_tests::{Client, ClientTls, Echo, Envoy, Request, Shipped, until};

pub(crate) const ORDERS: &str = "spiffe://example.org/ns/shop/sa/orders";
pub(crate) const PAYMENTS: &str = "spiffe://example.org/ns/shop/sa/payments";

/// How often a peer is asked to begin a new connection, here.
const SHORTLY: &str = "max_connection_duration: 1s";

pub(crate) struct Shop {
    pub(crate) payments: Envoy,
    pub(crate) orders: Envoy,
}

impl Shop {
    /// Both with SVIDs of `ca`, which both believe.
    pub(crate) async fn start(ca: &Ca) -> Self {
        let upstream = format!("127.0.0.1, port_value: {}", Echo::start().address().port());
        let payments = Shipped::new("service.yaml")
            .identity("svid", &ca.local_svid(PAYMENTS))
            .bundle(ca)
            .on_free_ports()
            .replace("127.0.0.1, port_value: 8080", &upstream)
            .replace("max_connection_duration: 900s", SHORTLY)
            .start("inbound")
            .await;
        let port = payments.address().port();
        let orders = Shipped::new("service.yaml")
            .identity("svid", &ca.svid(ORDERS))
            .bundle(ca)
            .on_free_ports()
            .replace(
                "address: payments, port_value: 8443",
                &format!("address: 127.0.0.1, port_value: {port}"),
            )
            .start("outbound")
            .await;
        Self { payments, orders }
    }

    /// A client of payments with an SVID of `issuer`, that trusts any of these.
    pub(crate) fn client(&self, trusted: [&Ca; 2], issuer: &Ca) -> Client {
        let tls = ClientTls::trusting(trusted[0]).and_trusting(trusted[1]);
        self.payments
            .client_with(tls.identity(&issuer.svid(ORDERS)))
    }

    /// Gives both proxies these CAs, and waits until orders has them.
    pub(crate) async fn believe(&self, cas: &[&Ca]) {
        let before = self.orders_updates().await;
        let bundle: String = cas.iter().map(|ca| ca.cert_pem()).collect();
        for proxy in [&self.payments, &self.orders] {
            proxy.replace_file("certs/bundle.crt", &bundle);
        }
        until("orders to have its bundle", async || {
            (self.orders_updates().await > before).then_some(())
        })
        .await;
    }

    /// Gives both proxies SVIDs of `ca`; that of payments is told.
    pub(crate) fn become_of(&self, ca: &Ca) -> Identity {
        let payments = ca.local_svid(PAYMENTS);
        let pairs = [
            (&self.payments, &payments),
            (&self.orders, &ca.svid(ORDERS)),
        ];
        for (proxy, identity) in pairs {
            proxy.replace_file("certs/svid.crt", identity.cert_pem());
            proxy.replace_file("certs/svid.key", identity.key_pem());
        }
        payments
    }

    async fn orders_updates(&self) -> u64 {
        let factory = "cluster.payments.client_ssl_socket_factory";
        let name = format!("{factory}.ssl_context_update_by_sds");
        self.orders.counter(&name).await
    }
}

/// A request that orders may send to payments, directly or through its proxy.
pub(crate) fn charge() -> Request {
    Request::hostless("POST", "/v1/charges").header("host", "payments")
}

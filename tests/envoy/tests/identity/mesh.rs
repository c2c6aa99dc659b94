//! A service's proxy that takes only workloads of its own certificate authority.

use fixtures::{Ca, Identity};
use portcullis_envoy_tests::{
    Client, Echo, Envoy, Plugin, Proxy, Request, Transport, assert_denied, assert_permitted,
};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

pub(crate) const CHECKOUT: &str = "spiffe://mesh.test/ns/shop/sa/checkout";
pub(crate) const BATCH: &str = "spiffe://mesh.test/ns/jobs/sa/batch";
pub(crate) const PROMETHEUS: &str = "spiffe://mesh.test/ns/monitoring/sa/prometheus";

pub(crate) fn document() -> Value {
    json!({
        "version": "v1",
        "identity": {"trust_domain": "mesh.test"},
        "routes": [
            {"name": "health", "methods": ["GET"], "paths": ["/healthz"], "allow": "any"},
            {"name": "charge", "methods": ["POST"], "paths": ["/v1/charges"],
             "allow": {"service_accounts": ["shop/checkout"]}},
            {"name": "read", "methods": ["GET"], "paths": ["/v1/**"],
             "allow": {"principals": [BATCH, "spiffe://mesh.test/region/{name}"]}},
            {"name": "metrics", "methods": ["GET"], "paths": ["/metrics"],
             "allow": {"namespaces": ["monitoring"]}},
            {"name": "closed", "paths": ["/closed/**"], "allow": "none"},
        ],
    })
}

/// A service's proxy with its authority; one for all tests here.
pub(crate) struct Mesh {
    pub(crate) ca: Ca,
    envoy: Envoy,
}

impl Mesh {
    pub(crate) async fn shared() -> &'static Self {
        static MESH: OnceCell<Mesh> = OnceCell::const_new();
        MESH.get_or_init(Self::start).await
    }

    async fn start() -> Self {
        let ca = Ca::new("mesh.test");
        let server = ca.local_svid("spiffe://mesh.test/ns/shop/sa/payments");
        let envoy = Proxy::new(Echo::start())
            .workers(2)
            .transport(Transport::mtls(&server, &ca))
            .plugin(Plugin::SpiffeAuthz, &document())
            .start()
            .await;
        Self { ca, envoy }
    }

    pub(crate) fn peer(&self, spiffe_id: &str) -> Client {
        self.with(&self.ca.svid(spiffe_id))
    }

    pub(crate) fn with(&self, identity: &Identity) -> Client {
        self.envoy.client_as(&self.ca, identity)
    }

    pub(crate) async fn permits(&self, client: &Client, method: &str, path: &str) {
        assert_permitted(client, &Request::new(method, path)).await;
    }

    pub(crate) async fn denies(&self, client: &Client, method: &str, path: &str, code: &str) {
        let request = Request::new(method, path);
        assert_denied(&self.envoy, client, &request, 403, code).await;
    }
}

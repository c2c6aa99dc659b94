//! A chain of three real proxies over mutual TLS: edge, gateway, service. The service asks who its
//! caller is, and its upstream hears whom the plugin took for it.

use fixtures::{Ca, Identity};
use portcullis_envoy_tests::{
    Client, Echo, Envoy, Plugin, Proxy, Request, Transport, assert_denied, assert_permitted,
};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

pub(crate) const EDGE: &str = "spiffe://mesh.test/ns/edge/sa/edge";
pub(crate) const GATEWAY: &str = "spiffe://mesh.test/ns/edge/sa/gateway";
pub(crate) const SERVICE: &str = "spiffe://mesh.test/ns/shop/sa/payments";
pub(crate) const WEB: &str = "spiffe://mesh.test/ns/shop/sa/web";
/// Whom attackers want to be.
pub(crate) const VICTIM: &str = "spiffe://mesh.test/ns/shop/sa/victim";

/// What each proxy does with the statements of its peers: settings of its connection manager.
pub(crate) struct Hops {
    pub(crate) edge: Value,
    pub(crate) gateway: Value,
    pub(crate) service: Value,
}

impl Default for Hops {
    /// Everybody appends, so that also what a client sends arrives.
    fn default() -> Self {
        Self {
            edge: hop("APPEND_FORWARD"),
            gateway: hop("APPEND_FORWARD"),
            service: hop("APPEND_FORWARD"),
        }
    }
}

/// A setting with the peer's URI.
pub(crate) fn hop(details: &str) -> Value {
    json!({
        "forward_client_cert_details": details,
        "set_current_client_cert_details": {"uri": true},
    })
}

/// Both proxies are believed.
pub(crate) fn trusting() -> Value {
    json!({
        "sources": ["forwarded_client_cert"],
        "trusted_forwarders": [EDGE, GATEWAY],
    })
}

/// A document that asks every caller for an identity of this section.
pub(crate) fn document(identity: &Value) -> Value {
    json!({
        "version": "v1",
        "identity": identity,
        "routes": [
            {"name": "anybody", "paths": ["/any"], "allow": {"principals": ["spiffe://mesh.test/**"]}},
            {"name": "web", "paths": ["/web"], "allow": {"principals": [WEB]}},
        ],
    })
}

/// A service's proxy that tells its upstream whom the plugin took for the caller.
pub(crate) fn service(ca: &Ca, settings: &Value, identity: &Value) -> Proxy {
    let append = json!({
        "header": {"key": "x-principal", "value": "%FILTER_STATE(wasm.portcullis.principal:PLAIN)%"},
        "append_action": "OVERWRITE_IF_EXISTS_OR_ADD",
    });
    let teller = json!({
        "name": "envoy.filters.http.header_mutation",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3.HeaderMutation",
            "mutations": {"request_mutations": [{"append": append}]},
        },
    });
    Proxy::new(Echo::start())
        .transport(Transport::mtls(&ca.local_svid(SERVICE), ca))
        .settings(settings.clone())
        .plugin(Plugin::SpiffeAuthz, &document(identity))
        .filter(teller)
}

/// The chain, running.
pub(crate) struct Chain {
    pub(crate) ca: Ca,
    pub(crate) edge: Envoy,
    pub(crate) service: Envoy,
    /// Dropping it would end it.
    _gateway: Envoy,
}

impl Chain {
    /// One for all tests of what clients send.
    pub(crate) async fn shared() -> &'static Self {
        static CHAIN: OnceCell<Chain> = OnceCell::const_new();
        CHAIN
            .get_or_init(|| Self::start(Hops::default(), trusting()))
            .await
    }

    pub(crate) async fn start(hops: Hops, identity: Value) -> Self {
        let ca = Ca::new("mesh.test");
        let service = service(&ca, &hops.service, &identity).start().await;
        let own = ca.local_svid(GATEWAY);
        let gateway = Proxy::new(Echo::start())
            .transport(Transport::mtls(&own, &ca))
            .settings(hops.gateway)
            .towards(&service, &own, &ca)
            .start()
            .await;
        let own = ca.local_svid(EDGE);
        let edge = Proxy::new(Echo::start())
            .transport(Transport::optional_mtls(&own, &ca))
            .settings(hops.edge)
            .towards(&gateway, &own, &ca)
            .start()
            .await;
        Self {
            ca,
            edge,
            service,
            _gateway: gateway,
        }
    }

    /// A client of the edge.
    pub(crate) fn client(&self, identity: &Identity) -> Client {
        self.edge.client_as(&self.ca, identity)
    }

    /// A client of the edge with this ID.
    pub(crate) fn workload(&self, id: &str) -> Client {
        self.client(&self.ca.svid(id))
    }

    /// That the service denies a request, wherever it was sent.
    pub(crate) async fn denies(&self, client: &Client, request: Request, code: &str) {
        assert_denied(&self.service, client, &request, 403, code).await;
    }
}

/// Whom the service's plugin took for the caller of a request that it let in.
pub(crate) async fn principal(client: &Client, request: Request) -> String {
    let heard = assert_permitted(client, &request).await;
    heard.header("x-principal").join("|")
}

/// A request that everybody with an identity may send.
pub(crate) fn any() -> Request {
    Request::get("/any")
}

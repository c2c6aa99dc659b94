//! A service's proxy over mutual TLS, with a document of its own.

use fixtures::Ca;
use portcullis_envoy_tests::{
    Client, Echo, Envoy, Hygiene, Plugin, Proxy, Request, Response, Transport, assert_denied,
    assert_permitted,
};
use serde_json::{Value, json};

pub(crate) const CHECKOUT: &str = "spiffe://mesh.test/ns/shop/sa/checkout";
pub(crate) const BATCH: &str = "spiffe://mesh.test/ns/jobs/sa/batch";

/// A running proxy with the authority of its callers.
pub(crate) struct Service {
    ca: Ca,
    pub(crate) envoy: Envoy,
}

/// What denied: the route that had matched, and the guard, as the log names them; `-` is none.
pub(crate) type By = (&'static str, &'static str);

/// A document in the trust domain `mesh.test`.
pub(crate) fn document(routes: &Value) -> Value {
    json!({"version": "v1", "identity": {"trust_domain": "mesh.test"}, "routes": routes})
}

impl Service {
    /// With the listener as it is shipped.
    pub(crate) async fn start(document: &Value) -> Self {
        Self::with(document, |proxy| proxy).await
    }

    /// With a listener that changes nothing of what the client sent.
    pub(crate) async fn raw(document: &Value) -> Self {
        Self::with(document, |proxy| proxy.hygiene(Hygiene::Raw)).await
    }

    /// With a listener that a test is about.
    pub(crate) async fn with(document: &Value, settings: impl FnOnce(Proxy) -> Proxy) -> Self {
        let ca = Ca::new("mesh.test");
        let server = ca.local_svid("spiffe://mesh.test/ns/shop/sa/payments");
        let proxy = Proxy::new(Echo::start())
            .transport(Transport::mtls(&server, &ca))
            .plugin(Plugin::SpiffeAuthz, document);
        let envoy = settings(proxy).start().await;
        Self { ca, envoy }
    }

    pub(crate) fn peer(&self, spiffe_id: &str) -> Client {
        self.envoy.client_as(&self.ca, &self.ca.svid(spiffe_id))
    }

    /// Reaches the upstream, by this route.
    pub(crate) async fn permits(&self, client: &Client, request: &Request, route: &str) {
        assert_permitted(client, request).await;
        let told = format!("verdict=permit;reason=-;route={route};rule=-;shadow=-");
        assert_eq!(self.decision(request).await, told, "{request:?}");
    }

    /// Is denied, in the reply as in the log, which says by what.
    pub(crate) async fn denies(
        &self,
        client: &Client,
        request: &Request,
        (status, code): (u16, &str),
        (route, rule): By,
    ) -> Response {
        let response = assert_denied(&self.envoy, client, request, status, code).await;
        let told = format!("verdict=deny;reason={code};route={route};rule={rule};shadow=-");
        assert_eq!(self.decision(request).await, told, "{request:?}");
        response
    }

    pub(crate) async fn decision(&self, request: &Request) -> String {
        let line = self.envoy.log_line(request).await;
        line.decision.expect("a decision in the access log")
    }
}

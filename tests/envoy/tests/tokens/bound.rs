//! Tokens bound to the certificate of the client that may use them, on its own connection and behind a
//! trusted forwarder; and JWT-SVIDs that only the workload itself may present.

use fixtures::{Algorithm, Ca, Identity, Issuer};
use portcullis_envoy_tests::{
    Client, Echo, Envoy, Plugin, Proxy, Request, Transport, assert_denied, assert_permitted,
};
use serde_json::{Value, json};

const EDGE: &str = "spiffe://mesh.test/ns/edge/sa/edge";
const ORDERS: &str = "spiffe://mesh.test/ns/shop/sa/orders";
const WEB: &str = "spiffe://mesh.test/ns/shop/sa/web";
const BATCH: &str = "spiffe://mesh.test/ns/jobs/sa/batch";

/// A service behind an edge; both can be called.
struct Service {
    ca: Ca,
    issuer: Issuer,
    edge: Envoy,
    inner: Envoy,
}

impl Service {
    async fn start() -> Self {
        let ca = Ca::new("mesh.test");
        let issuer = Issuer::new("https://login.test", Algorithm::Es256);
        let mut svid_keys = issuer.jwks();
        svid_keys["keys"][0]["use"] = json!("jwt-svid");
        let document = json!({
            "version": "v1",
            "identity": {"sources": ["peer_certificate", "forwarded_client_cert"], "trusted_forwarders": [EDGE]},
            "jwt": {"providers": [
                {"name": "bound", "issuer": issuer.url(), "audiences": ["shop"],
                 "jwks": {"inline": issuer.jwks()}, "certificate_bound": "require"},
                {"name": "mesh", "profile": "jwt_svid", "trust_domain": "mesh.test", "audiences": [ORDERS],
                 "jwks": {"inline": svid_keys}, "presented_by": ["subject", "spiffe://mesh.test/ns/jobs/sa/{any}"]},
            ]},
            "routes": [
                {"name": "bound", "paths": ["/bound"], "allow": {"jwt": "bound"}},
                {"name": "mesh", "paths": ["/mesh"], "allow": {"jwt": "mesh"}},
            ],
        });
        let forwarding = json!({
            "forward_client_cert_details": "APPEND_FORWARD",
            "set_current_client_cert_details": {"uri": true},
        });
        let service = Proxy::new(Echo::start())
            .transport(Transport::mtls(&ca.local_svid(ORDERS), &ca))
            .settings(forwarding.clone())
            .plugin(Plugin::Gateway, &document)
            .start()
            .await;
        let own = ca.local_svid(EDGE);
        let edge = Proxy::new(Echo::start())
            .transport(Transport::optional_mtls(&own, &ca))
            .settings(forwarding)
            .towards(&service, &own, &ca)
            .start()
            .await;
        Self {
            ca,
            issuer,
            edge,
            inner: service,
        }
    }

    fn bound_to(&self, client: &Identity) -> Request {
        let mut claims = self.issuer.claims("ada", "shop");
        claims["cnf"] = json!({"x5t#S256": client.thumbprint()});
        Request::get("/bound").bearer(&self.issuer.sign(&claims))
    }

    fn svid_of(&self, subject: &str) -> Request {
        let mut claims = self.issuer.claims(subject, ORDERS);
        claims
            .as_object_mut()
            .into_iter()
            .for_each(|claims| drop(claims.remove("iss")));
        Request::get("/mesh").bearer(&self.issuer.sign(&claims))
    }

    /// The service denies; behind the edge its log is still the service's.
    async fn denies(&self, client: &Client, request: &Request, code: &str) {
        let response = client.send(request).await;
        assert_eq!(
            (response.status, response.code().as_deref()),
            (401, Some(code))
        );
        assert_eq!(self.inner.log_line(request).await.details, code);
    }
}

#[tokio::test]
async fn a_bound_token_is_its_clients_alone() {
    let service = Service::start().await;
    let (web, other) = (service.ca.svid(WEB), service.ca.svid(WEB));
    let request = || service.bound_to(&web);
    let direct = |identity: &Identity| service.inner.client_as(&service.ca, identity);
    let forwarded = |identity: &Identity| service.edge.client_as(&service.ca, identity);
    assert_permitted(&direct(&web), &request()).await;
    assert_permitted(&forwarded(&web), &request()).await;
    // Another certificate of the same workload has another key.
    assert_denied(
        &service.inner,
        &direct(&other),
        &request(),
        401,
        "jwt.not_bound",
    )
    .await;
    service
        .denies(&forwarded(&other), &request(), "jwt.not_bound")
        .await;
    service
        .denies(
            &service.edge.tls_client(&service.ca),
            &request(),
            "jwt.not_bound",
        )
        .await;
}

#[tokio::test]
async fn a_token_bound_to_the_forwarder_is_not_its_clients() {
    let service = Service::start().await;
    let edge = service.ca.svid(EDGE);
    let web = service.ca.svid(WEB);
    service
        .denies(
            &service.edge.client_as(&service.ca, &web),
            &service.bound_to(&edge),
            "jwt.not_bound",
        )
        .await;
    // Whoever is a forwarder and states nobody has no certificate of its own here.
    let direct = service.inner.client_as(&service.ca, &edge);
    service
        .denies(&direct, &service.bound_to(&edge), "jwt.not_bound")
        .await;
    // Nor does a client state a certificate by writing the header.
    let stated = format!("By={EDGE};Hash={};URI={WEB}", "ab".repeat(32));
    for client in [
        service.edge.client_as(&service.ca, &web),
        service.inner.client_as(&service.ca, &web),
    ] {
        let request = service
            .bound_to(&edge)
            .header("x-forwarded-client-cert", &stated);
        service.denies(&client, &request, "jwt.not_bound").await;
    }
}

#[tokio::test]
async fn a_jwt_svid_is_presented_by_its_workload_or_by_one_that_may_act_for_it() {
    let service = Service::start().await;
    let clients = |id: &str| {
        let identity = service.ca.svid(id);
        [
            service.inner.client_as(&service.ca, &identity),
            service.edge.client_as(&service.ca, &identity),
        ]
    };
    for client in clients(WEB) {
        assert_permitted(&client, &service.svid_of(WEB)).await;
        service
            .denies(&client, &service.svid_of(BATCH), "jwt.wrong_presenter")
            .await;
    }
    for client in clients(BATCH) {
        assert_permitted(&client, &service.svid_of(WEB)).await;
    }
    let nobody = service.edge.tls_client(&service.ca);
    service
        .denies(&nobody, &service.svid_of(WEB), "jwt.wrong_presenter")
        .await;
}

#[test]
fn a_plugin_that_knows_no_callers_refuses_to_ask_who_presents() {
    let issuer = Issuer::new("https://login.test", Algorithm::Es256);
    let mut keys = issuer.jwks();
    keys["keys"][0]["use"] = json!("jwt-svid");
    let document: Value = json!({
        "version": "v1",
        "jwt": {"providers": [{"name": "mesh", "profile": "jwt_svid", "trust_domain": "mesh.test",
            "audiences": ["a"], "jwks": {"inline": keys}, "presented_by": "subject"}]},
        "routes": [{"name": "mesh", "paths": ["/mesh"], "allow": {"jwt": "mesh"}}],
    });
    let refused = Proxy::new(Echo::start())
        .plugin(Plugin::JwtAuthn, &document)
        .validate()
        .expect_err("anybody could present them");
    let told = "jwt.providers[mesh].presented_by: this plugin knows no callers";
    assert!(refused.log.contains(told), "{}", refused.log);
}

//! Limits by verified facts: who the workload is, whose token it is, and which plan it says.

use fixtures::{Algorithm, Ca, Issuer};
use portcullis_envoy_tests::{Client, Echo, Envoy, Plugin, Proxy, Request, Transport};
use serde_json::{Value, json};

use crate::burst;

/// What a gateway limits by verified facts, after the route has let the request in.
struct Gateway {
    ca: Ca,
    issuer: Issuer,
    envoy: Envoy,
}

impl Gateway {
    async fn start() -> Self {
        let ca = Ca::new("mesh.test");
        let issuer = Issuer::new("https://login.test", Algorithm::Es256);
        let document = json!({
            "version": "v1",
            "identity": {"trust_domain": "mesh.test"},
            "jwt": {"providers": [{
                "name": "login", "issuer": issuer.url(), "audiences": ["shop"],
                "algorithms": ["ES256"], "jwks": {"inline": issuer.jwks()},
            }]},
            "routes": [
                {"name": "jobs", "paths": ["/jobs"], "allow": {"namespaces": ["jobs"]}},
                {"name": "orders", "paths": ["/orders"], "allow": {"jwt": "login"}},
            ],
            "rate_limit": {"limits": [
                {"name": "per-workload", "routes": ["jobs"], "key": ["source.principal"],
                 "rates": [{"requests": 3, "per": "1h"}]},
                {"name": "per-user", "routes": ["orders"], "key": ["jwt.principal"],
                 "rates": [{"requests": 3, "per": "1h"}],
                 "overrides": [
                    {"match": {"jwt.claims[plan]": ["gold"]},
                     "rates": [{"requests": 6, "per": "1h"}]},
                    {"match": {"jwt.principal": ["https://login.test/robot"]}, "unlimited": true},
                 ]},
            ]},
        });
        let server = ca.local_svid("spiffe://mesh.test/ns/shop/sa/orders");
        let envoy = Proxy::new(Echo::start())
            .workers(2)
            .transport(Transport::mtls(&server, &ca))
            .plugin(Plugin::Gateway, &document)
            .start()
            .await;
        Self { ca, issuer, envoy }
    }

    fn peer(&self, path: &str) -> Client {
        let id = format!("spiffe://mesh.test{path}");
        self.envoy.client_as(&self.ca, &self.ca.svid(&id))
    }

    fn order(&self, subject: &str) -> Request {
        let token = self.issuer.sign(&self.issuer.claims(subject, "shop"));
        Request::get("/orders").bearer(&token)
    }
}

#[tokio::test]
async fn a_workload_is_limited_by_its_verified_identity() {
    let gateway = Gateway::start().await;
    for account in ["/ns/jobs/sa/a", "/ns/jobs/sa/b"] {
        // Each certificate is another one; the identity in them is the same.
        let mut counted = (0, 0);
        for _ in 0..4 {
            let requests = (0..3).map(|_| Request::get("/jobs"));
            let (permitted, limited) = burst(&gateway.peer(account), requests).await;
            counted = (counted.0 + permitted, counted.1 + limited);
        }
        assert_eq!(counted, (3, 9), "{account}");
    }
}

#[tokio::test]
async fn a_user_is_limited_by_the_verified_subject() {
    let gateway = Gateway::start().await;
    let client = gateway.peer("/ns/shop/sa/web");
    for subject in ["ada", "grace"] {
        let requests = (0..12).map(|_| gateway.order(subject));
        assert_eq!(burst(&client, requests).await, (3, 9), "{subject}");
    }
}

#[tokio::test]
async fn a_denied_request_spends_nothing_of_a_later_limit() {
    let gateway = Gateway::start().await;
    let client = gateway.peer("/ns/shop/sa/web");
    let claims = gateway.issuer.claims("ada", "another-shop");
    let wrong = Request::get("/orders").bearer(&gateway.issuer.sign(&claims));
    for _ in 0..10 {
        let denied = wrong.clone();
        assert_eq!(
            client.send(&denied).await.code().as_deref(),
            Some("jwt.wrong_audience")
        );
    }
    let requests = (0..12).map(|_| gateway.order("ada"));
    assert_eq!(burst(&client, requests).await, (3, 9));
}

#[tokio::test]
async fn a_plan_is_a_claim_of_the_verified_token() {
    let gateway = Gateway::start().await;
    let client = gateway.peer("/ns/shop/sa/web");
    let with_plan = |subject: &str, plan: &str| {
        let mut claims = gateway.issuer.claims(subject, "shop");
        claims["plan"] = Value::from(plan);
        Request::get("/orders").bearer(&gateway.issuer.sign(&claims))
    };
    for (subject, plan, permitted) in [("ada", "gold", 6), ("bob", "bronze", 3), ("robot", "", 12)]
    {
        let requests = (0..12).map(|_| with_plan(subject, plan));
        let counted = burst(&client, requests).await;
        assert_eq!(counted, (permitted, 12 - permitted), "{subject}");
    }
}

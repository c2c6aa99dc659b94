//! Every kind of key that somebody verifies. Equal values of two issuers are two keys.

use fixtures::{Algorithm, Ca, Issuer};
use portcullis_envoy_tests::{Echo, Envoy, Plugin, Proxy, Request, Transport};
use serde_json::{Value, json};

/// Two issuers that both have a user ada in a tenant blue.
struct Gateway {
    ca: Ca,
    login: Issuer,
    partner: Issuer,
    envoy: Envoy,
}

/// The key of each route's limit, one request an hour.
const BY_TOKEN: [(&str, &str); 4] = [
    ("principal", "jwt.principal"),
    ("tenant", "jwt.claims[tenant]"),
    ("nested", "jwt.claims[org][id]"),
    ("login-tenant", "jwt[login].claims[tenant]"),
];

const BY_CERTIFICATE: [(&str, &str); 3] = [
    ("workload", "source.principal"),
    ("namespace", "source.namespace"),
    ("trust-domain", "source.trust_domain"),
];

impl Gateway {
    async fn start() -> Self {
        let ca = Ca::new("mesh.test");
        let login = Issuer::new("https://login.test", Algorithm::Es256);
        let partner = Issuer::new("https://partner.test", Algorithm::Es256);
        let provider = |name: &str, issuer: &Issuer| {
            json!({"name": name, "issuer": issuer.url(), "audiences": ["shop"],
                   "algorithms": ["ES256"], "jwks": {"inline": issuer.jwks()}})
        };
        let either = json!({"jwt": {"provider": ["login", "partner"]}});
        let anybody = json!({"principals": ["spiffe://mesh.test/**"]});
        let of = |name: &str, allow: &Value| json!({"name": name, "paths": [format!("/{name}")], "allow": allow});
        let routes = BY_TOKEN
            .iter()
            .map(|(name, _)| of(name, &either))
            .chain(BY_CERTIFICATE.iter().map(|(name, _)| of(name, &anybody)));
        // What is asked of one provider's token is missing where the other's lets in.
        let limit = |(name, key): &(&str, &str)| {
            json!({"name": name, "routes": [name], "key": [key], "missing": "skip",
                   "rates": [{"requests": 1, "per": "1h"}]})
        };
        let limits = BY_TOKEN.iter().chain(&BY_CERTIFICATE).map(limit);
        let document = json!({
            "version": "v1",
            "identity": {"trust_domain": "mesh.test"},
            "jwt": {"providers": [provider("login", &login), provider("partner", &partner)]},
            "routes": routes.collect::<Vec<_>>(),
            "rate_limit": {"limits": limits.collect::<Vec<_>>()},
        });
        let server = ca.local_svid("spiffe://mesh.test/ns/shop/sa/orders");
        let envoy = Proxy::new(Echo::start())
            .workers(2)
            .transport(Transport::mtls(&server, &ca))
            .plugin(Plugin::Gateway, &document)
            .start()
            .await;
        Self {
            ca,
            login,
            partner,
            envoy,
        }
    }

    async fn with_token(&self, path: &str, issuer: &Issuer, subject: &str, more: &Value) -> u16 {
        let mut claims = issuer.claims(subject, "shop");
        for (name, value) in more.as_object().into_iter().flatten() {
            claims[name] = value.clone();
        }
        let request = Request::get(path).bearer(&issuer.sign(&claims));
        self.as_workload("ns/shop/sa/web", &request).await
    }

    async fn as_workload(&self, path: &str, request: &Request) -> u16 {
        let svid = self.ca.svid(&format!("spiffe://mesh.test/{path}"));
        let client = self.envoy.client_as(&self.ca, &svid);
        let response = client.send(request).await;
        assert!([200, 429].contains(&response.status), "{response:?}");
        response.status
    }
}

#[tokio::test]
async fn equal_claims_of_two_issuers_are_two_keys() {
    let gateway = Gateway::start().await;
    let (login, partner) = (&gateway.login, &gateway.partner);
    let blue = json!({"tenant": "blue", "org": {"id": 7}});
    let green = json!({"tenant": "green", "org": {"id": 8}});
    for path in ["/principal", "/tenant", "/nested"] {
        let other = if path == "/principal" { "bob" } else { "ada" };
        let statuses = [
            gateway.with_token(path, login, "ada", &blue).await,
            gateway.with_token(path, login, "ada", &blue).await,
            gateway.with_token(path, partner, "ada", &blue).await,
            gateway.with_token(path, partner, "ada", &blue).await,
            gateway.with_token(path, login, other, &green).await,
            gateway.with_token(path, login, other, &green).await,
        ];
        assert_eq!(statuses, [200, 429, 200, 429, 200, 429], "{path}");
    }
}

#[tokio::test]
async fn a_claim_of_one_provider_is_no_other_providers() {
    let gateway = Gateway::start().await;
    let (login, partner) = (&gateway.login, &gateway.partner);
    let blue = json!({"tenant": "blue"});
    let path = "/login-tenant";
    // A token of the partner has no such claim: the limit skips it, and it spends nothing.
    for _ in 0..3 {
        assert_eq!(gateway.with_token(path, partner, "eve", &blue).await, 200);
    }
    assert_eq!(gateway.with_token(path, login, "ada", &blue).await, 200);
    assert_eq!(gateway.with_token(path, login, "bob", &blue).await, 429);
}

#[tokio::test]
async fn principal_namespace_and_trust_domain_are_keys() {
    let gateway = Gateway::start().await;
    let cases = [
        ("/workload", "ns/shop/sa/web", 200),
        ("/workload", "ns/shop/sa/web", 429),
        ("/workload", "ns/shop/sa/cart", 200),
        ("/namespace", "ns/shop/sa/web", 200),
        ("/namespace", "ns/shop/sa/cart", 429),
        ("/namespace", "ns/jobs/sa/web", 200),
        ("/namespace", "batch", 200), // it has no namespace, and the limit skips it
        ("/trust-domain", "ns/shop/sa/web", 200),
        ("/trust-domain", "ns/jobs/sa/batch", 429),
    ];
    for (path, workload, status) in cases {
        let seen = gateway.as_workload(workload, &Request::get(path)).await;
        assert_eq!(seen, status, "{path} by {workload}");
    }
}

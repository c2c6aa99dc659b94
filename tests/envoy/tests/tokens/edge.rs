//! An edge whose routes ask for tokens, and its issuer.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests"
)]

use fixtures::{Algorithm, Issuer, Jws, Key};
use portcullis_envoy_tests::{
    Echo, Envoy, Plugin, Proxy, Request, Response, assert_denied, assert_permitted,
};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

const ISSUER: &str = "https://login.test";
pub(crate) const SKEW: u64 = 30;

/// An edge that knows one issuer with a key of each algorithm; one for all tests here.
pub(crate) struct Edge {
    pub(crate) issuer: Issuer,
    pub(crate) es256: Key,
    pub(crate) eddsa: Key,
    pub(crate) envoy: Envoy,
}

impl Edge {
    pub(crate) async fn shared() -> &'static Self {
        static EDGE: OnceCell<Edge> = OnceCell::const_new();
        EDGE.get_or_init(Self::start).await
    }

    async fn start() -> Self {
        let issuer = Issuer::with_key(ISSUER, Key::new(Algorithm::Rs256, "r1"));
        let es256 = Key::new(Algorithm::Es256, "e1");
        let eddsa = Key::new(Algorithm::EdDsa, "d1");
        let jwks = json!({"keys": [issuer.key().jwk(), es256.jwk(), eddsa.jwk()]});
        let envoy = Proxy::new(Echo::start())
            .plugin(Plugin::JwtAuthn, &document(&jwks))
            .start()
            .await;
        Self {
            issuer,
            es256,
            eddsa,
            envoy,
        }
    }

    /// Honest claims, with these in place of their own; null takes one away.
    pub(crate) fn claims(&self, changed: Value) -> Value {
        let mut claims = self.issuer.claims("ada", "shop");
        claims["scope"] = json!("orders:read profile");
        let Value::Object(changed) = changed else {
            unreachable!("claims are an object")
        };
        claims.as_object_mut().unwrap().extend(changed);
        claims
            .as_object_mut()
            .unwrap()
            .retain(|_, value| !value.is_null());
        claims
    }

    pub(crate) fn honest(&self) -> String {
        self.issuer.sign(&self.claims(json!({})))
    }

    /// A token with a header of one's own, signed by the issuer's first key.
    pub(crate) fn with_header(&self, header: &Value) -> String {
        Jws::new(header, &self.claims(json!({}))).signed_by(self.issuer.key())
    }

    pub(crate) async fn permits(&self, token: &str) {
        assert_permitted(&self.envoy.client(), &orders().bearer(token)).await;
    }

    pub(crate) async fn refuses(&self, token: &str, code: &str) -> Response {
        let request = orders().bearer(token);
        let response = assert_denied(&self.envoy, &self.envoy.client(), &request, 401, code).await;
        let challenge = challenge(&response);
        assert!(
            challenge.contains(r#"error="invalid_token""#),
            "{code}: {challenge}"
        );
        response
    }
}

fn document(jwks: &Value) -> Value {
    json!({
        "version": "v1",
        "jwt": {
            "realm": "shop",
            "providers": [{
                "name": "login", "issuer": ISSUER, "audiences": ["shop", "shop-admin"],
                "algorithms": ["RS256", "ES256", "EdDSA"], "clock_skew": format!("{SKEW}s"),
                "jwks": {"inline": jwks},
            }],
        },
        "routes": [
            {"name": "health", "methods": ["GET"], "paths": ["/healthz"], "allow": "any"},
            {"name": "read", "methods": ["GET"], "paths": ["/v1/orders/**"],
             "allow": {"jwt": "login", "scopes": ["orders:read"]}},
            {"name": "write", "methods": ["POST"], "paths": ["/v1/orders"],
             "allow": {"jwt": "login", "scopes": ["orders:read", "orders:write"]}},
            {"name": "me", "methods": ["GET"], "paths": ["/v1/me"],
             "allow": {"jwt": {"provider": "login", "optional": true}}},
        ],
    })
}

pub(crate) fn orders() -> Request {
    Request::get("/v1/orders/7")
}

pub(crate) fn challenge(response: &Response) -> &str {
    let challenges = response.header("www-authenticate");
    assert_eq!(challenges.len(), 1, "{response:?}");
    assert!(
        challenges[0].starts_with(r#"Bearer realm="shop""#),
        "{challenges:?}"
    );
    challenges[0]
}

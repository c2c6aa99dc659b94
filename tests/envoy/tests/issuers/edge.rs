//! A proxy of four workers that takes the tokens of two real issuers.

use fixtures::{Ca, Identity};
use portcullis_envoy_tests::{Echo, Oidc, OpenBao, Plugin, Proxy, Request, Transport};
use serde_json::{Value, json};

/// Keys of every algorithm that the provider signs with here.
pub(crate) const KEYS: [(&str, &str); 3] = [("RS256", "r1"), ("ES256", "e1"), ("EdDSA", "d1")];

/// Workers of the proxy.
pub(crate) const WORKERS: u32 = 4;

/// The provider of `oidc`'s access tokens.
pub(crate) fn login(oidc: &Oidc, jwks: &Value) -> Value {
    json!({
        "name": "login", "issuer": oidc.issuer(), "audiences": ["shop"], "profile": "access_token",
        "algorithms": ["RS256", "ES256", "EdDSA"], "jwks": jwks,
    })
}

/// The provider of OpenBao's identity tokens.
pub(crate) fn vault(bao: &OpenBao, jwks: &Value) -> Value {
    json!({
        "name": "vault", "issuer": bao.issuer(), "audiences": ["shop"],
        "algorithms": ["ES256"], "jwks": jwks,
    })
}

/// A document whose routes take a token of one provider, or of either.
pub(crate) fn document(providers: &[Value]) -> Value {
    let names: Vec<&Value> = providers.iter().map(|provider| &provider["name"]).collect();
    let mut routes = vec![json!({
        "name": "either", "paths": ["/v1/orders/**"],
        "allow": {"jwt": {"provider": &names}, "scopes": ["orders:read"]},
    })];
    routes.extend(names.iter().map(|name| {
        json!({
            "name": name, "paths": [format!("/{}/**", name.as_str().unwrap())],
            "allow": {"jwt": name, "scopes": ["orders:read"]},
        })
    }));
    // Tests wait for keys with many bad tokens, all from one address.
    let budgets = json!({"failures": {"unlimited": true}});
    json!({
        "version": "v1", "jwt": {"providers": providers, "budgets": budgets}, "routes": routes,
    })
}

/// A listener that asks clients for a certificate of this authority and takes those without one.
pub(crate) fn proxy(ca: &Ca, document: &Value) -> Proxy {
    Proxy::new(Echo::start())
        .workers(WORKERS)
        .transport(Transport::optional_mtls(&server(ca), ca))
        .plugin(Plugin::JwtAuthn, document)
}

fn server(ca: &Ca) -> Identity {
    ca.local_svid("spiffe://mesh.test/ns/edge/sa/gateway")
}

pub(crate) fn orders(token: &str) -> Request {
    Request::get("/v1/orders/7").bearer(token)
}

//! Tokens that Envoy's own `jwt_authn` in front has verified.

use fixtures::{Algorithm, Issuer};
use portcullis_envoy_tests::{
    Echo, Envoy, Plugin, Proxy, Request, assert_denied, assert_permitted,
};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

struct Mesh {
    issuer: Issuer,
    envoy: Envoy,
}

impl Mesh {
    async fn shared() -> &'static Self {
        static MESH: OnceCell<Mesh> = OnceCell::const_new();
        MESH.get_or_init(Self::start).await
    }

    async fn start() -> Self {
        let issuer = Issuer::new("https://login.test", Algorithm::Es256);
        let keys = issuer.jwks().to_string();
        // As Istio writes a RequestAuthentication: whoever sends no token passes this filter.
        let native = json!({
            "name": "envoy.filters.http.jwt_authn",
            "typed_config": {
                "@type": "type.googleapis.com/envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication",
                "providers": {"login": {
                    "issuer": issuer.url(), "local_jwks": {"inline_string": keys},
                    "payload_in_metadata": "payload", "forward": false,
                }},
                "rules": [{"match": {"prefix": "/"}, "requires": {"requires_any": {"requirements": [
                    {"provider_name": "login"}, {"allow_missing_or_failed": {}},
                ]}}}],
            },
        });
        let provider = |name: &str, audience: &str| {
            json!({
                "name": name, "issuer": issuer.url(), "audiences": [audience],
                "payload_in_metadata": "payload",
                "claim_to_headers": [{"header_name": "x-user", "claim_name": "sub"}],
            })
        };
        let admin = json!([
            {"claim": ["realm_access", "roles"], "values": ["admin"]},
            {"claim": "level", "values": [3]}, {"claim": "ok", "values": [true]},
        ]);
        let document = json!({
            "version": "v1",
            "jwt": {"providers": [provider("mesh", "shop"), provider("bank", "bank")]},
            "routes": [
                {"name": "shop", "paths": ["/shop"], "allow": {"jwt": "mesh"}},
                {"name": "admin", "paths": ["/admin"], "allow": {"jwt": "mesh", "claims": admin}},
                {"name": "read", "paths": ["/read"], "allow": {"jwt": "mesh", "scopes": ["orders:read"]}},
                {"name": "bank", "paths": ["/bank"], "allow": {"jwt": "bank"}},
            ],
        });
        let envoy = Proxy::new(Echo::start())
            .filter(native)
            .plugin(Plugin::Gateway, &document)
            .start()
            .await;
        Self { issuer, envoy }
    }

    fn token(&self, more: Value) -> String {
        let mut claims = self.issuer.claims("ada", "shop");
        let Value::Object(more) = more else {
            unreachable!("claims are an object")
        };
        claims
            .as_object_mut()
            .into_iter()
            .for_each(|claims| claims.extend(more.clone()));
        self.issuer.sign(&claims)
    }
}

#[tokio::test]
async fn what_the_filter_in_front_has_verified_is_taken() {
    let mesh = Mesh::shared().await;
    let client = mesh.envoy.client();
    let request = Request::get("/shop").bearer(&mesh.token(json!({})));
    let heard = assert_permitted(&client, &request.header("x-user", "root")).await;
    assert_eq!(heard.header("x-user"), ["ada"]);
    assert_eq!(
        heard.header("authorization"),
        [""; 0],
        "the native filter has taken it out"
    );
    let claims = json!({"realm_access": {"roles": ["buyer", "admin"]}, "level": 3, "ok": true,
                        "scope": "a orders:read"});
    for path in ["/admin", "/read"] {
        let request = Request::get(path).bearer(&mesh.token(claims.clone()));
        assert_permitted(&client, &request).await;
    }
}

/// Each claim keeps its type on the way: a text is not the number that it looks like.
#[tokio::test]
async fn issuer_audience_and_claims_are_still_asked_for() {
    let mesh = Mesh::shared().await;
    let client = mesh.envoy.client();
    let text = json!({"realm_access": {"roles": ["admin"]}, "level": "3", "ok": true});
    let bytes =
        json!({"realm_access": {"roles": ["admin"]}, "level": "\0\0\0\0\0\0\u{8}@", "ok": true});
    for (path, claims, status, code) in [
        ("/shop", json!({"aud": "cart"}), 401, "jwt.wrong_audience"),
        ("/bank", json!({}), 401, "jwt.wrong_audience"),
        (
            "/read",
            json!({"scope": "a"}),
            403,
            "jwt.insufficient_scope",
        ),
        ("/admin", text, 403, "jwt.claim_not_allowed"),
        ("/admin", bytes, 403, "jwt.claim_not_allowed"),
        (
            "/shop",
            json!({"cnf": {"x5t#S256": "x"}}),
            401,
            "jwt.not_bound",
        ),
    ] {
        let request = Request::get(path).bearer(&mesh.token(claims));
        assert_denied(&mesh.envoy, &client, &request, status, code).await;
    }
}

/// The native filter lets these pass; nothing that a client sends stands for what it has not verified.
#[tokio::test]
async fn without_metadata_there_is_no_token() {
    let mesh = Mesh::shared().await;
    let client = mesh.envoy.client();
    let good = mesh.token(json!({}));
    let forged = Issuer::new("https://login.test", Algorithm::Es256);
    let forged = forged.sign(&forged.claims("ada", "shop"));
    let payload = good.split('.').nth(1).unwrap_or_default().to_owned();
    for request in [
        Request::get("/shop"),
        Request::get("/shop").bearer(&forged),
        Request::get("/shop").bearer(&mesh.token(json!({"exp": 1}))),
        Request::get("/shop").header("payload", &payload),
        Request::get("/shop").header("x-envoy-filters-http-jwt-authn", &payload),
        Request::get("/shop").header("x-jwt-payload", &payload),
    ] {
        assert_denied(&mesh.envoy, &client, &request, 401, "jwt.missing").await;
    }
}

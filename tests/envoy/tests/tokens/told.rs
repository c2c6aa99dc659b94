//! What others are told of a token: the upstream in headers, later filters and the log in filter state.
//!
//! The recipes of the documentation, each in a real proxy.

use fixtures::{Algorithm, Issuer};
use portcullis_envoy_tests::{Echo, Envoy, Hygiene, Plugin, Proxy, Request, assert_permitted};
use serde_json::{Value, json};

const TENANT: &str = "wasm.portcullis.claim.tenant";

struct Telling {
    issuer: Issuer,
    envoy: Envoy,
}

impl Telling {
    /// A proxy with these filters behind the plugin.
    async fn start(filters: &[Value]) -> Self {
        let issuer = Issuer::new("https://login.test", Algorithm::Es256);
        let document = json!({
            "version": "v1",
            "jwt": {"providers": [{
                "name": "login", "issuer": issuer.url(), "audiences": ["shop"],
                "jwks": {"inline": issuer.jwks()},
                "forward_payload_header": "x-jwt-payload",
                "claim_to_headers": [
                    {"header_name": "x-user", "claim_name": "sub"},
                    {"header_name": "x-roles", "claim_name": ["realm_access", "roles"]},
                ],
                "claims_to_state": [{"name": "tenant", "claim_name": ["org", "id"]}],
            }]},
            "routes": [{"name": "all", "paths": ["/**"], "allow": {"jwt": {"provider": "login", "optional": true}}}],
        });
        let proxy = Proxy::new(Echo::start())
            .hygiene(Hygiene::Raw)
            .plugin(Plugin::Gateway, &document);
        let proxy = filters
            .iter()
            .fold(proxy, |proxy, one| proxy.filter(one.clone()));
        Self {
            issuer,
            envoy: proxy.start().await,
        }
    }

    fn token(&self, tenant: &Value, roles: &Value) -> String {
        let mut claims = self.issuer.claims("ada", "shop");
        claims["org"] = json!({"id": tenant});
        claims["realm_access"] = json!({"roles": roles});
        self.issuer.sign(&claims)
    }

    fn of(&self, tenant: &str) -> Request {
        Request::get("/a").bearer(&self.token(&json!(tenant), &json!(["a", "b"])))
    }
}

fn filter(name: &str, message: &str, mut config: Value) -> Value {
    config["@type"] = json!(format!(
        "type.googleapis.com/envoy.extensions.filters.http.{message}"
    ));
    json!({"name": format!("envoy.filters.http.{name}"), "typed_config": config})
}

#[tokio::test]
async fn the_upstream_is_told_by_us_alone() {
    let telling = Telling::start(&[]).await;
    let token = telling.token(&json!("blue"), &json!(["buyer", "admin"]));
    let own = [
        "x-user",
        "x_user",
        "x-roles",
        "x-jwt-payload",
        "x_jwt-payload",
        "x_jwt_payload",
    ];
    let forged = |request| {
        own.iter().fold(request, |request: Request, name| {
            request.header(name, "root")
        })
    };
    let client = telling.envoy.client();
    let heard = assert_permitted(&client, &forged(Request::get("/a").bearer(&token))).await;
    assert_eq!(heard.header("x-user"), ["ada"]);
    assert_eq!(heard.header("x-roles"), ["buyer,admin"]);
    assert_eq!(
        heard.header("x-jwt-payload"),
        [token.split('.').nth(1).unwrap_or_default()]
    );
    let heard = assert_permitted(&client, &forged(Request::get("/a"))).await;
    for name in own {
        assert_eq!(heard.header(name), [""; 0], "{name}");
    }
    // What could be read as something else on the way is not told.
    for roles in [
        json!(["a,b"]),
        json!(["a", "b\r\nx-admin: 1"]),
        json!("a\u{0}b"),
        json!(" a"),
    ] {
        let token = telling.token(&json!("blue"), &roles);
        let heard = assert_permitted(&client, &Request::get("/a").bearer(&token)).await;
        assert_eq!(heard.header("x-roles"), [""; 0], "{roles}");
        assert_eq!(heard.header("x-admin"), [""; 0]);
        assert_eq!(heard.header("x-user"), ["ada"]);
    }
}

#[tokio::test]
async fn the_access_log_has_the_claim() {
    let telling = Telling::start(&[]).await;
    let client = telling.envoy.client();
    let request = telling.of("blue");
    assert_permitted(&client, &request).await;
    assert_eq!(
        telling.envoy.log_line(&request).await.claim.as_deref(),
        Some("blue")
    );
    for request in [telling.of("blue\nstatus=200"), Request::get("/a")] {
        assert_permitted(&client, &request).await;
        assert_eq!(telling.envoy.log_line(&request).await.claim, None);
    }
}

#[tokio::test]
async fn native_rbac_decides_by_the_claim() {
    let blue = json!({"filter_state": {"key": TENANT, "string_match": {"exact": "blue"}}});
    let policy = json!({"permissions": [{"any": true}], "principals": [blue]});
    let rules = json!({"action": "ALLOW", "policies": {"blue": policy}});
    let telling = Telling::start(&[filter("rbac", "rbac.v3.RBAC", json!({"rules": rules}))]).await;
    let client = telling.envoy.client();
    assert_permitted(&client, &telling.of("blue")).await;
    for request in [
        telling.of("green"),
        Request::get("/a"),
        Request::get("/a").header(TENANT, "blue"),
    ] {
        let response = client.send(&request).await;
        assert_eq!(
            (response.status, response.text().as_str()),
            (403, "RBAC: access denied")
        );
    }
}

#[tokio::test]
async fn envoys_own_limits_count_by_the_claim() {
    let bucket =
        |tokens| json!({"max_tokens": tokens, "tokens_per_fill": tokens, "fill_interval": "3600s"});
    let all = json!({"default_value": {"numerator": 100, "denominator": "HUNDRED"}});
    let expression = json!({
        "@type": "type.googleapis.com/envoy.extensions.rate_limit_descriptors.expr.v3.Descriptor",
        "descriptor_key": "tenant", "skip_if_error": true,
        "text": format!("filter_state['{TENANT}']"),
    });
    let action = json!({"extension": {"name": "envoy.rate_limit_descriptors.expr", "typed_config": expression}});
    let limit = filter(
        "local_ratelimit",
        "local_ratelimit.v3.LocalRateLimit",
        json!({
            "stat_prefix": "tenants", "filter_enabled": all, "filter_enforced": all,
            "token_bucket": bucket(1_000), "rate_limits": [{"actions": [action]}],
            "descriptors": [{"entries": [{"key": "tenant"}], "token_bucket": bucket(2)}],
        }),
    );
    let telling = Telling::start(&[limit]).await;
    let client = telling.envoy.client();
    for tenant in ["blue", "green"] {
        let mut statuses = Vec::new();
        for _ in 0..3 {
            statuses.push(client.send(&telling.of(tenant)).await.status);
        }
        assert_eq!(statuses, [200, 200, 429], "{tenant}");
    }
    for _ in 0..3 {
        assert_permitted(&client, &Request::get("/a")).await;
    }
}

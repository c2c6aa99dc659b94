//! The tokens, as node makes them, and the policy that they meet, written twice.

use std::process::{Command, Stdio};

use portcullis_envoy_tests::oidc_packages;
use serde_json::{Map, Value, json};

/// The providers: one that is plain, one with secrets, one for each kind of token.
pub(crate) const PROVIDERS: [&str; 5] = ["login", "secret", "api", "id", "short"];

/// One token and how a request carries it.
pub(crate) struct Case {
    /// The one thing that is unusual about it; `none` where nothing is.
    pub(crate) odd: String,
    /// What it is.
    pub(crate) name: String,
    /// Whose route is asked.
    pub(crate) provider: String,
    /// The headers that carry it.
    pub(crate) headers: Vec<(String, String)>,
    /// What follows the path.
    pub(crate) query: String,
    expect: String,
}

/// All of them, with the keys that they are signed with.
pub(crate) struct Cases {
    pub(crate) all: Vec<Case>,
    keys: Value,
}

impl Cases {
    /// Has them made, with times around `now`.
    pub(crate) fn made_at(now: u64) -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/issuers/tokens/main.mjs");
        let made = Command::new("node")
            .args([script, &now.to_string()])
            .env("PORTCULLIS_OIDC", oidc_packages())
            .stderr(Stdio::inherit())
            .output()
            .unwrap();
        assert!(made.status.success(), "no tokens were made");
        let made: Value = serde_json::from_slice(&made.stdout).unwrap();
        let all: Vec<Case> = made["cases"].as_array().unwrap().iter().map(read).collect();
        assert!(all.len() > 600, "only {} tokens", all.len());
        Self {
            all,
            keys: made["keys"].clone(),
        }
    }

    /// The document of the plugin.
    pub(crate) fn document(&self) -> Value {
        let providers = PROVIDERS.map(|name| {
            let (keys, algorithms) = match name {
                "secret" => ("secret", json!(["HS256", "HS384", "HS512"])),
                _ => ("open", json!(OPEN)),
            };
            let mut provider = json!({
                "name": name, "issuer": issuer(name), "audiences": ["shop"], "clock_skew": "60s",
                "algorithms": algorithms, "jwks": {"inline": self.keys[keys]},
            });
            match name {
                "api" => provider["profile"] = json!("access_token"),
                "id" => provider["refuse_id_tokens"] = json!(true),
                "short" => provider["max_lifetime"] = json!("1h"),
                _ => {}
            }
            provider
        });
        let route = |name: &str| json!({"name": name, "paths": [format!("/{name}/**")], "allow": {"jwt": name}});
        let routes: Vec<Value> = PROVIDERS
            .iter()
            .map(|name| route(name))
            .chain([json!({"name": "native", "paths": ["/native/**"], "allow": "any"})])
            .collect();
        // Hundreds of bad tokens come from one address, and each must be looked at.
        let budgets = json!({"failures": {"unlimited": true}});
        json!({
            "version": "v1", "jwt": {"providers": providers, "budgets": budgets}, "routes": routes,
        })
    }

    /// The configuration of `jwt_authn` that comes nearest, for paths below `/native`.
    pub(crate) fn native(&self) -> Value {
        let mut providers = Map::new();
        let mut rules = Vec::new();
        for name in PROVIDERS {
            let keys = if name == "secret" { "secret" } else { "open" };
            let mut provider = json!({
                "issuer": issuer(name), "audiences": ["shop"], "clock_skew_seconds": 60,
                "require_expiration": true, "forward": true,
                "local_jwks": {"inline_string": self.keys[keys].to_string()},
            });
            if name == "short" {
                provider["max_lifetime"] = json!("3600s");
            }
            providers.insert(name.to_owned(), provider);
            rules.push(json!({
                "match": {"prefix": format!("/native/{name}/")},
                "requires": {"provider_name": name},
            }));
        }
        json!({
            "name": "envoy.filters.http.jwt_authn",
            "typed_config": {
                "@type": "type.googleapis.com/envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication",
                "providers": providers, "rules": rules,
            },
        })
    }
}

impl Case {
    /// Whether this is what must become of it: `permit` or a reason code.
    pub(crate) fn expects(&self, told: &str) -> bool {
        match self.expect.as_str() {
            "refuse" => told.starts_with("jwt."),
            expected => told == expected,
        }
    }

    /// The case in the message of a failed test; never the token.
    pub(crate) fn shown(&self) -> String {
        let Self {
            odd, name, expect, ..
        } = self;
        format!("{odd}, {name} (expected {expect})")
    }
}

fn issuer(name: &str) -> String {
    format!("https://{name}.test")
}

fn read(value: &Value) -> Case {
    let text = |name: &str| value[name].as_str().unwrap().to_owned();
    Case {
        odd: text("odd"),
        name: text("name"),
        provider: text("provider"),
        headers: serde_json::from_value(value["headers"].clone()).unwrap(),
        query: text("query"),
        expect: text("expect"),
    }
}

/// What the issuer with keys signs with.
const OPEN: [&str; 9] = [
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA",
];

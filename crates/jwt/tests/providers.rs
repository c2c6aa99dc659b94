//! What a provider may say, and how each mistake is told.
#![expect(clippy::unwrap_used, reason = "it is a test from end to end")]

mod support;

use fixtures::Algorithm;
use serde_json::{Value, json};
use support::{compile, document, issuer, provider};

/// Each mistake in the provider "login" is told in a line that begins so.
fn told(cases: &[(Value, &str)]) {
    for (more, error) in cases {
        let mut login = provider("login", &issuer("login", Algorithm::EdDsa), more.clone());
        login
            .as_object_mut()
            .unwrap()
            .retain(|_, value| !value.is_null());
        let document = document(&json!({"providers": [login]}), &[json!({"jwt": "login"})]);
        let errors = compile(&document).map_or_else(|report| report.errors().to_vec(), |_| vec![]);
        let expected = format!("jwt.providers[login].{error}");
        let told = errors.iter().any(|line| line.starts_with(&expected));
        assert!(told, "{more}\nwants {expected}\ngot   {errors:#?}");
    }
}

#[test]
fn mistakes_about_tokens_are_told_by_name() {
    told(&[
        (
            json!({"audiences": null}),
            "audiences: missing; list the audiences meant for this service, or write \"any\" if the issuer sets none",
        ),
        (
            json!({"audiences": "shop"}),
            "audiences: expected a list or \"any\", got \"shop\"; write [\"shop\"]",
        ),
        (json!({"audiences": []}), "audiences: is empty"),
        (json!({"issuer": null}), "issuer: missing; "),
        (
            json!({"algorithms": ["none"]}),
            "algorithms[0]: unknown word \"none\"; write one of: RS256, RS384, ",
        ),
        (json!({"algorithms": ["ES512"]}), "algorithms[0]: not yet: "),
        (
            json!({"algorithms": ["EdDSA", "HS256"]}),
            "algorithms: HS256, HS384 and HS512 stand by themselves",
        ),
        (
            json!({"algorithms": ["HS256"]}),
            "jwks.inline: holds no key that verifies HS256",
        ),
        (
            json!({"algorithms": ["RS256", "ES384"]}),
            "jwks.inline: holds no key that verifies RS256 or ES384",
        ),
        (
            json!({"certificate_bound": "yes"}),
            "certificate_bound: unknown word \"yes\"",
        ),
        (json!({"claims": []}), "claims: is empty"),
        (
            json!({"claims": [{"claim": "a"}]}),
            "claims[0]: write either values: [...] or present: true",
        ),
        (
            json!({"trust_domain": "mesh.test"}),
            "trust_domain: goes with profile: jwt_svid alone",
        ),
        (
            json!({"clock_skew": "6m"}),
            "clock_skew: is outside 0s to 5m",
        ),
        (
            json!({"max_token_bytes": 255}),
            "max_token_bytes: 255 is outside 256 to 65536",
        ),
        (
            json!({"remote_jwks": {}}),
            "remote_jwks: unknown field; write jwks: {uri: ...}",
        ),
        (
            json!({"audience": "shop"}),
            "audience: unknown field; write audiences: [...]",
        ),
    ]);
}

#[test]
fn mistakes_about_keys_and_headers_are_told_by_name() {
    told(&[
        (json!({"jwks": null}), "jwks: missing; "),
        (
            json!({"jwks": {}}),
            "jwks: says nowhere to find the keys; write uri, discovery or inline",
        ),
        (
            json!({"jwks": {"uri": "https://a.test/.well-known/openid-configuration", "cluster": "a"}}),
            "jwks.uri: \".../.well-known/openid-configuration\" is a discovery document, not a key set; write \"discovery:\" instead of \"uri:\"",
        ),
        (
            json!({"jwks": {"inline": "{}"}}),
            "jwks.inline: expected a JWK set, got a string",
        ),
        (
            json!({"jwks": {"keys": []}}),
            "jwks.keys: unknown field; write inline: {keys: [...]}",
        ),
        (
            json!({"jwks": {"inline": {"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}}}),
            "jwks.inline.keys[0].k: a secret of 6 bytes; it needs 32",
        ),
        (
            json!({"jwks": {"inline": {"keys": [{"kty": "oct", "k": "a".repeat(44)}]}}}),
            "jwks.inline.keys[0].k: is a secret, and this provider's algorithms are for public keys",
        ),
        (
            json!({"from_headers": [{"name": "X-Token"}]}),
            "from_headers[X-Token].name: \"X-Token\": write it in lower case: \"x-token\"",
        ),
        (
            json!({"from_headers": [{"name": "x-token"}, {"name": "x-token"}]}),
            "from_headers[1]: reads the same value as an entry before it",
        ),
        (
            json!({"from_headers": [{"name": "x-token", "value_prefix": "A "}, {"name": "x-token"}]}),
            "from_headers[1]: reads the same value as an entry before it",
        ),
        (
            json!({"claim_to_headers": [{"header_name": "host", "claim_name": "sub"}]}),
            "claim_to_headers[0].header_name: \"host\" is the proxy's own",
        ),
        (
            json!({"claim_to_headers": [{"header_name": "x-envoy-a", "claim_name": "sub"}]}),
            "claim_to_headers[0].header_name: \"x-envoy-a\" is the proxy's own",
        ),
        (
            json!({"claim_to_headers": [{"header_name": "authorization", "claim_name": "sub"}]}),
            "claim_to_headers[0].header_name: \"authorization\" is the proxy's own",
        ),
        (
            json!({"claim_to_headers": [{"header_name": ":path", "claim_name": "sub"}]}),
            "claim_to_headers[0].header_name: \":path\" is a pseudo header",
        ),
        (
            json!({"claim_to_headers": [{"header_name": "x-a", "claim_name": "a"}, {"header_name": "x-a", "claim_name": "b"}]}),
            "claim_to_headers[1].header_name: \"x-a\" is given twice",
        ),
        (
            json!({"from_headers": [{"name": "x-t"}], "claim_to_headers": [{"header_name": "x-t", "claim_name": "a"}]}),
            "claim_to_headers[0].header_name: \"x-t\" carries tokens",
        ),
    ]);
}

#[test]
fn mistakes_about_svids_are_told_by_name() {
    let svid = |more: Value| {
        let mut all = json!({"issuer": null, "trust_domain": "mesh.test", "profile": "jwt_svid"});
        all.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        all
    };
    told(&[
        (
            svid(json!({"issuer": "https://login.test"})),
            "issuer: a JWT-SVID is told by its trust_domain",
        ),
        (
            svid(json!({"trust_domain": null})),
            "trust_domain: missing; ",
        ),
        (
            svid(json!({"trust_domain": "spiffe://mesh.test"})),
            "trust_domain: \"spiffe://mesh.test\" is not a trust domain",
        ),
        (
            svid(json!({"audiences": "any"})),
            "audiences: a JWT-SVID is always meant for somebody",
        ),
        (
            svid(json!({"algorithms": ["EdDSA"]})),
            "algorithms[0]: EdDSA signs no JWT-SVID",
        ),
        (
            svid(json!({"algorithms": ["HS256"]})),
            "algorithms[0]: HS256 signs no JWT-SVID",
        ),
    ]);
}

//! What the section and the condition parts may say, and how each mistake is told.
#![expect(clippy::unwrap_used, reason = "it is a test from end to end")]

mod support;

use fixtures::{Algorithm, Key};
use serde_json::{Value, json};
use support::{compile, document, issuer, provider};

fn errors(document: &Value) -> Vec<String> {
    match compile(document) {
        Ok(_) => Vec::new(),
        Err(report) => report.errors().to_vec(),
    }
}

fn warnings(document: &Value) -> Vec<String> {
    compile(document).map_or_else(
        |report| report.errors().to_vec(),
        |(_, report)| report.warnings().to_vec(),
    )
}

/// A provider "login" with other fields; null takes one away.
fn login(more: Value) -> Value {
    let mut login = provider("login", &issuer("login", Algorithm::EdDsa), more);
    login
        .as_object_mut()
        .unwrap()
        .retain(|_, value| !value.is_null());
    login
}

fn with_provider(more: Value) -> Value {
    document(
        &json!({"providers": [login(more)]}),
        &[json!({"jwt": "login"})],
    )
}

fn with_condition(allow: Value) -> Value {
    document(&json!({"providers": [login(json!({}))]}), &[allow])
}

#[test]
fn mistakes_in_the_section_are_told() {
    let section = |section: Value| errors(&document(&section, &[json!({"jwt": "login"})]));
    let one = || login(json!({}));
    for (document, error) in [
        (json!({}), "jwt.providers: missing; "),
        (json!({"providers": []}), "jwt.providers: is empty"),
        (
            json!({"providers": [one()], "realm": "a\"b"}),
            "jwt.realm: may hold visible ASCII",
        ),
        (
            json!({"providers": [one()], "resource_metadata": "x"}),
            "jwt.resource_metadata: \"x\" is not an https address without a fragment",
        ),
        (
            json!({"providers": [one()], "cache": {"bytes": 67_108_865_u64}}),
            "jwt.cache.bytes: ",
        ),
        (
            json!({"providers": [one()], "cache": {"tokens": 1.5}}),
            "jwt.cache.tokens: expected a whole number",
        ),
        (
            json!({"providers": [one(), one()]}),
            "jwt.providers[login].name: given twice",
        ),
    ] {
        let errors = section(document.clone());
        let told = errors.iter().any(|line| line.starts_with(error));
        assert!(told, "{document}\nwants {error}\ngot   {errors:#?}");
    }
}

#[test]
fn an_issuer_stands_twice_only_with_different_audiences() {
    let twin = |audiences: Value| {
        let mut twin = login(json!({"audiences": audiences}));
        twin["name"] = json!("twin");
        let section = json!({"providers": [login(json!({})), twin]});
        errors(&document(
            &section,
            &[json!({"jwt": {"provider": ["login", "twin"]}})],
        ))
    };
    assert_eq!(twin(json!(["cart"])), Vec::<String>::new());
    for audiences in [json!(["shop"]), json!(["cart", "shop"]), json!("any")] {
        let errors = twin(audiences);
        assert_eq!(errors.len(), 1);
        assert!(errors[0].starts_with("jwt.providers[twin].issuer: providers[login] has the same"));
    }
}

#[test]
fn mistakes_in_a_condition_are_told() {
    for (allow, error) in [
        (
            json!({"jwt": "logn"}),
            "routes[r0].allow.jwt: no provider has the name \"logn\"; providers: login",
        ),
        (
            json!({"jwt": ["login"]}),
            "routes[r0].allow.jwt: expected a provider's name or {provider: ..., optional: ...}, got a list",
        ),
        (
            json!({"jwt": {"provider": ["login", "login"]}}),
            "routes[r0].allow.jwt: \"login\" is given twice",
        ),
        (
            json!({"jwt": {"providers": "login"}}),
            "routes[r0].allow.jwt.providers: unknown field; write provider: [...]",
        ),
        (
            json!({"jwt": {"optional": true}}),
            "routes[r0].allow.jwt.provider: missing; ",
        ),
        (
            json!({"scopes": ["a"]}),
            "routes[r0].allow.scopes: needs \"jwt\" beside it, to say whose token",
        ),
        (
            json!({"claims": [{"claim": "a", "present": true}]}),
            "routes[r0].allow.claims: needs \"jwt\" beside it",
        ),
        (
            json!({"jwt": "login", "scopes": ["a b"]}),
            "routes[r0].allow.scopes[0]: \"a b\" is more than one scope; list each by itself",
        ),
        (
            json!({"jwt": "login", "scopes": ["a\"b"]}),
            "routes[r0].allow.scopes[0]: \"a\"b\" is not a scope",
        ),
        (
            json!({"jwt": "login", "scopes": []}),
            "routes[r0].allow.scopes: is empty",
        ),
        (
            json!({"jwt": "login", "claims": [{"claim": "a"}]}),
            "routes[r0].allow.claims[0]: write either values: [...] or present: true",
        ),
        (
            json!({"jwt": "login", "claims": [{"claim": "a", "values": ["x"], "present": true}]}),
            "routes[r0].allow.claims[0]: write either",
        ),
        (
            json!({"jwt": "login", "claims": [{"claim": "a", "present": false}]}),
            "routes[r0].allow.claims[0].present: only true may stand here",
        ),
        (
            json!({"jwt": "login", "claims": [{"claim": "a", "values": [1.5]}]}),
            "routes[r0].allow.claims[0].values[0]: expected a string, a whole number, true or false, got the number 1.5",
        ),
        (
            json!({"jwt": "login", "claims": [{"claim": [], "present": true}]}),
            "routes[r0].allow.claims[0].claim: is empty",
        ),
    ] {
        let errors = errors(&with_condition(allow.clone()));
        let told = errors.iter().any(|line| line.starts_with(error));
        assert!(told, "{allow}\nwants {error}\ngot   {errors:#?}");
    }
    let absent = json!({"version": "v1", "routes": [{"name": "a", "paths": ["/"], "allow": {"jwt": "login"}}]});
    let expected =
        "routes[a].allow.jwt: no provider is declared; add the section jwt: {providers: [...]}";
    assert_eq!(errors(&absent), [expected]);
}

#[test]
fn a_broken_section_is_told_once() {
    let errors = errors(&with_provider(json!({"audiences": null})));
    assert_eq!(errors.len(), 1, "{errors:#?}");
}

#[test]
fn what_is_probably_not_meant_is_a_warning() {
    let claim = |claim: Value| {
        warnings(&with_condition(
            json!({"jwt": "login", "claims": [{"claim": claim, "present": true}]}),
        ))
    };
    let expected = "routes[r0].allow.claims[0].claim: reads one claim named \"realm_access.roles\"; \
                    for roles inside realm_access write [realm_access, roles]; if the dot is part \
                    of the name write [\"realm_access.roles\"]";
    assert_eq!(claim(json!("realm_access.roles")), [expected]);
    for quiet in [
        json!("roles"),
        json!(["realm_access.roles"]),
        json!("https://a.test/roles"),
    ] {
        assert_eq!(claim(quiet), Vec::<String>::new());
    }
    let section = json!({"providers": [login(json!({}))]});
    let unused = document(&section, &[json!("any")]);
    assert_eq!(
        warnings(&unused),
        ["jwt.providers[login]: no route uses it"]
    );
    let both = issuer("login", Algorithm::EdDsa).and_key(Key::new(Algorithm::Es256, "e1"));
    let useless = with_provider(json!({"algorithms": ["EdDSA"], "jwks": {"inline": both.jwks()}}));
    let expected = "jwt.providers[login].jwks.inline: the key \"e1\" verifies none of this \
                    provider's algorithms";
    assert_eq!(warnings(&useless), [expected]);
}

#[test]
fn no_error_repeats_a_secret() {
    let secret = "c2VjcmV0LW9mLXRoZS1rZXk";
    let document = with_provider(json!({"jwks": {"inline": {"keys": [
        {"kty": "oct", "k": secret}, {"kty": "OKP", "crv": "Ed25519", "x": "AA", "d": secret},
    ]}}}));
    let errors = errors(&document).join("\n");
    assert!(
        errors.contains("keys[0].k") && errors.contains("keys[1].d") && !errors.contains(secret)
    );
}

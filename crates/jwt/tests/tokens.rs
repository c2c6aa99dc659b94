//! Good and bad tokens against a whole document: the code, the status, the challenge.
#![expect(clippy::unwrap_used, reason = "it is a test from end to end")]

mod support;

use std::collections::BTreeSet;

use fixtures::{Algorithm, Jws, Key};
use policy::Engine;
use serde_json::json;
use support::{
    NOW, Plain, challenge, claims, code, document, engine, issuer, provider, token, token_under,
};

const INVALID: &str = "Bearer realm=\"shop\", error=\"invalid_token\", error_description=";

fn one(issuer: &fixtures::Issuer, more: serde_json::Value) -> Engine {
    let providers = [provider("login", issuer, more)];
    let section = json!({"realm": "shop", "providers": providers});
    engine(&document(&section, &[json!({"jwt": "login"})])).0
}

fn decide(engine: &Engine, token: &str) -> &'static str {
    code(&engine.decide(&Plain::get("/0").bearer(token)))
}

#[test]
fn honest_tokens_of_every_algorithm_are_permitted() {
    for algorithm in [Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa] {
        let issuer = issuer("login", algorithm);
        let engine = one(&issuer, json!({}));
        assert_eq!(
            decide(&engine, &token(&issuer, json!({}))),
            "permit",
            "{algorithm:?}"
        );
        assert_eq!(
            decide(&engine, &token(&issuer, json!({"aud": ["a", "shop"]}))),
            "permit"
        );
        assert_eq!(
            decide(&engine, &token(&issuer, json!({"exp": NOW as f64 + 0.5}))),
            "permit"
        );
        for typ in [
            "JWT",
            "jwt",
            "at+jwt",
            "application/at+jwt",
            "application/JWT",
        ] {
            let header = json!({"alg": issuer.key().alg(), "typ": typ});
            assert_eq!(
                decide(&engine, &token_under(&issuer, &header)),
                "permit",
                "{typ}"
            );
        }
    }
}

/// Every code, each from a token that is wrong in one way only.
#[test]
fn a_token_that_is_wrong_in_one_way_is_denied_with_its_code() {
    let issuer = issuer("login", Algorithm::Es256);
    let engine = one(
        &issuer,
        json!({"max_lifetime": "1h", "max_token_bytes": 1000}),
    );
    let honest = token(&issuer, json!({}));
    assert_eq!(decide(&engine, &honest), "permit");
    let key = issuer.key();
    let honest_claims = claims(&issuer, json!({}));
    let header = |alg: &str, more: serde_json::Value| {
        let mut header = json!({"alg": alg, "kid": "es256"});
        header
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        token_under(&issuer, &header)
    };
    let (body, signature) = honest.rsplit_once('.').unwrap();
    let foreign = Key::foreign(Algorithm::Es256, "es256");
    let other_claims = claims(&issuer, json!({"sub": "eve"}));
    let other = issuer.sign(&other_claims);
    let stolen = format!("{}.{signature}", other.rsplit_once('.').unwrap().0);
    let cases = [
        ("jwt.malformed", String::new()),
        ("jwt.malformed", "x".into()),
        ("jwt.malformed", format!("{honest}.")),
        ("jwt.malformed", format!("{honest}=")),
        ("jwt.malformed", honest.replace('.', "..")),
        ("jwt.malformed", format!("{honest} ").replace("eyJ", "eyJ ")),
        (
            "jwt.malformed",
            Jws::raw(b"{\"alg\":\"ES256\",\"alg\":\"ES256\"}", b"{}").signed_by(key),
        ),
        (
            "jwt.malformed",
            Jws::raw(b"{\"alg\":\"ES256\"}", b"[]").signed_by(key),
        ),
        ("jwt.malformed", token(&issuer, json!({"exp": null}))),
        (
            "jwt.malformed",
            token(&issuer, json!({"exp": "2000000000"})),
        ),
        ("jwt.malformed", token(&issuer, json!({"exp": 1e300}))),
        ("jwt.malformed", token(&issuer, json!({"nbf": -1}))),
        ("jwt.malformed", token(&issuer, json!({"aud": 7}))),
        ("jwt.malformed", token(&issuer, json!({"nonce": 7}))),
        (
            "jwt.too_large",
            token(&issuer, json!({"padding": "x".repeat(1000)})),
        ),
        ("jwt.too_large", "x".repeat(60_000)),
        ("jwt.algorithm_not_allowed", Jws::unsecured(&honest_claims)),
        (
            "jwt.algorithm_not_allowed",
            Jws::confused_pem(key, &honest_claims),
        ),
        (
            "jwt.algorithm_not_allowed",
            Jws::confused_der(key, &honest_claims),
        ),
        ("jwt.algorithm_not_allowed", header("None", json!({}))),
        ("jwt.algorithm_not_allowed", header("ES384", json!({}))),
        ("jwt.algorithm_not_allowed", header("es256", json!({}))),
        ("jwt.unknown_key", header("ES256", json!({"kid": "es257"}))),
        ("jwt.unknown_key", header("ES256", json!({"kid": ""}))),
        ("jwt.unknown_key", header("RS256", json!({}))),
        (
            "jwt.bad_signature",
            fixtures::Issuer::sign_as(&foreign, &honest_claims),
        ),
        ("jwt.bad_signature", stolen),
        ("jwt.bad_signature", format!("{body}.")),
        ("jwt.bad_signature", format!("{body}.{}", "A".repeat(86))),
        ("jwt.bad_signature", format!("{body}.{}", &signature[2..])),
        (
            "jwt.unknown_issuer",
            token(&issuer, json!({"iss": "https://login.test/"})),
        ),
        ("jwt.unknown_issuer", token(&issuer, json!({"iss": null}))),
        ("jwt.wrong_audience", token(&issuer, json!({"aud": "cart"}))),
        ("jwt.wrong_audience", token(&issuer, json!({"aud": null}))),
        ("jwt.expired", token(&issuer, json!({"exp": NOW - 60}))),
        ("jwt.expired", token(&issuer, json!({"exp": 0, "iat": 0}))),
        (
            "jwt.not_yet_valid",
            token(&issuer, json!({"nbf": NOW + 61})),
        ),
        (
            "jwt.not_yet_valid",
            token(&issuer, json!({"iat": NOW + 61})),
        ),
        (
            "jwt.bad_type",
            header("ES256", json!({"typ": "logout+jwt"})),
        ),
        ("jwt.bad_type", header("ES256", json!({"typ": "dpop+jwt"}))),
        (
            "jwt.unsupported",
            header("ES256", json!({"crit": ["b64"], "b64": false})),
        ),
        (
            "jwt.unsupported",
            header("ES256", json!({"jku": "https://evil.test/keys"})),
        ),
        (
            "jwt.unsupported",
            header("ES256", json!({"jwk": foreign.jwk()})),
        ),
        (
            "jwt.unsupported",
            header("ES256", json!({"x5u": "https://evil.test/c"})),
        ),
        ("jwt.unsupported", header("ES256", json!({"x5c": ["AAAA"]}))),
        (
            "jwt.unsupported",
            token(&issuer, json!({"cnf": {"jkt": "x"}})),
        ),
        (
            "jwt.unsupported",
            token(&issuer, json!({"exp": NOW + 3600, "iat": NOW - 1})),
        ),
    ];
    for (expected, token) in &cases {
        let decision = engine.decide(&Plain::get("/0").bearer(token));
        let shown: String = token.chars().take(80).collect();
        assert_eq!(code(&decision), *expected, "{shown}");
        let denial = decision.as_ref().unwrap_err();
        assert_eq!(denial.reason.status().http(), 401, "{expected}");
        assert!(
            challenge(&decision).unwrap().starts_with(INVALID),
            "{expected}"
        );
        assert_eq!(denial.rule.as_deref(), Some("login"));
    }
    // What is left over is tested in other places of this file: the list of codes stays whole.
    let mut left: BTreeSet<&str> = jwt::reason::ALL
        .iter()
        .map(|reason| reason.code())
        .collect();
    for (code, _) in &cases {
        left.remove(code);
    }
    let elsewhere = [
        "jwt.claim_not_allowed",
        "jwt.insufficient_scope",
        "jwt.missing",
        "jwt.several_tokens",
    ];
    assert_eq!(left.into_iter().collect::<Vec<_>>(), elsewhere);
}

#[test]
fn a_public_rsa_key_is_no_hmac_secret() {
    let issuer = issuer("login", Algorithm::Rs256);
    let engine = one(&issuer, json!({}));
    let claims = claims(&issuer, json!({}));
    for forged in [
        Jws::confused_pem(issuer.key(), &claims),
        Jws::confused_der(issuer.key(), &claims),
        Jws::new(&json!({"alg": "RS256", "kid": "rs256"}), &claims).hmac(b""),
    ] {
        assert_ne!(decide(&engine, &forged), "permit");
    }
}

#[test]
fn an_algorithm_that_is_not_listed_is_refused_even_with_a_key_for_it() {
    let issuer = issuer("login", Algorithm::EdDsa);
    let engine = one(&issuer, json!({"algorithms": ["ES256"]}));
    let token = token(&issuer, json!({}));
    assert_eq!(decide(&engine, &token), "jwt.algorithm_not_allowed");
}

#[test]
fn no_token_is_401_without_an_error_and_two_are_400() {
    let issuer = issuer("login", Algorithm::Es256);
    let engine = one(&issuer, json!({}));
    let token = token(&issuer, json!({}));
    for request in [
        Plain::get("/0"),
        Plain::get("/0").with("authorization", "Basic YTpi"),
        Plain::get("/0").with("authorization", &token),
        Plain::get("/0").with("x-token", format!("Bearer {token}")),
        Plain::get("/0").with("authorization", b"\xff\x00"),
        Plain::get("/0").with("authorization", ""),
    ] {
        let decision = engine.decide(&request);
        assert_eq!(code(&decision), "jwt.missing");
        assert_eq!(challenge(&decision), Some("Bearer realm=\"shop\""));
        assert_eq!(decision.unwrap_err().reason.status().http(), 401);
    }
    for request in [
        Plain::get("/0").bearer(&token).bearer(&token),
        Plain::get("/0")
            .bearer(&token)
            .with("authorization", "Basic YTpi"),
        Plain::get("/0")
            .with("authorization", "Basic YTpi")
            .bearer(&token),
        Plain::get("/0").bearer(&format!("{token},{token}")),
    ] {
        let decision = engine.decide(&request);
        assert_eq!(code(&decision), "jwt.several_tokens");
        let expected = "Bearer realm=\"shop\", error=\"invalid_request\", \
                        error_description=\"more than one token was sent\"";
        assert_eq!(challenge(&decision), Some(expected));
        assert_eq!(decision.unwrap_err().reason.status().http(), 400);
    }
}

#[test]
fn hostile_header_values_are_denied_and_never_a_panic() {
    let issuer = issuer("login", Algorithm::Es256);
    let engine = one(&issuer, json!({}));
    let huge = vec![b'.'; 60_000];
    for (value, expected) in [
        (&b"Bearer \xc3\x28.\xff.\x00"[..], "jwt.malformed"),
        (b"Bearer ...", "jwt.malformed"),
        (b"Bearer {\"payload\":\"e30\"}", "jwt.malformed"),
        (
            b"Bearer {\"payload\":\"e30\",\"signatures\":[]}",
            "jwt.several_tokens",
        ),
        (b"Bearer bnVsbA.bnVsbA.bnVsbA", "jwt.malformed"),
        (b"Bearer ", "jwt.malformed"),
        (b"Bearer", "jwt.malformed"),
        (&[b"Bearer ", huge.as_slice()].concat(), "jwt.too_large"),
        (&huge, "jwt.missing"),
    ] {
        let decision = engine.decide(&Plain::get("/0").with("authorization", value));
        let shown = value.get(..40).unwrap_or(value).escape_ascii().to_string();
        assert_eq!(code(&decision), expected, "{shown}");
    }
}

#[test]
fn a_key_set_with_several_keys_is_never_guessed_from() {
    let second = Key::foreign(Algorithm::Es256, "second");
    let issuer = issuer("login", Algorithm::Es256).and_key(second);
    let engine = one(&issuer, json!({}));
    for (header, expected) in [
        (json!({"alg": "ES256", "kid": "es256"}), "permit"),
        (
            json!({"alg": "ES256", "kid": "second"}),
            "jwt.bad_signature",
        ),
        (json!({"alg": "ES256", "kid": "third"}), "jwt.unknown_key"),
        (json!({"alg": "ES256"}), "jwt.unknown_key"),
    ] {
        assert_eq!(
            decide(&engine, &token_under(&issuer, &header)),
            expected,
            "{header}"
        );
    }
}

//! Good and bad tokens against a whole document: the code, the status, the challenge.

mod support;

use fixtures::{Algorithm, Jws, Key};
use policy::Engine;
use serde_json::json;
use support::{
    Plain, challenge, claims, code, document, engine, issuer, provider, token, token_under,
};

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
    for algorithm in Algorithm::ALL {
        let issuer = issuer("login", algorithm);
        let engine = one(&issuer, json!({"algorithms": [algorithm.word()]}));
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
            decide(&engine, &token(&issuer, json!({"exp": 1_700_000_000.5}))),
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
    let issuer = issuer("login", Algorithm::EdDsa).and_key(Key::new(Algorithm::Es256, "e1"));
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

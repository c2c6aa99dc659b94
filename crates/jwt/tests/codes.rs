//! Every reason code, each from a token that is wrong in one way only.
#![expect(clippy::unwrap_used, reason = "it is a test from end to end")]

mod support;

use std::collections::BTreeSet;

use fixtures::{Algorithm, Issuer, Jws, Key};
use serde_json::{Value, json};
use support::{
    NOW, Plain, challenge, claims, code, document, engine, issuer, provider, token, token_under,
};

type Cases = Vec<(&'static str, String)>;

fn unreadable(issuer: &Issuer) -> Cases {
    let honest = token(issuer, json!({}));
    let raw = |header: &[u8], claims: &[u8]| Jws::raw(header, claims).signed_by(issuer.key());
    vec![
        ("jwt.malformed", String::new()),
        ("jwt.malformed", "x".into()),
        ("jwt.malformed", format!("{honest}.")),
        ("jwt.malformed", format!("{honest}=")),
        ("jwt.malformed", honest.replace('.', "..")),
        ("jwt.malformed", honest.replace("eyJ", "eyJ ")),
        (
            "jwt.malformed",
            raw(br#"{"alg":"ES256","alg":"ES256"}"#, b"{}"),
        ),
        ("jwt.malformed", raw(br#"{"alg":"ES256"}"#, b"[]")),
        ("jwt.malformed", token(issuer, json!({"exp": null}))),
        ("jwt.malformed", token(issuer, json!({"exp": "2000000000"}))),
        ("jwt.malformed", token(issuer, json!({"exp": 1e300}))),
        ("jwt.malformed", token(issuer, json!({"nbf": -1}))),
        ("jwt.malformed", token(issuer, json!({"aud": 7}))),
        ("jwt.malformed", token(issuer, json!({"nonce": 7}))),
        (
            "jwt.too_large",
            token(issuer, json!({"padding": "x".repeat(1000)})),
        ),
        ("jwt.too_large", "x".repeat(60_000)),
    ]
}

fn badly_signed(issuer: &Issuer) -> Cases {
    let honest = claims(issuer, json!({}));
    let (key, foreign) = (issuer.key(), Key::foreign(Algorithm::Es256, "es256"));
    let genuine = issuer.sign(&honest);
    let (body, signature) = genuine.rsplit_once('.').unwrap();
    let other = token(issuer, json!({"sub": "eve"}));
    let (other, _) = other.rsplit_once('.').unwrap();
    let short: String = signature.chars().skip(4).collect();
    vec![
        ("jwt.algorithm_not_allowed", Jws::unsecured(&honest)),
        ("jwt.algorithm_not_allowed", Jws::confused_pem(key, &honest)),
        ("jwt.algorithm_not_allowed", Jws::confused_der(key, &honest)),
        (
            "jwt.algorithm_not_allowed",
            header(issuer, "None", &json!({})),
        ),
        (
            "jwt.algorithm_not_allowed",
            header(issuer, "ES384", &json!({})),
        ),
        (
            "jwt.algorithm_not_allowed",
            header(issuer, "es256", &json!({})),
        ),
        (
            "jwt.unknown_key",
            header(issuer, "ES256", &json!({"kid": "es257"})),
        ),
        (
            "jwt.unknown_key",
            header(issuer, "ES256", &json!({"kid": ""})),
        ),
        ("jwt.unknown_key", header(issuer, "RS256", &json!({}))),
        ("jwt.bad_signature", Issuer::sign_as(&foreign, &honest)),
        ("jwt.bad_signature", format!("{other}.{signature}")),
        ("jwt.bad_signature", format!("{body}.")),
        ("jwt.bad_signature", format!("{body}.{}", "A".repeat(86))),
        ("jwt.bad_signature", format!("{body}.{short}")),
    ]
}

fn not_for_us(issuer: &Issuer) -> Cases {
    let foreign = Key::foreign(Algorithm::Es256, "es256");
    vec![
        (
            "jwt.unknown_issuer",
            token(issuer, json!({"iss": "https://login.test/"})),
        ),
        ("jwt.unknown_issuer", token(issuer, json!({"iss": null}))),
        ("jwt.wrong_audience", token(issuer, json!({"aud": "cart"}))),
        ("jwt.wrong_audience", token(issuer, json!({"aud": null}))),
        ("jwt.expired", token(issuer, json!({"exp": NOW - 60}))),
        ("jwt.expired", token(issuer, json!({"exp": 0, "iat": 0}))),
        ("jwt.not_yet_valid", token(issuer, json!({"nbf": NOW + 61}))),
        ("jwt.not_yet_valid", token(issuer, json!({"iat": NOW + 61}))),
        (
            "jwt.bad_type",
            header(issuer, "ES256", &json!({"typ": "logout+jwt"})),
        ),
        (
            "jwt.bad_type",
            header(issuer, "ES256", &json!({"typ": "dpop+jwt"})),
        ),
        (
            "jwt.unsupported",
            header(issuer, "ES256", &json!({"crit": ["b64"], "b64": false})),
        ),
        (
            "jwt.unsupported",
            header(issuer, "ES256", &json!({"jku": "https://evil.test/keys"})),
        ),
        (
            "jwt.unsupported",
            header(issuer, "ES256", &json!({"jwk": foreign.jwk()})),
        ),
        (
            "jwt.unsupported",
            header(issuer, "ES256", &json!({"x5u": "https://evil.test/c"})),
        ),
        (
            "jwt.unsupported",
            header(issuer, "ES256", &json!({"x5c": ["AAAA"]})),
        ),
        (
            "jwt.unsupported",
            token(issuer, json!({"cnf": {"jkt": "x"}})),
        ),
        (
            "jwt.not_bound",
            token(
                issuer,
                json!({"cnf": {"x5t#S256": "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg0"}}),
            ),
        ),
        (
            "jwt.lifetime_too_long",
            token(issuer, json!({"exp": NOW + 3600, "iat": NOW - 1})),
        ),
    ]
}

/// Honest claims under this `alg` with more members, signed by the issuer's key.
fn header(issuer: &Issuer, alg: &str, more: &Value) -> String {
    let mut header = json!({"alg": alg, "kid": "es256"});
    let members = header.as_object_mut().unwrap();
    members.extend(more.as_object().unwrap().clone());
    token_under(issuer, &header)
}

#[test]
fn a_token_that_is_wrong_in_one_way_is_denied_with_its_code() {
    const INVALID: &str = "Bearer realm=\"shop\", error=\"invalid_token\", error_description=";
    let issuer = issuer("login", Algorithm::Es256);
    let bounds = json!({"max_lifetime": "1h", "max_token_bytes": 1000});
    let section = json!({"realm": "shop", "providers": [provider("login", &issuer, bounds)]});
    let (engine, _) = engine(&document(&section, &[json!({"jwt": "login"})]));
    let decide = |token: &str| engine.decide(&Plain::get("/0").bearer(token));
    assert_eq!(code(&decide(&token(&issuer, json!({})))), "permit");

    let cases = [
        unreadable(&issuer),
        badly_signed(&issuer),
        not_for_us(&issuer),
    ]
    .concat();
    for (expected, token) in &cases {
        let decision = decide(token);
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
    let mut left: BTreeSet<&str> = jwt::reason::ALL
        .iter()
        .map(|reason| reason.code())
        .collect();
    left.retain(|code| !cases.iter().any(|(tested, _)| tested == code));
    let elsewhere = [
        "jwt.bad_subject",       // profiles.rs
        "jwt.claim_not_allowed", // conditions.rs
        "jwt.insufficient_scope",
        "jwt.keys_unavailable",    // conditions.rs
        "jwt.missing",             // tokens.rs
        "jwt.missing_claim",       // profiles.rs
        "jwt.several_tokens",      // tokens.rs
        "jwt.too_many_failures",   // budgets.rs
        "jwt.too_many_signatures", // budgets.rs
        "jwt.wrong_presenter",     // presenters.rs
    ];
    assert_eq!(left.into_iter().collect::<Vec<_>>(), elsewhere);
}

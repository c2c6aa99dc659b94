//! A token seen before costs no signature, and is judged anew all the same.

mod support;

use fixtures::Algorithm;
use serde_json::json;
use support::{NOW, Plain, code, document, engine, issuer, provider, token};

#[test]
fn a_token_is_verified_once_and_its_dates_every_time() {
    let login = issuer("login", Algorithm::Es256);
    let section = json!({"providers": [provider("login", &login, json!({}))]});
    let allow = [
        json!({"jwt": "login"}),
        json!({"jwt": "login", "scopes": ["a"]}),
    ];
    let (engine, counting) = engine(&document(&section, &allow));
    let token = token(&login, json!({"nbf": NOW - 5}));
    let at = |path, now| code(&engine.decide(&Plain::get(path).bearer(&token).at(now)));
    for _ in 0..5 {
        assert_eq!(at("/0", NOW), "permit");
    }
    assert_eq!(at("/1", NOW), "jwt.insufficient_scope");
    assert_eq!(at("/0", NOW + 660), "jwt.expired");
    assert_eq!(at("/0", NOW + 659), "permit");
    assert_eq!(at("/0", NOW - 66), "jwt.not_yet_valid");
    assert_eq!(counting.0.get(), 1);
}

#[test]
fn one_request_verifies_a_token_once_for_all_its_conditions() {
    let login = issuer("login", Algorithm::Es256);
    let section =
        json!({"cache": {"tokens": 0}, "providers": [provider("login", &login, json!({}))]});
    let allow = [json!({"any_of": [
        {"jwt": "login", "scopes": ["a"]}, {"jwt": "login", "scopes": ["b"]}, {"jwt": "login"},
    ]})];
    let (engine, counting) = engine(&document(&section, &allow));
    let token = token(&login, json!({}));
    assert_eq!(
        code(&engine.decide(&Plain::get("/0").bearer(&token))),
        "permit"
    );
    assert_eq!(counting.0.get(), 1);
    assert_eq!(
        code(&engine.decide(&Plain::get("/0").bearer(&token))),
        "permit"
    );
    assert_eq!(
        counting.0.get(),
        2,
        "nothing is kept where the cache is off"
    );
}

#[test]
fn a_token_is_verified_again_when_its_age_is_reached() {
    let login = issuer("login", Algorithm::Es256);
    let section =
        json!({"cache": {"age": "5m"}, "providers": [provider("login", &login, json!({}))]});
    let (engine, counting) = engine(&document(&section, &[json!({"jwt": "login"})]));
    let token = token(&login, json!({}));
    for (now, verified) in [(NOW, 1), (NOW + 299, 1), (NOW + 300, 2), (NOW + 599, 2)] {
        let decision = engine.decide(&Plain::get("/0").bearer(&token).at(now));
        assert_eq!((code(&decision), counting.0.get()), ("permit", verified));
    }
}

#[test]
fn what_does_not_verify_is_not_kept_and_what_fails_before_costs_no_signature() {
    let login = issuer("login", Algorithm::Es256);
    let section = json!({"providers": [provider("login", &login, json!({}))]});
    let (engine, counting) = engine(&document(&section, &[json!({"jwt": "login"})]));
    let good = token(&login, json!({}));
    let forged = format!(
        "{}.{}",
        good.rsplit_once('.').map_or("", |(body, _)| body),
        "A".repeat(86)
    );
    for round in 1..=3 {
        assert_eq!(
            code(&engine.decide(&Plain::get("/0").bearer(&forged))),
            "jwt.bad_signature"
        );
        assert_eq!(counting.0.get(), round);
    }
    for (more, expected) in [
        (json!({"exp": 1}), "jwt.expired"),
        (json!({"aud": "x"}), "jwt.wrong_audience"),
        (json!({"iss": "x"}), "jwt.unknown_issuer"),
    ] {
        let token = token(&login, more);
        assert_eq!(
            code(&engine.decide(&Plain::get("/0").bearer(&token))),
            expected
        );
    }
    assert_eq!(counting.0.get(), 3);
    assert_eq!(
        code(&engine.decide(&Plain::get("/0").bearer(&good))),
        "permit"
    );
    assert_eq!(counting.0.get(), 4);
}

#[test]
fn one_byte_more_or_less_is_another_token() {
    let login = issuer("login", Algorithm::EdDsa);
    let section = json!({"providers": [provider("login", &login, json!({}))]});
    let (engine, _) = engine(&document(&section, &[json!({"jwt": "login"})]));
    let good = token(&login, json!({}));
    assert_eq!(
        code(&engine.decide(&Plain::get("/0").bearer(&good))),
        "permit"
    );
    for at in 0..good.len() {
        let mut bent = good.clone().into_bytes();
        bent[at] = if bent[at] == b'A' { b'B' } else { b'A' };
        let bent = String::from_utf8_lossy(&bent).into_owned();
        assert_ne!(
            code(&engine.decide(&Plain::get("/0").bearer(&bent))),
            "permit",
            "byte {at}"
        );
    }
    let cut: String = good.chars().skip(1).collect();
    for other in [cut, format!("{good}A"), good.replace('.', "")] {
        let decision = engine.decide(&Plain::get("/0").bearer(&other));
        assert_ne!(code(&decision), "permit");
    }
}

#[test]
fn tokens_of_two_providers_never_stand_for_each_other() {
    // Two providers that differ only in their keys' owner and their audiences.
    let (login, partner) = (
        issuer("login", Algorithm::Es256),
        issuer("partner", Algorithm::Es256),
    );
    let section = json!({"providers": [
        provider("login", &login, json!({})),
        provider("partner", &partner, json!({"issuer": login.url(), "audiences": ["cart"]})),
    ]});
    let allow = [json!({"jwt": "login"}), json!({"jwt": "partner"})];
    let (engine, counting) = engine(&document(&section, &allow));
    let both = token(&login, json!({"aud": ["shop", "cart"]}));
    assert_eq!(
        code(&engine.decide(&Plain::get("/0").bearer(&both))),
        "permit"
    );
    assert_eq!(
        code(&engine.decide(&Plain::get("/1").bearer(&both))),
        "jwt.bad_signature"
    );
    assert_eq!(
        code(&engine.decide(&Plain::get("/0").bearer(&both))),
        "permit"
    );
    assert_eq!(counting.0.get(), 2);
}

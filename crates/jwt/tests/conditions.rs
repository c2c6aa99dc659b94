//! Scopes, claims, several providers, optional tokens, and what the upstream gets.

mod support;

use fixtures::Algorithm;
use serde_json::json;
use support::{NOW, Plain, challenge, changes, code, document, engine, issuer, provider, token};

#[test]
fn all_scopes_must_be_granted_and_the_challenge_names_them() {
    let login = issuer("login", Algorithm::EdDsa);
    let section = json!({"providers": [provider("login", &login, json!({}))]});
    let allow = [
        json!({"jwt": "login", "scopes": ["a", "b:c"]}),
        json!({"any_of": [{"jwt": "login", "scopes": ["a"]}, {"jwt": "login", "scopes": ["b"]}]}),
    ];
    let (engine, _) = engine(&document(&section, &allow));
    let decide = |path, scope| engine.decide(&Plain::get(path).bearer(&token(&login, scope)));
    assert_eq!(code(&decide("/0", json!({"scope": "b:c x a"}))), "permit");
    assert_eq!(
        code(&decide("/0", json!({"scp": ["a"], "scope": "b:c"}))),
        "permit"
    );
    let lacking = decide("/0", json!({"scope": "a"}));
    assert_eq!(code(&lacking), "jwt.insufficient_scope");
    let expected = "Bearer error=\"insufficient_scope\", scope=\"a b:c\"";
    assert_eq!(challenge(&lacking), Some(expected));
    assert_eq!(lacking.unwrap_err().reason.status().http(), 403);
    // Of two alternatives that ask for different scopes, none is named.
    let neither = decide("/1", json!({}));
    assert_eq!(
        challenge(&neither),
        Some("Bearer error=\"insufficient_scope\"")
    );
    assert_eq!(code(&decide("/1", json!({"scope": "b"}))), "permit");
}

#[test]
fn all_claims_must_match_and_a_mismatch_is_403_without_a_challenge() {
    let login = issuer("login", Algorithm::EdDsa);
    let section = json!({"providers": [provider("login", &login, json!({}))]});
    let allow = [json!({"jwt": "login", "claims": [
        {"claim": ["realm_access", "roles"], "values": ["admin", "root"]},
        {"claim": "level", "values": [2, 3]},
        {"claim": ["a.b"], "present": true},
    ]})];
    let (engine, _) = engine(&document(&section, &allow));
    for (claims, expected) in [
        (
            json!({"realm_access": {"roles": ["x", "root"]}, "level": 3, "a.b": 0}),
            "permit",
        ),
        (
            json!({"realm_access": {"roles": "admin"}, "level": 2.0, "a.b": false}),
            "permit",
        ),
        (
            json!({"realm_access": {"roles": ["x"]}, "level": 3, "a.b": 0}),
            "jwt.claim_not_allowed",
        ),
        (
            json!({"realm_access.roles": ["root"], "level": 3, "a.b": 0}),
            "jwt.claim_not_allowed",
        ),
        (
            json!({"realm_access": {"roles": ["root"]}, "level": "3", "a.b": 0}),
            "jwt.claim_not_allowed",
        ),
        (
            json!({"realm_access": {"roles": ["root"]}, "level": 3, "a": {"b": 0}}),
            "jwt.claim_not_allowed",
        ),
    ] {
        let decision = engine.decide(&Plain::get("/0").bearer(&token(&login, claims.clone())));
        assert_eq!(code(&decision), expected, "{claims}");
        assert_eq!(challenge(&decision), None);
    }
}

#[test]
fn an_optional_token_may_be_missing_but_not_bad() {
    let login = issuer("login", Algorithm::EdDsa);
    let section = json!({"providers": [provider("login", &login, json!({}))]});
    let allow = [json!({"jwt": {"provider": "login", "optional": true}, "scopes": ["a"]})];
    let (engine, _) = engine(&document(&section, &allow));
    let good = token(&login, json!({"scope": "a"}));
    assert_eq!(code(&engine.decide(&Plain::get("/0"))), "permit");
    assert_eq!(
        code(&engine.decide(&Plain::get("/0").bearer(&good))),
        "permit"
    );
    let scopeless = token(&login, json!({}));
    assert_eq!(
        code(&engine.decide(&Plain::get("/0").bearer(&scopeless))),
        "jwt.insufficient_scope"
    );
    let expired = token(&login, json!({"exp": NOW - 600}));
    assert_eq!(
        code(&engine.decide(&Plain::get("/0").bearer(&expired))),
        "jwt.expired"
    );
    assert_eq!(
        code(&engine.decide(&Plain::get("/0").bearer("x"))),
        "jwt.malformed"
    );
}

#[test]
fn of_several_providers_the_issuer_and_the_audience_pick_one() {
    let (login, partner) = (
        issuer("login", Algorithm::EdDsa),
        issuer("partner", Algorithm::Es256),
    );
    let writes = |name: &str| json!([{"header_name": "x-from", "claim_name": name}]);
    let section = json!({"providers": [
        provider("login", &login, json!({"claim_to_headers": writes("l")})),
        provider("cart", &login, json!({"audiences": ["cart"], "claim_to_headers": writes("c")})),
        provider("partner", &partner, json!({"claim_to_headers": writes("p")})),
    ]});
    let all = json!({"jwt": {"provider": ["login", "cart", "partner"]}});
    let (engine, _) = engine(&document(&section, &[all, json!({"jwt": "login"})]));
    let told = json!({"l": "login", "c": "cart", "p": "partner"});
    let with = |more: serde_json::Value| {
        let mut all = told.clone();
        all.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        all
    };
    // Twice each: the second time the cache knows the token.
    for _ in 0..2 {
        for (issuer, aud, from) in [
            (&login, "shop", "login"),
            (&login, "cart", "cart"),
            (&partner, "shop", "partner"),
        ] {
            let token = token(issuer, with(json!({"aud": aud})));
            let decision = engine.decide(&Plain::get("/0").bearer(&token));
            assert_eq!(
                changes(&decision),
                ["-authorization".to_owned(), format!("x-from: {from}")]
            );
            let outcomes = decision.unwrap().outcomes;
            assert_eq!(outcomes[0], ("jwt_provider", from.as_bytes().to_vec()));
            let principal = format!("{}/ada", issuer.url()).into_bytes();
            assert_eq!(outcomes[1], ("jwt_principal", principal));
        }
    }
    let other = issuer("other", Algorithm::EdDsa);
    for (token, expected) in [
        (token(&other, json!({})), "jwt.unknown_issuer"),
        (token(&login, json!({"aud": "x"})), "jwt.wrong_audience"),
        (token(&partner, json!({"exp": 1})), "jwt.expired"),
        (token(&partner, json!({"aud": "x"})), "jwt.wrong_audience"),
    ] {
        assert_eq!(
            code(&engine.decide(&Plain::get("/0").bearer(&token))),
            expected
        );
    }
    let partners = token(&partner, json!({}));
    assert_eq!(
        code(&engine.decide(&Plain::get("/1").bearer(&partners))),
        "jwt.unknown_issuer"
    );
}

#[test]
fn a_bad_token_in_one_header_does_not_spoil_a_good_one_in_another() {
    let (login, machine) = (
        issuer("login", Algorithm::EdDsa),
        issuer("machine", Algorithm::Es256),
    );
    let section = json!({"providers": [
        provider("login", &login, json!({})),
        provider("machine", &machine, json!({"from_headers": [{"name": "x-machine"}]})),
    ]});
    let either = json!({"jwt": {"provider": ["login", "machine"]}});
    let both = json!({"all_of": [{"jwt": "login"}, {"jwt": "machine"}]});
    let (engine, _) = engine(&document(&section, &[either, both]));
    let (user, robot) = (token(&login, json!({})), token(&machine, json!({})));
    let mixed = Plain::get("/0").bearer("x").with("x-machine", &robot);
    let decision = engine.decide(&mixed);
    assert_eq!(code(&decision), "permit");
    // The upstream gets neither the good one nor the one that was not verified.
    assert_eq!(changes(&decision), ["-authorization", "-x-machine"]);
    assert_eq!(
        code(&engine.decide(&Plain::get("/0").bearer(&user).with("x-machine", "x"))),
        "permit"
    );
    assert_eq!(
        code(&engine.decide(&Plain::get("/0").bearer("x"))),
        "jwt.malformed"
    );
    assert_eq!(
        code(&engine.decide(&Plain::get("/1").bearer(&user))),
        "jwt.missing"
    );
    assert_eq!(
        code(&engine.decide(&Plain::get("/1").bearer(&user).with("x-machine", &user))),
        "jwt.unknown_issuer"
    );
    assert_eq!(
        code(&engine.decide(&Plain::get("/1").bearer(&user).with("x-machine", &robot))),
        "permit"
    );
}

#[test]
fn two_headers_with_a_token_for_one_provider_are_several() {
    let login = issuer("login", Algorithm::EdDsa);
    let headers =
        json!([{"name": "authorization", "value_prefix": "Bearer "}, {"name": "x-token"}]);
    let section =
        json!({"providers": [provider("login", &login, json!({"from_headers": headers}))]});
    let (engine, _) = engine(&document(&section, &[json!({"jwt": "login"})]));
    let token = token(&login, json!({}));
    let by_own = engine.decide(&Plain::get("/0").with("x-token", &token));
    assert_eq!(changes(&by_own), ["-x-token"]);
    let by_bearer = engine.decide(&Plain::get("/0").bearer(&token));
    assert_eq!(changes(&by_bearer), ["-authorization"]);
    let by_both = engine.decide(&Plain::get("/0").bearer(&token).with("x-token", &token));
    assert_eq!(code(&by_both), "jwt.several_tokens");
}

#[test]
fn the_upstream_gets_claims_and_not_the_token_unless_asked_for() {
    let login = issuer("login", Algorithm::EdDsa);
    let more = json!({"claim_to_headers": [
        {"header_name": "x-user", "claim_name": "sub"},
        {"header_name": "x-tenant", "claim_name": ["org", "id"]},
        {"header_name": "x-roles", "claim_name": "roles"},
    ]});
    let mut forwarding = more.clone();
    forwarding["forward"] = json!(true);
    let allow = [json!({"jwt": "login"}), json!("any")];
    let claims = json!({"org": {"id": 7}, "roles": ["a", "b"]});
    for (more, first) in [(more, Some("-authorization")), (forwarding, None)] {
        let section = json!({"providers": [provider("login", &login, more)]});
        let (engine, _) = engine(&document(&section, &allow));
        let token = token(&login, claims.clone());
        let decision = engine.decide(&Plain::get("/0").bearer(&token));
        let mut expected: Vec<&str> = first.into_iter().collect();
        expected.extend(["x-user: ada", "x-tenant: 7", "x-roles: a,b"]);
        assert_eq!(changes(&decision), expected);
        // What the client says in these headers is removed, also where no token is asked for,
        // and a token that nobody asked for is left alone.
        let forged = Plain::get("/1")
            .bearer(&token)
            .with("x-user", "root")
            .with("x_roles", "admin");
        assert_eq!(changes(&engine.decide(&forged)), ["-x-user", "-x_roles"]);
        // A value that could be read as something else is not written.
        let sly = support::token(
            &login,
            json!({"sub": "a\r\nx-roles: admin", "roles": ["a,b"]}),
        );
        let decision = engine.decide(&Plain::get("/0").bearer(&sly));
        assert_eq!(changes(&decision), first.into_iter().collect::<Vec<_>>());
    }
}

//! Access tokens, JWT-SVIDs, bound tokens, and what a provider asks of every token of its own.
#![expect(clippy::unwrap_used, reason = "it is a test from end to end")]

mod support;

use fixtures::{Algorithm, Issuer, Jws};
use policy::Engine;
use serde_json::{Value, json};
use support::{Plain, challenge, claims, code, document, engine, issuer, provider, token};

fn one(issuer: &Issuer, more: Value) -> Engine {
    let mut provider = provider("login", issuer, more);
    provider
        .as_object_mut()
        .unwrap()
        .retain(|_, value| !value.is_null());
    let section = json!({"providers": [provider]});
    engine(&document(&section, &[json!({"jwt": "login"})])).0
}

fn decide(engine: &Engine, token: &str) -> &'static str {
    code(&engine.decide(&Plain::get("/0").bearer(token)))
}

#[test]
fn an_access_token_says_so_in_header_and_claims() {
    let issuer = issuer("login", Algorithm::Es256);
    let engine = one(&issuer, json!({"profile": "access_token"}));
    let complete = claims(&issuer, json!({"jti": "1", "client_id": "web"}));
    let sign = |typ: Value, claims: &Value| {
        let mut header = json!({"alg": "ES256", "kid": "es256", "typ": typ});
        header
            .as_object_mut()
            .unwrap()
            .retain(|_, value| !value.is_null());
        Jws::new(&header, claims).signed_by(issuer.key())
    };
    for (typ, expected) in [
        (json!("at+jwt"), "permit"),
        (json!("application/AT+JWT"), "permit"),
        (json!("JWT"), "jwt.bad_type"),
        (json!(null), "jwt.bad_type"),
    ] {
        assert_eq!(
            decide(&engine, &sign(typ.clone(), &complete)),
            expected,
            "{typ}"
        );
    }
    for claim in ["jti", "client_id", "sub", "iat"] {
        let mut less = complete.clone();
        less.as_object_mut().unwrap().remove(claim);
        let code = decide(&engine, &sign(json!("at+jwt"), &less));
        assert_eq!(code, "jwt.missing_claim", "{claim}");
    }
}

#[test]
fn an_id_token_is_no_access_token_where_asked_for() {
    let issuer = issuer("login", Algorithm::Es256);
    let id_token = token(&issuer, json!({"nonce": "n", "at_hash": "h"}));
    let (strict, plain) = (
        one(&issuer, json!({"refuse_id_tokens": true})),
        one(&issuer, json!({})),
    );
    assert_eq!(decide(&plain, &id_token), "permit");
    assert_eq!(decide(&strict, &id_token), "jwt.bad_type");
    assert_eq!(decide(&strict, &token(&issuer, json!({}))), "permit");
}

#[test]
fn a_svid_is_a_workloads_of_one_trust_domain() {
    let issuer = issuer("spire", Algorithm::Es256);
    let mut jwks = issuer.jwks();
    jwks["keys"][0]["use"] = json!("jwt-svid");
    let svids = |more: Value| {
        let mut all = json!({"profile": "jwt_svid", "issuer": null, "trust_domain": "mesh.test",
            "algorithms": ["ES256"], "jwks": {"inline": jwks}});
        all.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        one(&issuer, all)
    };
    let engine = svids(json!({}));
    let svid = |more: Value| {
        let mut all = json!({"sub": "spiffe://mesh.test/ns/jobs/sa/batch"});
        all.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        token(&issuer, all)
    };
    for (token, expected) in [
        (svid(json!({})), "permit"),
        (svid(json!({"iss": null})), "permit"),
        (svid(json!({"iss": "https://anybody.test"})), "permit"),
        (
            svid(json!({"sub": "spiffe://other.test/ns/jobs/sa/batch"})),
            "jwt.bad_subject",
        ),
        (svid(json!({"sub": "ada"})), "jwt.bad_subject"),
        (svid(json!({"sub": null})), "jwt.missing_claim"),
        (svid(json!({"aud": "cart"})), "jwt.wrong_audience"),
        (svid(json!({"aud": null})), "jwt.wrong_audience"),
        (svid(json!({"exp": null})), "jwt.malformed"),
    ] {
        assert_eq!(decide(&engine, &token), expected);
    }
    for (typ, expected) in [
        ("JOSE", "permit"),
        ("JWT", "permit"),
        ("at+jwt", "jwt.bad_type"),
    ] {
        let header = json!({"alg": "ES256", "kid": "es256", "typ": typ});
        let claims = claims(&issuer, json!({"sub": "spiffe://mesh.test/a"}));
        let token = Jws::new(&header, &claims).signed_by(issuer.key());
        assert_eq!(decide(&engine, &token), expected, "{typ}");
    }
    // A key for other tokens signs no SVIDs, and one for SVIDs no others.
    let mut both = jwks.clone();
    both["keys"][0]["kid"] = json!("svids");
    let plain = issuer.jwks()["keys"][0].clone();
    both["keys"].as_array_mut().unwrap().push(plain);
    let engine = svids(json!({"jwks": {"inline": both}}));
    assert_eq!(decide(&engine, &svid(json!({}))), "jwt.unknown_key");
}

#[test]
fn a_bound_token_is_good_from_its_client_alone_also_when_it_is_known() {
    const BOUND: &str = "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg0";
    const PEER: &str = "6f070ad1eb1cdc0082dc3076639fe5112b1713ca3d96d734e4ef3d8dd37e760d";
    let thief = PEER.replace('6', "7");
    let issuer = issuer("login", Algorithm::Es256);
    let bound = token(&issuer, json!({"cnf": {"x5t#S256": BOUND}}));
    let other = token(&issuer, json!({"cnf": {"jkt": "x"}}));
    let bearer = token(&issuer, json!({}));
    for (binding, by_its_client, by_a_thief, of_another_kind, unbound) in [
        (
            "require",
            "permit",
            "jwt.not_bound",
            "jwt.unsupported",
            "jwt.not_bound",
        ),
        (
            "if_present",
            "permit",
            "jwt.not_bound",
            "jwt.unsupported",
            "permit",
        ),
        ("ignore", "permit", "permit", "permit", "permit"),
    ] {
        let engine = one(&issuer, json!({"certificate_bound": binding}));
        let from = |token: &str, peer: &str| {
            code(&engine.decide(&Plain::get("/0").bearer(token).peer(peer)))
        };
        for _ in 0..2 {
            assert_eq!(from(&bound, PEER), by_its_client, "{binding}");
            assert_eq!(from(&bound, &thief), by_a_thief, "{binding}");
            assert_eq!(decide(&engine, &bound), by_a_thief, "{binding}");
            assert_eq!(from(&other, PEER), of_another_kind, "{binding}");
            assert_eq!(from(&bearer, PEER), unbound, "{binding}");
        }
    }
}

#[test]
fn what_a_provider_asks_of_every_token_is_asked_on_every_route() {
    let issuer = issuer("login", Algorithm::Es256);
    let asked = json!({"claims": [{"claim": "tier", "values": ["gold"]}]});
    let providers = json!({"providers": [provider("login", &issuer, asked)]});
    let allow = [
        json!({"jwt": "login"}),
        json!({"jwt": {"provider": "login", "optional": true}}),
        json!({"any_of": [{"jwt": "login"}, {"remote_ip_blocks": ["192.0.2.1"]}]}),
    ];
    let (engine, _) = engine(&document(&providers, &allow));
    for path in ["/0", "/1", "/2"] {
        let with = |tier: &str| {
            let token = token(&issuer, json!({"tier": tier}));
            engine.decide(&Plain::get(path).bearer(&token))
        };
        assert_eq!(code(&with("gold")), "permit", "{path}");
        let refused = with("iron");
        assert_eq!(code(&refused), "jwt.claim_not_allowed", "{path}");
        assert_eq!(challenge(&refused), None);
        assert_eq!(refused.unwrap_err().reason.status().http(), 403);
    }
    let forged = token(
        &support::issuer("login", Algorithm::Es256),
        json!({"tier": "iron"}),
    );
    assert_eq!(decide(&engine, &forged), "jwt.bad_signature");
}

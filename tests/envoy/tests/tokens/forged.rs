//! Tokens that nobody honest would make.

use fixtures::{Algorithm, Issuer, Jws, Key};
use portcullis_envoy_tests::assert_denied;
use serde_json::json;

use crate::edge::{Edge, orders};

#[tokio::test]
async fn a_garbled_token_is_malformed() {
    let edge = Edge::shared().await;
    let honest = edge.honest();
    let parts: Vec<&str> = honest.split('.').collect();
    let [header, payload, signature] = parts[..] else {
        panic!("three parts")
    };
    let claims = edge.claims(json!({})).to_string();
    let doubled = claims.replacen('{', r#"{"sub":"mallory","#, 1);
    let key = edge.issuer.key();
    let good_header = br#"{"alg":"RS256","kid":"r1"}"#;
    let garbled = [
        "x".to_owned(),
        "..".to_owned(),
        "x.y.z".to_owned(),
        format!("{header}.{payload}"),
        format!("{honest}.{signature}"),
        format!("{header}.{payload}.{signature}="),
        format!("{header}.{payload}.{signature}!"),
        format!("{header}=.{payload}.{signature}"),
        format!(" {honest} x"),
        Jws::raw(b"{}", claims.as_bytes()).signed_by(key),
        Jws::raw(b"[]", claims.as_bytes()).signed_by(key),
        Jws::raw(b"not json", claims.as_bytes()).signed_by(key),
        Jws::raw(
            br#"{"alg":"RS256","alg":"none","kid":"r1"}"#,
            claims.as_bytes(),
        )
        .signed_by(key),
        Jws::raw(good_header, b"[]").signed_by(key),
        Jws::raw(good_header, b"not json").signed_by(key),
        Jws::raw(good_header, b"\xff\xfe").signed_by(key),
        Jws::raw(good_header, doubled.as_bytes()).signed_by(key),
    ];
    for token in garbled {
        edge.refuses(&token, "jwt.malformed").await;
    }
}

#[tokio::test]
async fn a_foreign_key_under_a_known_id_is_a_bad_signature() {
    let edge = Edge::shared().await;
    let claims = edge.claims(json!({"sub": "mallory"}));
    for (algorithm, kid) in [
        (Algorithm::Rs256, "r1"),
        (Algorithm::Es256, "e1"),
        (Algorithm::EdDsa, "d1"),
    ] {
        let token = Issuer::sign_as(&Key::foreign(algorithm, kid), &claims);
        edge.refuses(&token, "jwt.bad_signature").await;
    }
}

#[tokio::test]
async fn changed_claims_are_a_bad_signature() {
    let edge = Edge::shared().await;
    let honest = edge.honest();
    let forged = edge.issuer.sign(&edge.claims(json!({"sub": "mallory"})));
    let (signed, signature) = honest.rsplit_once('.').unwrap();
    let (other, _) = forged.rsplit_once('.').unwrap();
    edge.permits(&honest).await; // so that the honest one is known before
    edge.refuses(&format!("{other}.{signature}"), "jwt.bad_signature")
        .await;
    let bent = format!("{signed}.{}", "A".repeat(signature.len()));
    edge.refuses(&bent, "jwt.bad_signature").await;
}

#[tokio::test]
async fn an_unknown_key_id_never_falls_to_another_key() {
    let edge = Edge::shared().await;
    edge.refuses(
        &edge.with_header(&json!({"alg": "RS256", "kid": "r2"})),
        "jwt.unknown_key",
    )
    .await;
}

#[tokio::test]
async fn alg_none_is_refused() {
    let edge = Edge::shared().await;
    let claims = edge.claims(json!({}));
    edge.refuses(&Jws::unsecured(&claims), "jwt.algorithm_not_allowed")
        .await;
    for alg in ["None", "NONE", "nOnE", ""] {
        let header = json!({"alg": alg, "kid": "r1"});
        let signed = Jws::new(&header, &claims).signed_by(edge.issuer.key());
        edge.refuses(&signed, "jwt.algorithm_not_allowed").await;
    }
}

#[tokio::test]
async fn a_public_key_is_never_an_hmac_secret() {
    let edge = Edge::shared().await;
    let claims = edge.claims(json!({"sub": "mallory"}));
    for key in [edge.issuer.key(), &edge.es256, &edge.eddsa] {
        for token in [
            Jws::confused_pem(key, &claims),
            Jws::confused_der(key, &claims),
        ] {
            edge.refuses(&token, "jwt.algorithm_not_allowed").await;
        }
    }
}

#[tokio::test]
async fn an_algorithm_must_be_that_of_its_key() {
    let edge = Edge::shared().await;
    let claims = edge.claims(json!({}));
    for (alg, kid) in [
        ("ES256", "r1"),
        ("RS256", "e1"),
        ("EdDSA", "e1"),
        ("ES256", "d1"),
    ] {
        let token =
            Jws::new(&json!({"alg": alg, "kid": kid}), &claims).signed_by(edge.issuer.key());
        let response = edge.envoy.client().send(&orders().bearer(&token)).await;
        assert_eq!(response.status, 401, "{alg} {kid}: {}", response.text());
    }
    for alg in ["RS384", "PS256", "RS512", "ES384"] {
        let token = edge.with_header(&json!({"alg": alg, "kid": "r1"}));
        edge.refuses(&token, "jwt.algorithm_not_allowed").await;
    }
}

#[tokio::test]
async fn headers_that_bring_keys_or_conditions_are_refused() {
    let edge = Edge::shared().await;
    let jwk = Key::foreign(Algorithm::Rs256, "r1").jwk();
    for (name, value) in [
        ("crit", json!(["exp"])),
        ("jku", json!("https://evil.test/keys")),
        ("x5u", json!("https://evil.test/cert")),
        ("jwk", jwk),
    ] {
        let mut header = json!({"alg": "RS256", "kid": "r1"});
        header[name] = value;
        edge.refuses(&edge.with_header(&header), "jwt.unsupported")
            .await;
    }
}

#[tokio::test]
async fn the_type_is_that_of_a_token() {
    let edge = Edge::shared().await;
    for typ in ["JWT", "jwt", "at+jwt", "application/at+jwt"] {
        edge.permits(&edge.with_header(&json!({"alg": "RS256", "kid": "r1", "typ": typ})))
            .await;
    }
    let token = edge.with_header(&json!({"alg": "RS256", "kid": "r1", "typ": "dpop+jwt"}));
    edge.refuses(&token, "jwt.bad_type").await;
}

#[tokio::test]
async fn a_token_above_its_bound_is_too_large() {
    let edge = Edge::shared().await;
    let token = edge
        .issuer
        .sign(&edge.claims(json!({"padding": "a".repeat(8192)})));
    edge.refuses(&token, "jwt.too_large").await;
}

#[tokio::test]
async fn authorization_twice_is_refused_whatever_it_says() {
    let edge = Edge::shared().await;
    let honest = edge.honest();
    for second in [honest.as_str(), "x", ""] {
        let request = orders()
            .bearer(&honest)
            .header("authorization", format!("Bearer {second}"));
        let client = edge.envoy.client();
        assert_denied(&edge.envoy, &client, &request, 400, "jwt.several_tokens").await;
    }
}

#[tokio::test]
async fn no_token_is_ever_logged() {
    let edge = Edge::shared().await;
    let foreign = Issuer::sign_as(
        &Key::foreign(Algorithm::Es256, "e1"),
        &edge.claims(json!({"sub": "not-to-be-logged"})),
    );
    edge.refuses(&foreign, "jwt.bad_signature").await;
    let log = edge.envoy.log();
    for part in foreign.split('.').chain(["not-to-be-logged"]) {
        assert!(!log.contains(part), "the log holds {part}");
    }
}

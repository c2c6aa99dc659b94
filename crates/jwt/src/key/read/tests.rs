use fixtures::Algorithm::{EdDsa, Es256, Es384, Rs256};
use serde_json::{Value, json};

use super::*;

fn read_jwk(jwk: &Value) -> (Option<Jwk>, Report) {
    let jwk = Json::parse(jwk.to_string().as_bytes()).unwrap();
    let mut report = Report::default();
    let read = read(&jwk, &Place::top().field("key"), &mut report);
    (read, report)
}

fn with(algorithm: fixtures::Algorithm, name: &str, value: Value) -> Value {
    let mut jwk = fixtures::Key::new(algorithm, "k").jwk();
    let members = jwk.as_object_mut().unwrap();
    match value {
        Value::Null => members.remove(name),
        value => members.insert(name.to_owned(), value),
    };
    jwk
}

fn base64url(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

#[test]
fn honest_keys_are_read() {
    for algorithm in fixtures::Algorithm::ALL {
        let word = algorithm.word();
        for bare in [false, true] {
            let mut jwk = fixtures::Key::new(algorithm, "k").jwk();
            if bare {
                let members = jwk.as_object_mut().unwrap();
                members.remove("alg");
                members.remove("use");
            }
            let (read, report) = read_jwk(&jwk);
            let Some(Jwk::Usable(key)) = read else {
                panic!("{word}: {report:?}")
            };
            let verifies = Algorithm::named(word).is_some_and(|one| key.verifies(one));
            assert_eq!((verifies, key.id()), (true, Some("k")), "{word}");
        }
    }
}

#[test]
fn keys_for_something_else_are_left_out_with_a_warning() {
    for jwk in [
        with(Es256, "use", json!("enc")),
        with(Es256, "alg", json!("ES384")),
        with(Es256, "alg", json!("HS256")),
        with(Rs256, "alg", json!("RSA-OAEP")),
        with(Rs256, "alg", json!("ES256")),
        with(Rs256, "alg", json!("none")),
        with(Es256, "use", json!("x509-svid")),
        with(EdDsa, "key_ops", json!(["sign"])),
        with(EdDsa, "key_ops", json!([])),
        with(Es256, "crv", json!("secp256k1")),
        with(EdDsa, "crv", json!("X25519")),
        with(EdDsa, "kty", json!("AKP")),
    ] {
        let (read, report) = read_jwk(&jwk);
        assert!(matches!(read, Some(Jwk::Unusable)), "{jwk}");
        assert_eq!(
            (report.errors().len(), report.warnings().len()),
            (0, 1),
            "{jwk}"
        );
    }
    let verify = with(EdDsa, "key_ops", json!(["verify", "sign"]));
    assert!(matches!(read_jwk(&verify).0, Some(Jwk::Usable(_))));
}

#[test]
fn wrong_keys_are_errors_that_name_the_member() {
    let two_kilobit = [0xff; 256];
    for (jwk, place) in [
        (with(Es256, "d", json!("AAAA")), "key.d"),
        (with(Rs256, "p", json!("AAAA")), "key.p"),
        (json!({"kty": "oct", "k": "c2VjcmV0"}), "key.k"),
        (json!({"kty": "oct", "k": base64url(&[7; 31])}), "key.k"),
        (
            json!({"kty": "oct", "alg": "HS512", "k": base64url(&[7; 63])}),
            "key.k",
        ),
        (json!({"kty": "oct"}), "key.k"),
        (with(Es384, "y", json!(base64url(&[1; 32]))), "key.y"),
        (with(Es384, "y", json!(base64url(&[1; 48]))), "key.x"),
        (with(Es256, "kty", Value::Null), "key.kty"),
        (with(Es256, "kty", json!(1)), "key.kty"),
        (with(Es256, "kid", json!(1)), "key.kid"),
        (with(Es256, "use", json!(["sig"])), "key.use"),
        (with(Es256, "key_ops", json!("verify")), "key.key_ops"),
        (with(Es256, "crv", Value::Null), "key.crv"),
        (with(Es256, "y", Value::Null), "key.y"),
        (with(Es256, "y", json!("AA==")), "key.y"),
        (with(Es256, "y", json!(base64url(&[1; 31]))), "key.y"),
        (with(Es256, "y", json!(base64url(&[1; 32]))), "key.x"),
        (with(EdDsa, "x", json!(base64url(&[0; 32]))), "key.x"),
        (with(EdDsa, "x", json!(base64url(&[1; 33]))), "key.x"),
        (
            with(Rs256, "n", json!(base64url(&two_kilobit[..255]))),
            "key.n",
        ),
        (
            with(
                Rs256,
                "n",
                json!(base64url(&[&[0], &two_kilobit[1..]].concat())),
            ),
            "key.n",
        ),
        (with(Rs256, "n", json!(base64url(&[0xff; 513]))), "key.n"),
        (
            with(
                Rs256,
                "n",
                json!(base64url(&[&two_kilobit[1..], &[2]].concat())),
            ),
            "key.n",
        ),
        (with(Rs256, "n", json!("")), "key.n"),
        (with(Rs256, "e", json!("Aw")), "key.e"),
        (with(Rs256, "e", json!("")), "key.e"),
        (json!("key"), "key"),
    ] {
        let (read, report) = read_jwk(&jwk);
        assert!(read.is_none(), "{jwk}");
        let [error] = report.errors() else {
            panic!("{jwk}: {report:?}")
        };
        assert!(error.starts_with(&format!("{place}: ")), "{error}");
    }
}

#[test]
fn bits_are_counted_without_leading_zeros() {
    assert_eq!(bits(&[]), 0);
    assert_eq!(bits(&[0, 0]), 0);
    assert_eq!(bits(&[0, 1]), 1);
    assert_eq!(bits(&[0x80, 0]), 16);
    assert_eq!(bits(&[0x7f, 0, 0]), 23);
}

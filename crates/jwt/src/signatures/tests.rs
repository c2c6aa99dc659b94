use base64ct::{Base64UrlUnpadded, Encoding};
use fixtures::Algorithm::{self as Fixture, Es256, Rs256};
use fixtures::Jws;
use policy::language::{Json, Place, Report};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::header::Header;
use crate::{Compact, KeySet};

/// Whether the token's signature is the key's, by this algorithm.
fn verify(algorithm: Algorithm, key: &Key, token: &Compact<'_>) -> bool {
    let message = token.signing_input().as_bytes();
    JwtSimple.verify(algorithm, key, message, token.signature())
}

pub(super) fn key(jwk: &Value) -> Key {
    let set = Json::parse(json!({"keys": [jwk]}).to_string().as_bytes()).unwrap();
    let mut report = Report::default();
    let set = KeySet::read(&set, &Place::top(), &mut report);
    let mut keys = set.expect("a key set").into_keys();
    keys.pop().expect("a key")
}

/// By the algorithm that the token names, if there is one of the name.
pub(super) fn verifies(jwk: &Value, token: &str) -> bool {
    let token = Compact::parse(token.as_bytes()).unwrap();
    let named = Header::parse(token.header()).ok();
    let algorithm = named.and_then(|header| Algorithm::named(&header.algorithm));
    algorithm.is_some_and(|algorithm| verify(algorithm, &key(jwk), &token))
}

/// RFC 7515 A.2.1: RS256.
fn rfc_rsa() -> (Value, &'static str) {
    let jwk = json!({"kty": "RSA", "e": "AQAB", "n":
        "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0\
         Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS\
         5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH\
         7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"});
    let token = "eyJhbGciOiJSUzI1NiJ9\
         .eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0c\
         nVlfQ\
         .cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2\
         Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQ\
         BMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6Ie\
         YI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
    (jwk, token)
}

/// RFC 7515 A.3.1: ES256.
fn rfc_p256() -> (Value, &'static str) {
    let jwk = json!({"kty": "EC", "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"});
    let token = "eyJhbGciOiJFUzI1NiJ9\
         .eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0c\
         nVlfQ\
         .DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
    (jwk, token)
}

/// RFC 8037 A.4: Ed25519, with a payload that is no JSON.
fn rfc_ed25519() -> (Value, &'static str) {
    let jwk = json!({"kty": "OKP", "crv": "Ed25519",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
    let token = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc\
         .hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    (jwk, token)
}

/// RFC 7515 A.1.1: HS256.
fn rfc_secret() -> (Value, &'static str) {
    let jwk = json!({"kty": "oct", "k":
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"});
    let token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9\
         .eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0c\
         nVlfQ\
         .dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    (jwk, token)
}

#[test]
fn the_examples_of_the_standards_verify() {
    for (jwk, token) in [rfc_rsa(), rfc_p256(), rfc_ed25519(), rfc_secret()] {
        assert!(verifies(&jwk, token), "{jwk}");
    }
}

#[test]
fn a_changed_byte_anywhere_in_payload_or_signature_does_not_verify() {
    for (jwk, token) in [rfc_rsa(), rfc_p256(), rfc_ed25519(), rfc_secret()] {
        let key = key(&jwk);
        let header = token.find('.').unwrap();
        let parsed = Header::parse(Compact::parse(token.as_bytes()).unwrap().header()).unwrap();
        let algorithm = Algorithm::named(&parsed.algorithm).unwrap();
        let step = if algorithm == Algorithm::EdDsa { 1 } else { 17 };
        for at in (header + 1..token.len()).step_by(step) {
            let mut bent = token.as_bytes().to_vec();
            bent[at] = if bent[at] == b'A' { b'B' } else { b'A' };
            if let Ok(bent) = Compact::parse(&bent) {
                assert!(!verify(algorithm, &key, &bent), "byte {at} under {jwk}");
            }
        }
    }
}

#[test]
fn a_signature_of_another_key_form_or_length_does_not_verify() {
    let claims = json!({"exp": 1});
    for algorithm in Fixture::ALL {
        let ours = fixtures::Key::new(algorithm, "k");
        let header = json!({"alg": ours.alg(), "kid": "k"});
        let jws = Jws::new(&header, &claims);
        assert!(
            verifies(&ours.jwk(), &jws.signed_by(&ours)),
            "{algorithm:?}"
        );

        let foreign = fixtures::Key::foreign(algorithm, "k");
        assert!(
            !verifies(&ours.jwk(), &jws.signed_by(&foreign)),
            "{algorithm:?}"
        );
        let genuine = jws.signed_by(&ours);
        let signature = Compact::parse(genuine.as_bytes())
            .unwrap()
            .signature()
            .to_vec();
        let longer = [&signature[..], &[0]].concat();
        let padded = [&[0], &signature[..]].concat();
        let zeros = vec![0; signature.len()];
        for wrong in [&[][..], &signature[1..], &longer, &padded, &zeros] {
            assert!(
                !verifies(&ours.jwk(), &jws.with_signature(wrong)),
                "{algorithm:?}"
            );
        }
    }
}

#[test]
fn an_rsa_key_without_alg_verifies_each_padding_and_digest_for_itself() {
    let claims = json!({"exp": 1});
    let mut jwk = fixtures::Key::new(Rs256, "k").jwk();
    jwk.as_object_mut().unwrap().remove("alg");
    let key = key(&jwk);
    for algorithm in &Fixture::ALL[..6] {
        let signer = fixtures::Key::new(*algorithm, "k");
        for named in &Fixture::ALL[..6] {
            let header = json!({"alg": named.word()});
            let token = Jws::new(&header, &claims).signed_by(&signer);
            assert_eq!(
                verifies(&jwk, &token),
                algorithm == named,
                "{algorithm:?} {named:?}"
            );
        }
        assert!(key.verifies(Algorithm::named(algorithm.word()).unwrap()));
    }
}

#[test]
fn a_secret_verifies_what_it_is_long_enough_for() {
    let claims = json!({"exp": 1});
    for (signer, words) in [
        (Fixture::Hs256, &["HS256"][..]),
        (Fixture::Hs384, &["HS256", "HS384"]),
        (Fixture::Hs512, &["HS256", "HS384", "HS512"]),
    ] {
        let mut jwk = fixtures::Key::new(signer, "k").jwk();
        jwk.as_object_mut().unwrap().remove("alg");
        for word in ["HS256", "HS384", "HS512", "RS256", "none"] {
            let verified = Algorithm::named(word).is_some_and(|one| key(&jwk).verifies(one));
            assert_eq!(verified, words.contains(&word), "{word} with {signer:?}");
        }
        let header = json!({"alg": signer.word()});
        let token = Jws::new(&header, &claims).signed_by(&fixtures::Key::new(signer, "k"));
        assert!(verifies(&jwk, &token), "{signer:?}");
    }
}

#[test]
fn an_ecdsa_signature_in_der_does_not_verify() {
    let (jwk, token) = rfc_p256();
    let token = Compact::parse(token.as_bytes()).unwrap();
    let (r, s) = token.signature().split_at(32);
    let s: Vec<u8> = std::iter::once(0).chain(s.iter().copied()).collect(); // its top bit is set
    let der = [&[0x30, 69, 2, 32], r, &[2, 33], &s].concat();
    let der = format!(
        "{}.{}",
        token.signing_input(),
        Base64UrlUnpadded::encode_string(&der)
    );
    assert!(!verifies(&jwk, &der));
}

#[test]
fn a_key_verifies_its_own_algorithm_only() {
    let claims = json!({"exp": 1});
    for algorithm in [Rs256, Es256] {
        let key = fixtures::Key::new(algorithm, "k");
        for other in ["HS256", "none", "RS512", "PS256", "EdDSA", "es256"] {
            let token = Jws::new(&json!({"alg": other}), &claims).signed_by(&key);
            assert!(!verifies(&key.jwk(), &token), "{other} under {algorithm:?}");
            // Nor where the caller asks for what the key is not for.
            let (ours, token) = (self::key(&key.jwk()), Compact::parse(token.as_bytes()));
            if let Some(asked) = Algorithm::named(other) {
                assert!(!verify(asked, &ours, token.as_ref().unwrap()), "{other}");
            }
        }
        assert!(!verifies(&key.jwk(), &Jws::confused_pem(&key, &claims)));
        assert!(!verifies(&key.jwk(), &Jws::confused_der(&key, &claims)));
        assert!(!verifies(&key.jwk(), &Jws::unsecured(&claims)));
    }
}

#[test]
fn dates_and_types_are_not_its_business() {
    let key = fixtures::Key::new(Es256, "k");
    for claims in [
        json!({"exp": 0, "nbf": 4_000_000_000_u64, "iat": 4_000_000_000_u64}),
        json!({"exp": 1.5, "nbf": 1e15}),
        json!({"exp": 9_007_199_254_740_991_u64, "aud": ["a", "b"], "x": {"y": [null]}}),
    ] {
        for typ in ["JWT", "at+jwt", "application/jwt", "application/at+JWT"] {
            let header = json!({"alg": "ES256", "typ": typ});
            let token = Jws::new(&header, &claims).signed_by(&key);
            assert!(verifies(&key.jwk(), &token), "{claims} {typ}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn hostile_signatures_never_panic(
        signature in proptest::collection::vec(any::<u8>(), 0..600),
        payload in proptest::collection::vec(any::<u8>(), 0..60),
    ) {
        for (jwk, _) in [rfc_rsa(), rfc_p256(), rfc_ed25519()] {
            for alg in Algorithm::WORDS {
                let header = json!({"alg": alg}).to_string();
                let token = Jws::raw(header.as_bytes(), &payload).with_signature(&signature);
                prop_assert!(!verifies(&jwk, &token));
            }
        }
    }
}

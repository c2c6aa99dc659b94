use std::cell::Cell;

use fixtures::Algorithm as Fixture;
use policy::Digest;
use serde_json::json;

use super::*;
use crate::signatures::tests::key;

/// A proxy that verifies by jwt-simple, or answers whatever it likes; it counts its calls.
struct Proxy {
    answers: fn(&Signed<'_>) -> Option<bool>,
    calls: Cell<usize>,
}

impl ProxySignatures for Proxy {
    fn verify(&self, signed: &Signed<'_>) -> Option<bool> {
        self.calls.set(self.calls.get() + 1);
        (self.answers)(signed)
    }
}

fn native(answers: fn(&Signed<'_>) -> Option<bool>) -> (Native, Rc<Proxy>) {
    let calls = Cell::new(0);
    let proxy = Rc::new(Proxy { answers, calls });
    (
        Native::new(Rc::clone(&proxy) as Rc<dyn ProxySignatures>),
        proxy,
    )
}

/// What a proxy does that does it right, by libraries that read the same DER.
fn right(signed: &Signed<'_>) -> Option<bool> {
    use jwt_simple::algorithms::{ECDSAP256PublicKeyLike, ES256PublicKey, RSAPublicKeyLike};
    use p256::ecdsa::signature::hazmat::PrehashVerifier;
    let (digest, algorithm) = match signed.digest {
        Digest::Sha256 => (crate::algorithm::Sha::Sha256, Algorithm::Rs256),
        Digest::Sha384 => (crate::algorithm::Sha::Sha384, Algorithm::Rs384),
        Digest::Sha512 => (crate::algorithm::Sha::Sha512, Algorithm::Rs512),
    };
    if let Ok(key) = ES256PublicKey::from_der(signed.public_key) {
        let key = key.public_key().as_ref();
        let signature = p256::ecdsa::Signature::from_der(signed.signature);
        let digest = digest.digest(signed.message);
        return Some(signature.is_ok_and(|one| key.verify_prehash(&digest, &one).is_ok()));
    }
    let key = jwt_simple::algorithms::RS256PublicKey::from_der(signed.public_key).ok()?;
    let key = &key.public_key().as_ref().rsa_key;
    let (message, signature) = (signed.message, signed.signature);
    Some(crate::signatures::rsa::verify(
        algorithm, key, message, signature,
    ))
}

fn jws(algorithm: Fixture) -> (Key, Vec<u8>, Vec<u8>) {
    let signer = fixtures::Key::new(algorithm, "k");
    let header = json!({"alg": algorithm.word()});
    let token = fixtures::Jws::new(&header, &json!({"exp": 1})).signed_by(&signer);
    let token = crate::Compact::parse(token.as_bytes()).unwrap();
    let message = token.signing_input().as_bytes().to_vec();
    (key(&signer.jwk()), message, token.signature().to_vec())
}

#[test]
fn a_proxy_that_does_it_right_is_asked_for_what_it_knows() {
    let (native, proxy) = native(right);
    assert_eq!(native.algorithms(), trial::ALGORITHMS);
    for fixture in Fixture::ALL {
        let algorithm = Algorithm::named(fixture.word()).unwrap();
        let (key, message, signature) = jws(fixture);
        let before = proxy.calls.get();
        assert!(native.verify(algorithm, &key, &message, &signature));
        assert!(!native.verify(algorithm, &key, b"another", &signature));
        let asked = proxy.calls.get() - before;
        let known = trial::ALGORITHMS.contains(&algorithm);
        assert_eq!(asked, if known { 2 } else { 0 }, "{fixture:?}");
    }
}

#[test]
fn a_proxy_is_not_believed_that_says_yes_or_no_to_everything_or_nothing() {
    let liars: [fn(&Signed<'_>) -> Option<bool>; 7] = [
        |_| Some(true),
        |_| Some(false),
        |_| None,
        |signed| Some(right(signed) != Some(true)),
        // Looks at the message alone, or at the signature alone, or at whether there is one.
        |signed| Some(signed.message == b"portcullis"),
        |signed| {
            let good = Signed {
                message: b"portcullis",
                ..*signed
            };
            right(&good)
        },
        |signed| Some(!signed.signature.is_empty() && signed.message == b"portcullis"),
    ];
    for (number, answers) in liars.into_iter().enumerate() {
        let (native, proxy) = native(answers);
        assert_eq!(native.algorithms(), [], "liar {number}");
        let tried = proxy.calls.get();
        let (key, message, signature) = jws(Fixture::Rs256);
        assert!(native.verify(Algorithm::Rs256, &key, &message, &signature));
        assert!(!native.verify(Algorithm::Rs256, &key, b"another", &signature));
        assert_eq!(
            proxy.calls.get(),
            tried,
            "liar {number} is never asked again"
        );
    }
}

#[test]
fn a_proxy_that_knows_one_digest_is_believed_for_that_one() {
    let (native, _) = native(|signed| match signed.digest {
        Digest::Sha512 => right(signed),
        _ => None,
    });
    assert_eq!(native.algorithms(), [Algorithm::Rs512]);
}

#[test]
fn what_the_proxy_does_not_answer_any_more_is_answered_here() {
    thread_local!(static SILENT: Cell<bool> = const { Cell::new(false) });
    let (native, _) = native(|signed| if SILENT.get() { None } else { right(signed) });
    assert_eq!(native.algorithms().len(), 4);
    SILENT.set(true);
    for fixture in [Fixture::Rs256, Fixture::Es256] {
        let algorithm = Algorithm::named(fixture.word()).unwrap();
        let (key, message, signature) = jws(fixture);
        assert!(native.verify(algorithm, &key, &message, &signature));
        assert!(!native.verify(algorithm, &key, b"another", &signature));
    }
}

#[test]
fn r_and_s_out_of_range_never_reach_the_proxy() {
    // The order of P-256 (SEC 2 §2.4.2).
    const ORDER: [u8; 32] = [
        0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63,
        0x25, 0x51,
    ];
    let (native, proxy) = native(right);
    let (key, message, good) = jws(Fixture::Es256);
    assert!(native.verify(Algorithm::Es256, &key, &message, &good));
    let before = proxy.calls.get();
    let (r, s) = good.split_at(32);
    for (r, s) in [
        (&[0; 32][..], s),
        (r, &[0; 32]),
        (&ORDER, s),
        (r, &ORDER),
        (&[0xff; 32], s),
        (r, &r[1..]),
    ] {
        let wrong = [r, s].concat();
        assert!(!native.verify(Algorithm::Es256, &key, &message, &wrong));
    }
    assert_eq!(proxy.calls.get(), before);
}

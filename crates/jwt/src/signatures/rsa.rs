//! RSA signatures in both paddings (RFC 8017 §8).

use superboring::reexports::rsa::{Pkcs1v15Sign, Pss, RsaPublicKey};
use superboring::reexports::{hmac_sha256, hmac_sha512};
use superboring::rsa::RsaKey;

use crate::Algorithm;
use crate::algorithm::Sha;

/// Whether this is the key's signature over the message.
pub(super) fn verify(algorithm: Algorithm, key: &RsaKey, message: &[u8], signature: &[u8]) -> bool {
    let RsaKey::Public(key) = key else {
        return false;
    };
    let sha = algorithm.sha();
    let digest = sha.digest(message);
    match algorithm {
        Algorithm::Rs256 | Algorithm::Rs384 | Algorithm::Rs512 => {
            pkcs1(key, sha, &digest, signature)
        }
        Algorithm::Ps256 | Algorithm::Ps384 | Algorithm::Ps512 => pss(key, sha, &digest, signature),
        _ => false,
    }
}

fn pkcs1(key: &RsaPublicKey, sha: Sha, digest: &[u8], signature: &[u8]) -> bool {
    let padding = Pkcs1v15Sign {
        hash_len: Some(sha.bytes()),
        prefix: digest_info(sha).into(),
    };
    key.verify(padding, digest, signature).is_ok()
}

/// The salt is as long as the digest, and MGF1 is over the same digest (RFC 7518 §3.5).
fn pss(key: &RsaPublicKey, sha: Sha, digest: &[u8], signature: &[u8]) -> bool {
    let padding = match sha {
        Sha::Sha256 => Pss::new::<hmac_sha256::Hash>(),
        Sha::Sha384 => Pss::new::<hmac_sha512::sha384::Hash>(),
        Sha::Sha512 => Pss::new::<hmac_sha512::Hash>(),
    };
    key.verify(padding, digest, signature).is_ok()
}

/// What stands before the digest in a PKCS#1 v1.5 signature (RFC 8017 §9.2, note 1).
const fn digest_info(sha: Sha) -> [u8; 19] {
    let (whole, oid, length) = match sha {
        Sha::Sha256 => (0x31, 0x01, 0x20),
        Sha::Sha384 => (0x41, 0x02, 0x30),
        Sha::Sha512 => (0x51, 0x03, 0x40),
    };
    [
        0x30, whole, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, oid,
        0x05, 0x00, 0x04, length,
    ]
}

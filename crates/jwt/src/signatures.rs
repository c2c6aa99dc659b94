//! The seam behind which signatures are verified, and the pure-Rust primitive behind it.
//!
//! What a token says is read by our own parser alone; behind the seam there is one question: is
//! this the key's signature over these bytes?

mod native;
mod rsa;
mod sha;
mod trial;
mod vectors;

pub use native::Native;

use jwt_simple::algorithms::{
    ECDSAP256PublicKeyLike, ECDSAP384PublicKeyLike, EdDSAPublicKeyLike, RSAPublicKeyLike,
};
use p256::ecdsa::signature::hazmat::PrehashVerifier;
use superboring::reexports::{hmac_sha256, hmac_sha512};

use crate::algorithm::Sha;
use crate::key::Material;
use crate::{Algorithm, Key};

/// Verifies signatures; jwt-simple does it in the VM, a proxy's own function may do it faster.
pub trait Signatures {
    /// Whether this is the key's signature over the message, by this algorithm.
    ///
    /// # Security
    /// Anything but a clear yes is `false`; so is every answer where the key does not verify the
    /// algorithm. The caller has found that the token's `alg` is the algorithm.
    fn verify(&self, algorithm: Algorithm, key: &Key, message: &[u8], signature: &[u8]) -> bool;
}

/// Signatures verified by jwt-simple.
#[derive(Clone, Copy, Debug, Default)]
pub struct JwtSimple;

/// jwt-simple lets only its Ed25519 keys be asked about bytes. Asked about a token, the others read
/// its JSON once more and judge its claims by rules and a clock of their own, with much code for it.
/// So they are asked one layer below, by the crates that jwt-simple itself verifies with.
impl Signatures for JwtSimple {
    fn verify(&self, algorithm: Algorithm, key: &Key, message: &[u8], signature: &[u8]) -> bool {
        is_signature(algorithm, key, message, signature)
    }
}

/// Whether this is the key's signature over the message, by this algorithm.
fn is_signature(algorithm: Algorithm, key: &Key, message: &[u8], signature: &[u8]) -> bool {
    if !key.verifies(algorithm) {
        return false;
    }
    match key.material() {
        Material::Rsa(key) => {
            let key = &key.public_key().as_ref().rsa_key;
            rsa::verify(algorithm, key, message, signature)
        }
        // r and s and nothing else: 64 bytes, or 96 (RFC 7518 §3.4).
        Material::P256(key) => {
            p256::ecdsa::Signature::from_slice(signature).is_ok_and(|signature| {
                let key = key.public_key().as_ref();
                let digest = Sha::Sha256.digest(message);
                key.verify_prehash(&digest, &signature).is_ok()
            })
        }
        Material::P384(key) => {
            p384::ecdsa::Signature::from_slice(signature).is_ok_and(|signature| {
                let key = key.public_key().as_ref();
                let digest = Sha::Sha384.digest(message);
                key.verify_prehash(&digest, &signature).is_ok()
            })
        }
        Material::Ed25519(key) => signature.try_into().is_ok_and(|signature| {
            let key = key.public_key().as_ref();
            key.verify(message, &signature).is_ok()
        }),
        Material::Secret(secret) => is_tag(algorithm.sha(), secret, message, signature),
    }
}

/// Whether this is the message's HMAC; compared in constant time.
fn is_tag(sha: Sha, secret: &[u8], message: &[u8], tag: &[u8]) -> bool {
    match sha {
        Sha::Sha256 => tag
            .try_into()
            .is_ok_and(|tag| hmac_sha256::HMAC::verify(message, secret, tag)),
        Sha::Sha384 => tag
            .try_into()
            .is_ok_and(|tag| hmac_sha512::sha384::HMAC::verify(message, secret, tag)),
        Sha::Sha512 => tag
            .try_into()
            .is_ok_and(|tag| hmac_sha512::HMAC::verify(message, secret, tag)),
    }
}

#[cfg(test)]
mod cookbook;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod wycheproof;

//! The seam behind which signatures are verified, and the pure-Rust primitive behind it.
//!
//! What a token says is read by our own parser alone; behind the seam there is one question: is
//! this the key's signature over these bytes?

use jwt_simple::algorithms::{ECDSAP256PublicKeyLike, EdDSAPublicKeyLike, RSAPublicKeyLike};
use p256::ecdsa::Signature;
use p256::ecdsa::signature::hazmat::PrehashVerifier;
use superboring::reexports::hmac_sha256::Hash;
use superboring::reexports::rsa::Pkcs1v15Sign;
use superboring::rsa::RsaKey;

use crate::header::Header;
use crate::key::Material;
use crate::{Compact, Key};

/// Verifies signatures; jwt-simple does it in the VM, a proxy's own function may do it faster.
pub trait Signatures {
    /// Whether the token's signature is that of the key, by the key's own algorithm.
    ///
    /// # Security
    /// Anything but a clear yes is `false`. The caller has already found that the token's `alg` is
    /// the key's algorithm.
    fn verify(&self, key: &Key, token: &Compact<'_>) -> bool;
}

/// Signatures verified by jwt-simple.
#[derive(Clone, Copy, Debug, Default)]
pub struct JwtSimple;

/// jwt-simple lets only its Ed25519 keys be asked about bytes. Asked about a token, the others read
/// its JSON once more and judge its claims by rules and a clock of their own, with much code for it.
/// So they are asked one layer below, by the crates that jwt-simple itself verifies with.
impl Signatures for JwtSimple {
    fn verify(&self, key: &Key, token: &Compact<'_>) -> bool {
        // Asked already, and asked again next to the key: this is where tokens have been forged.
        let named = Header::parse(token.header()).map(|header| header.algorithm);
        if !named.is_ok_and(|named| *named == *key.algorithm().word()) {
            return false;
        }
        let (input, signature) = (token.signing_input(), token.signature());
        match key.material() {
            Material::Rsa(key) => {
                let RsaKey::Public(key) = &key.public_key().as_ref().rsa_key else {
                    return false;
                };
                let padding = Pkcs1v15Sign {
                    hash_len: Some(DIGEST),
                    prefix: SHA256_DIGEST_INFO.into(),
                };
                key.verify(padding, &Hash::hash(input.as_bytes()), signature)
                    .is_ok()
            }
            // r and s and nothing else: 64 bytes (RFC 7518 §3.4).
            Material::P256(key) => Signature::from_slice(signature).is_ok_and(|signature| {
                let key = key.public_key().as_ref();
                let digest = Hash::hash(input.as_bytes());
                key.verify_prehash(&digest, &signature).is_ok()
            }),
            Material::Ed25519(key) => signature.try_into().is_ok_and(|signature| {
                let key = key.public_key().as_ref();
                key.verify(input, &signature).is_ok()
            }),
        }
    }
}

/// Bytes of a SHA-256 digest.
const DIGEST: usize = 32;

/// What stands before a SHA-256 digest in an RS256 signature (RFC 8017 §9.2, note 1).
const SHA256_DIGEST_INFO: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x20,
];

#[cfg(test)]
mod tests;

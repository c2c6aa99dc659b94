//! The seam behind which signatures are verified, and the pure-Rust primitive behind it.
//!
//! What a token says is read by our own parser alone; behind the seam there is one question: is
//! this the key's signature over these bytes?

use jwt_simple::algorithms::{ECDSAP256PublicKeyLike, EdDSAPublicKeyLike, RSAPublicKeyLike};
use jwt_simple::claims::NoCustomClaims;
use jwt_simple::common::VerificationOptions;
use jwt_simple::prelude::{Duration, UnixTimeStamp};

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

/// Bytes of an ES256 signature: r and s (RFC 7518 §3.4), and of an Ed25519 one (RFC 8032 §5.1.6).
const R_AND_S: usize = 64;

impl Signatures for JwtSimple {
    fn verify(&self, key: &Key, token: &Compact<'_>) -> bool {
        match key.material() {
            Material::Rsa(key) => key
                .verify_token::<NoCustomClaims>(token.text(), Some(inert(token)))
                .is_ok(),
            Material::P256(key) => {
                token.signature().len() == R_AND_S
                    && key
                        .verify_token::<NoCustomClaims>(token.text(), Some(inert(token)))
                        .is_ok()
            }
            // The one key type that lets itself be asked about bytes.
            Material::Ed25519(key) => token.signature().try_into().is_ok_and(|signature| {
                let key = key.public_key().as_ref();
                key.verify(token.signing_input(), &signature).is_ok()
            }),
        }
    }
}

/// jwt-simple verifies RSA and ECDSA signatures of whole tokens only, and then judges their
/// claims. These options take the judging out: what counts is ours to say, with our own clock and
/// reading of `exp`, `nbf` and `iat`. At time zero, with no tolerance and the future accepted,
/// every date passes, and no clock is read. `typ` has to be itself: we have judged it already, and
/// jwt-simple does not know the spelling `application/jwt`.
fn inert(token: &Compact<'_>) -> VerificationOptions {
    let header = Header::parse(token.header()).ok();
    VerificationOptions {
        required_signature_type: header.and_then(|header| header.media_type).map(Into::into),
        accept_future: true,
        time_tolerance: Some(Duration::from_secs(0)),
        artificial_time: Some(UnixTimeStamp::from_secs(0)),
        max_token_length: None, // bounded before
        max_header_length: Some(token.text().len()),
        ..VerificationOptions::default()
    }
}

#[cfg(test)]
mod tests;

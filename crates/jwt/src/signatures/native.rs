//! Signatures verified by the proxy's own function, where it was found to verify them right.
//!
//! Our parser and our rules stand before it as before [`JwtSimple`]: what either would refuse by its
//! form never reaches the proxy, so that both say the same to every token.

use std::cell::OnceCell;
use std::rc::Rc;

use policy::{ProxySignatures, Signed};

use super::{JwtSimple, Signatures, trial};
use crate::key::Material;
use crate::{Algorithm, Key, der};

/// RSA PKCS#1 and ECDSA on P-256 by the proxy, the rest by [`JwtSimple`].
///
/// # Security
/// A function of the proxy is believed for an algorithm once it has said yes to a good signature and
/// no to bad ones ([`Self::algorithms`]); one that says yes to everything, or no, is never asked again.
/// What it refuses to answer is answered by [`JwtSimple`].
pub struct Native {
    proxy: Rc<dyn ProxySignatures>,
    trusted: OnceCell<Vec<Algorithm>>,
}

impl Native {
    /// Signatures by this function of the proxy, which is not called yet.
    #[must_use]
    pub fn new(proxy: Rc<dyn ProxySignatures>) -> Self {
        Self {
            proxy,
            trusted: OnceCell::new(),
        }
    }

    /// The algorithms that the proxy verifies; it is tried when this is first asked.
    #[must_use]
    pub fn algorithms(&self) -> &[Algorithm] {
        self.trusted.get_or_init(|| {
            let all = trial::ALGORITHMS.into_iter();
            all.filter(|algorithm| trial::passes(*algorithm, &*self.proxy))
                .collect()
        })
    }

    /// How many algorithms the proxy verifies, and a line about it for the log.
    #[must_use]
    pub fn state(&self) -> (u64, String) {
        let words: Vec<&str> = self.algorithms().iter().map(|one| one.word()).collect();
        let line = if words.is_empty() {
            "all signatures are verified in the plugin: the proxy has no function for it that \
             passed its trial"
                .to_owned()
        } else {
            let words = words.join(", ");
            format!("signatures of {words} are verified by the proxy, others in the plugin")
        };
        (self.algorithms().len() as u64, line)
    }

    /// What the proxy says; `None` where it is not to be asked, or does not say.
    fn ask(
        &self,
        algorithm: Algorithm,
        key: &Key,
        message: &[u8],
        signature: &[u8],
    ) -> Option<bool> {
        if !self.algorithms().contains(&algorithm) {
            return None;
        }
        if !key.verifies(algorithm) {
            return Some(false);
        }
        let der;
        let signature = match key.material() {
            Material::Rsa(_) => signature,
            // r and s and nothing else, each between 1 and the order less 1 (RFC 7518 §3.4).
            Material::P256(_) => {
                if p256::ecdsa::Signature::from_slice(signature).is_err() {
                    return Some(false);
                }
                let (r, s) = signature.split_at_checked(32)?;
                der = der::ecdsa_signature(r, s);
                &der
            }
            Material::P384(_) | Material::Ed25519(_) | Material::Secret(_) => return None,
        };
        self.proxy.verify(&Signed {
            digest: algorithm.sha().into(),
            public_key: key.public_key_info()?,
            signature,
            message,
        })
    }
}

impl Signatures for Native {
    fn verify(&self, algorithm: Algorithm, key: &Key, message: &[u8], signature: &[u8]) -> bool {
        self.ask(algorithm, key, message, signature)
            .unwrap_or_else(|| JwtSimple.verify(algorithm, key, message, signature))
    }
}

impl std::fmt::Debug for Native {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Native")
            .field("trusted", &self.trusted)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;

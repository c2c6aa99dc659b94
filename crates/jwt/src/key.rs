//! A public key out of a JWK (RFC 7517 §4), bound to the one algorithm it verifies.
//!
//! Binding key and algorithm when the key is read is what keeps a token from choosing how it is
//! verified (RFC 8725 §3.1).

mod read;

use std::fmt;

use jwt_simple::algorithms::{ES256PublicKey, Ed25519PublicKey, RS256PublicKey};

use crate::Algorithm;

pub(crate) use read::{Jwk, read};

/// A public key with its id and algorithm.
pub struct Key {
    id: Option<Box<str>>,
    material: Material,
}

/// The key itself.
pub(crate) enum Material {
    Rsa(Box<RS256PublicKey>),
    P256(Box<ES256PublicKey>),
    Ed25519(Box<Ed25519PublicKey>),
}

impl Key {
    /// `kid`.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// The algorithm it verifies; no other.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        match self.material {
            Material::Rsa(_) => Algorithm::Rs256,
            Material::P256(_) => Algorithm::Es256,
            Material::Ed25519(_) => Algorithm::EdDsa,
        }
    }

    pub(crate) const fn material(&self) -> &Material {
        &self.material
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({:?}, {})", self.id, self.algorithm().word())
    }
}

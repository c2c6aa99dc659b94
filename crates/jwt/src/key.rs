//! A key out of a JWK (RFC 7517 §4), bound to what it may verify.
//!
//! Binding key and algorithms when the key is read is what keeps a token from choosing how it is
//! verified (RFC 8725 §3.1).

mod read;

use std::fmt;

use jwt_simple::algorithms::{ES256PublicKey, ES384PublicKey, Ed25519PublicKey, RS256PublicKey};

use crate::algorithm::Family;
use crate::{Algorithm, Purpose};

pub(crate) use read::{Jwk, read};

/// A key with its id, and what it may verify.
pub struct Key {
    id: Option<Box<str>>,
    only: Option<Algorithm>,
    purpose: Option<Purpose>,
    material: Material,
    /// For a proxy that verifies: the whole `SubjectPublicKeyInfo`, of RSA and P-256 keys.
    public_key_info: Option<Box<[u8]>>,
}

/// The key itself.
pub(crate) enum Material {
    /// jwt-simple has a type for each RSA algorithm; the key in them is the same.
    Rsa(Box<RS256PublicKey>),
    P256(Box<ES256PublicKey>),
    P384(Box<ES384PublicKey>),
    Ed25519(Box<Ed25519PublicKey>),
    Secret(Box<[u8]>),
}

impl Key {
    /// `kid`.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// The algorithms that it can be for.
    #[must_use]
    pub const fn family(&self) -> Family {
        match self.material {
            Material::Rsa(_) => Family::Rsa,
            Material::P256(_) => Family::P256,
            Material::P384(_) => Family::P384,
            Material::Ed25519(_) => Family::Ed25519,
            Material::Secret(_) => Family::Secret,
        }
    }

    /// Whether it verifies this algorithm: one of its family, and where the JWK names an `alg`,
    /// that one alone. A secret is at least as long as the digest (RFC 7518 §3.2).
    #[must_use]
    pub fn verifies(&self, algorithm: Algorithm) -> bool {
        let long_enough = match &self.material {
            Material::Secret(secret) => secret.len() >= algorithm.sha().bytes(),
            _ => true,
        };
        long_enough
            && algorithm.family() == self.family()
            && self.only.is_none_or(|only| only == algorithm)
    }

    /// Whether it is for tokens of this purpose: its `use` says so, or it has none.
    #[must_use]
    pub fn serves(&self, purpose: Purpose) -> bool {
        self.purpose.is_none_or(|own| own == purpose)
    }

    /// Whether a token could mean either of two keys.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        let alike = |a: Option<Algorithm>, b: Option<_>| a.is_none() || b.is_none() || a == b;
        self.id.is_some()
            && self.id == other.id
            && self.family() == other.family()
            && self.purpose == other.purpose
            && alike(self.only, other.only)
    }

    /// The key as DER, where a proxy may be asked about it.
    pub(crate) fn public_key_info(&self) -> Option<&[u8]> {
        self.public_key_info.as_deref()
    }

    pub(crate) const fn material(&self) -> &Material {
        &self.material
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({:?}, {:?})", self.id, self.family()) // never what it holds
    }
}

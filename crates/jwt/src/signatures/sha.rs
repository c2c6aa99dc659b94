//! SHA-2, by what jwt-simple brings along.

use superboring::reexports::{hmac_sha256, hmac_sha512};

use crate::algorithm::Sha;

impl Sha {
    /// The digest of a message.
    pub(super) fn digest(self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => hmac_sha256::Hash::hash(message).into(),
            Self::Sha384 => hmac_sha512::sha384::Hash::hash(message).into(),
            Self::Sha512 => hmac_sha512::Hash::hash(message).into(),
        }
    }
}

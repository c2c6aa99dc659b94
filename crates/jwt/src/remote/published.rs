//! A set as it is published: the issuer's bytes, with the generation and the publisher they belong to.
//!
//! Every worker parses the bytes itself, by the parser that reads any set: what lies in the store is
//! believed no more than what came from the network.

use super::bytes::{sealed, unsealed};

/// Marks a value of this format.
const MAGIC: u64 = u64::from_le_bytes(*b"PCset\0\0\x01");

/// The bytes of a set for the store.
pub(super) fn to_bytes(generation: u64, publisher: u64, body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(body.len().saturating_add(24));
    for number in [MAGIC, generation, publisher] {
        bytes.extend_from_slice(&number.to_le_bytes());
    }
    bytes.extend_from_slice(body);
    sealed(bytes)
}

/// The issuer's bytes, where the value is of this generation and publisher.
pub(super) fn body(stored: &[u8], generation: u64, publisher: u64) -> Option<&[u8]> {
    let mut bytes = unsealed(stored)?;
    let expected = [MAGIC, generation, publisher];
    for number in expected {
        if bytes.u64()? != number {
            return None;
        }
    }
    Some(bytes.rest())
}

//! Stored bytes, written and read in one order. Integers are little-endian.

use std::hash::{DefaultHasher, Hasher};

/// Bytes not read yet; a read past the end is `None`.
pub(super) struct Bytes<'a>(pub(super) &'a [u8]);

impl<'a> Bytes<'a> {
    pub(super) fn u64(&mut self) -> Option<u64> {
        let (chunk, rest) = self.0.split_first_chunk::<8>()?;
        self.0 = rest;
        Some(u64::from_le_bytes(*chunk))
    }

    pub(super) const fn rest(self) -> &'a [u8] {
        self.0
    }
}

/// Finds damage and values of others, not malice: whoever writes to the store can compute it too.
pub(super) fn checksum(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(bytes);
    hasher.finish()
}

/// The bytes with their checksum in front.
pub(super) fn sealed(bytes: Vec<u8>) -> Vec<u8> {
    let mut whole = Vec::with_capacity(bytes.len().saturating_add(8));
    whole.extend_from_slice(&checksum(&bytes).to_le_bytes());
    whole.extend(bytes);
    whole
}

/// The bytes behind a checksum that fits them.
pub(super) fn unsealed(whole: &[u8]) -> Option<Bytes<'_>> {
    let mut bytes = Bytes(whole);
    let sum = bytes.u64()?;
    (sum == checksum(bytes.0)).then_some(bytes)
}

//! The SHA-256 of a key, which is all that is kept of it.

use std::cmp::Ordering;
use std::fmt;
use std::hint::black_box;

/// The SHA-256 (FIPS 180-4) of a key's bytes.
#[derive(Clone, Copy)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of a key.
    #[must_use]
    pub fn of(key: &[u8]) -> Self {
        Self(hmac_sha256::Hash::hash(key))
    }

    /// The digest in 64 lower-case hex digits; `None` for anything else.
    pub(crate) fn parse(hex: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        let (pairs, rest) = hex.as_bytes().as_chunks::<2>();
        if pairs.len() != bytes.len() || !rest.is_empty() {
            return None;
        }
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            *byte = digit(*high)? << 4 | digit(*low)?;
        }
        Some(Self(bytes))
    }

    /// Its first four bytes: they tell a client's keys apart in a log, and are of no other use.
    pub(crate) fn mark(&self) -> u32 {
        let first = self.0.first_chunk().copied();
        u32::from_be_bytes(first.unwrap_or_default())
    }

    /// The order of all bytes, for the digests of a document; what a client sends is compared with
    /// [`Self::is`].
    pub(crate) fn order(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }

    /// Its first eight bytes, by which a key is looked up.
    pub(crate) fn prefix(&self) -> u64 {
        let first = self.0.first_chunk().copied();
        u64::from_be_bytes(first.unwrap_or_default())
    }

    /// Whether both are the same, in a time that tells nothing about where they differ.
    pub(crate) fn is(&self, other: &Self) -> bool {
        let pairs = self.0.iter().zip(&other.0);
        black_box(pairs.fold(0, |differ, (a, b)| differ | a ^ b)) == 0
    }
}

/// 64 lower-case hex digits, as a document has them.
impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Enough to tell keys apart, and not the whole.
impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({:08x}..)", self.mark())
    }
}

const fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte.wrapping_sub(b'0')),
        b'a'..=b'f' => Some(byte.wrapping_sub(b'a').wrapping_add(10)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// NIST's first example of SHA-256.
    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn a_digest_is_sha_256_in_hex() {
        assert_eq!(Digest::of(b"abc").to_string(), ABC);
        let parsed = Digest::parse(ABC).unwrap();
        assert!(parsed.is(&Digest::of(b"abc")));
        assert_eq!(parsed.prefix(), 0xba78_16bf_8f01_cfea);
        assert_eq!(parsed.mark(), 0xba78_16bf);
        for wrong in [
            ABC.trim_start_matches('b'),
            &format!("{ABC}00"),
            &ABC.to_uppercase(),
            &ABC.replace('b', "g"),
            "",
        ] {
            assert!(Digest::parse(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn digests_are_the_same_in_every_bit_or_not_at_all() {
        let one = Digest::of(b"abc");
        for bit in 0..256 {
            let mut other = one;
            other.0[bit / 8] ^= 1 << (bit % 8);
            assert!(!one.is(&other), "{bit}");
        }
    }
}

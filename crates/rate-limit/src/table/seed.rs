//! The process's seed: what makes places in the table unpredictable, and its values recognisable.
//!
//! Without it a client could pick keys that share a set, and fill it.

use siphasher::sip128::{Hash128, Hasher128, SipHasher24};
use std::hash::Hasher;

use super::Identity;
use super::bytes::Bytes;
use crate::Moment;

/// A secret that all workers of one process share, kept in the store.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seed {
    key: [u8; 16],
    /// When a seed before this one was lost, and with it what every key had spent.
    pub(super) lost: Moment,
}

/// Where a key's state lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    /// Chooses the set.
    pub(crate) spread: u64,
    /// Names the key within its set.
    pub(crate) fingerprint: u64,
}

/// What a hash is for, so that none can stand for another.
#[derive(Clone, Copy)]
enum Purpose {
    Key = 1,
    Coarse = 2,
    Seal = 3,
    Jitter = 4,
}

/// Marks a value as a seed of this format.
const MAGIC: [u8; 4] = *b"PRS1";

impl Seed {
    pub(super) const fn new(key: [u8; 16], lost: Moment) -> Self {
        Self { key, lost }
    }

    /// Where the state of a limit's key lives.
    pub(crate) fn address(&self, limit: &Identity, key: &[u8]) -> Address {
        Address::from(self.hash(Purpose::Key, limit.as_bytes(), key))
    }

    /// Where the state lives that all keys of a limit share when their sets are full.
    pub(super) fn coarse_address(&self, limit: &Identity) -> Address {
        Address::from(self.hash(Purpose::Coarse, limit.as_bytes(), &[]))
    }

    /// A number that differs from refusal to refusal, and that no client can tell in advance.
    pub(super) fn jitter(&self, address: &Address, now: Moment) -> u64 {
        let fingerprint = address.fingerprint.to_le_bytes();
        self.hash(Purpose::Jitter, &fingerprint, &now.nanos().to_le_bytes())
            .h1
    }

    /// A checksum over a value and the name under which it is stored.
    pub(crate) fn seal(&self, name: &str, value: &[u8]) -> u64 {
        self.hash(Purpose::Seal, name.as_bytes(), value).h1
    }

    pub(super) fn to_bytes(self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(36);
        bytes.extend_from_slice(&MAGIC);
        bytes.extend_from_slice(&self.key);
        bytes.extend_from_slice(&self.lost.nanos().to_le_bytes());
        bytes.extend_from_slice(&self.checksum().to_le_bytes());
        bytes
    }

    /// Reads a stored seed; `None` for anything that [`Self::to_bytes`] does not write.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut bytes = Bytes(bytes);
        if bytes.take::<4>()? != MAGIC {
            return None;
        }
        let seed = Self {
            key: bytes.take()?,
            lost: bytes.moment()?,
        };
        (bytes.u64()? == seed.checksum() && bytes.is_empty()).then_some(seed)
    }

    /// Finds damage, not malice: whoever can write to the store can also read the seed.
    fn checksum(&self) -> u64 {
        self.seal("seed", &self.lost.nanos().to_le_bytes())
    }

    fn hash(&self, purpose: Purpose, first: &[u8], second: &[u8]) -> Hash128 {
        let mut hasher = SipHasher24::new_with_key(&self.key);
        hasher.write(&[purpose as u8]);
        hasher.write(&(first.len() as u64).to_le_bytes());
        hasher.write(first);
        hasher.write(second);
        hasher.finish128()
    }
}

impl std::fmt::Debug for Seed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seed(..)") // a secret
    }
}

impl From<Hash128> for Address {
    fn from(hash: Hash128) -> Self {
        Self {
            spread: hash.h1,
            fingerprint: hash.h2,
        }
    }
}

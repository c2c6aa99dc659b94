//! What was read of the last certificates, by their digests, for one worker.
//!
//! It holds what a certificate *says*, never whether a request may pass: validity and permission
//! are looked at every time. A list in order and not a hash map: a caller can choose certificates,
//! and with them digests, but cannot make a search by halves slow. What moves up when one is added
//! is little beside reading a certificate, and code for trees weighs 7 kB in a plugin.

use std::rc::Rc;

use super::peer::Peer;
use crate::SvidError;

/// The SHA-256 digest of a certificate in DER.
pub(super) type Digest = [u8; 32];

/// What reading a certificate gave.
pub(super) type Reading = Result<Rc<Peer>, SvidError>;

/// How many certificates are remembered: at some 500 bytes each that is half a megabyte for each
/// worker. More callers than this at the same time cost a parse each, and nothing else.
pub(super) const MAX_ENTRIES: usize = 1_024;

/// Readings, the oldest dropped first.
#[derive(Debug, Default)]
pub(super) struct PeerCache {
    /// In the order of their digests.
    entries: Vec<Entry>,
    /// How many were ever added.
    count: u64,
}

#[derive(Debug)]
struct Entry {
    digest: Digest,
    reading: Reading,
    /// How many had been added before it.
    number: u64,
}

impl PeerCache {
    /// What was read of this certificate, if it is remembered.
    pub(super) fn find(&self, digest: &Digest) -> Option<Reading> {
        let entry = self.entries.get(self.place(digest).ok()?)?;
        Some(entry.reading.clone())
    }

    /// Remembers a reading.
    pub(super) fn keep(&mut self, digest: Digest, reading: Reading) {
        if let Ok(at) = self.place(&digest) {
            if let Some(entry) = self.entries.get_mut(at) {
                entry.reading = reading;
            }
            return;
        }
        if self.entries.len() >= MAX_ENTRIES {
            let oldest = self.entries.iter().map(|entry| entry.number).min();
            self.entries.retain(|entry| Some(entry.number) != oldest);
        }
        let at = self.place(&digest).unwrap_or_else(|at| at);
        let number = self.count;
        self.count = number.saturating_add(1);
        self.entries.insert(
            at,
            Entry {
                digest,
                reading,
                number,
            },
        );
    }

    /// Where the reading of a digest stands, or would.
    fn place(&self, digest: &Digest) -> Result<usize, usize> {
        self.entries
            .binary_search_by(|entry| entry.digest.cmp(digest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(number: usize) -> Digest {
        let mut digest = Digest::default();
        digest[..8].copy_from_slice(&number.to_be_bytes());
        digest
    }

    #[test]
    fn the_oldest_goes_first_and_the_bound_holds() {
        let mut cache = PeerCache::default();
        for number in 0..MAX_ENTRIES + 3 {
            cache.keep(digest(number), Err(SvidError::NoUriSan));
            cache.keep(digest(number), Err(SvidError::NoUriSan)); // again: no second place
        }
        assert_eq!(cache.entries.len(), MAX_ENTRIES);
        assert!(cache.find(&digest(2)).is_none());
        assert_eq!(cache.find(&digest(3)), Some(Err(SvidError::NoUriSan)));
    }
}

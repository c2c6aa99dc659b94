//! What was read of the last certificates, by their digests, for one worker.
//!
//! It holds what a certificate *says*, never whether a request may pass: validity and permission
//! are looked at every time. A tree and not a hash map: a caller can choose certificates, and with
//! them digests, but cannot make a tree slow.

use std::collections::{BTreeMap, VecDeque};
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

/// Readings by digest, the oldest dropped first.
#[derive(Debug, Default)]
pub(super) struct PeerCache {
    readings: BTreeMap<Digest, Reading>,
    /// The digests in the order in which they came; each is in `readings` once.
    order: VecDeque<Digest>,
}

impl PeerCache {
    /// What was read of this certificate, if it is remembered.
    pub(super) fn find(&self, digest: &Digest) -> Option<Reading> {
        self.readings.get(digest).cloned()
    }

    /// Remembers a reading.
    pub(super) fn keep(&mut self, digest: Digest, reading: Reading) {
        if self.readings.insert(digest, reading).is_some() {
            return;
        }
        self.order.push_back(digest);
        while self.order.len() > MAX_ENTRIES {
            if let Some(oldest) = self.order.pop_front() {
                self.readings.remove(&oldest);
            }
        }
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
        assert_eq!(cache.readings.len(), MAX_ENTRIES);
        assert_eq!(cache.order.len(), MAX_ENTRIES);
        assert!(cache.find(&digest(2)).is_none());
        assert_eq!(cache.find(&digest(3)), Some(Err(SvidError::NoUriSan)));
    }
}

//! Key ids that the issuer was just asked about and does not have.
//!
//! Bounded, and by hash: a client chooses them.

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hasher};
use std::time::Duration;

/// How many are remembered. More only means that some are looked up again.
const MAX: usize = 64;

/// Key ids that are known to be unknown, the oldest dropped first.
#[derive(Debug, Default)]
pub(super) struct UnknownKids {
    kids: VecDeque<(u64, Duration)>,
}

impl UnknownKids {
    /// Whether this one was found unknown, and is to be taken as unknown until some later time.
    pub(super) fn holds(&self, kid: &str, now: Duration) -> bool {
        let kid = hash(kid);
        self.kids
            .iter()
            .any(|(known, until)| *known == kid && now < *until)
    }

    /// Remembers one until a time.
    pub(super) fn add(&mut self, kid: &str, until: Duration) {
        let kid = hash(kid);
        self.kids.retain(|(known, _)| *known != kid);
        if self.kids.len() >= MAX {
            self.kids.pop_front();
        }
        self.kids.push_back((kid, until));
    }

    /// Forgets all: there are new keys.
    pub(super) fn clear(&mut self) {
        self.kids.clear();
    }
}

/// Whoever would have another's `kid` taken for unknown needs one of the same 64 bits, for each.
fn hash(kid: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(kid.as_bytes());
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_bounded_and_end() {
        let mut kids = UnknownKids::default();
        let until = Duration::from_secs(9);
        for number in 0..=MAX {
            kids.add(&number.to_string(), until);
            kids.add(&number.to_string(), until);
        }
        assert_eq!(kids.kids.len(), MAX);
        let before = Duration::from_secs(8);
        assert!(!kids.holds("0", before) && kids.holds("1", before));
        assert!(!kids.holds("1", until));
        kids.clear();
        assert!(!kids.holds("2", before));
    }
}

//! What one worker knows of a set, and what it is waiting for.

use std::rc::Rc;
use std::time::Duration;

use super::Location;
use super::kids::UnknownKids;
use super::shared::Shared;
use crate::KeySet;

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) current: Option<Current>,
    /// As it was seen at the last poll.
    pub(super) shared: Shared,
    pub(super) flight: Option<Flight>,
    /// Somebody asks for a `kid` that is not in the set.
    pub(super) wanted: bool,
    pub(super) unknown: UnknownKids,
    /// How many sets were taken.
    pub(super) editions: u64,
    /// When it was last polled.
    pub(super) polled: Duration,
}

/// The set that was last taken from the board.
#[derive(Debug)]
pub(super) struct Current {
    /// Its generation and publisher.
    of: (u64, u64),
    /// `None` where no set could be read yet.
    keys: Option<Rc<KeySet>>,
    /// Of the issuer's bytes, to see that a set has not changed; `None` where what lay on the board
    /// was not what was published, and what was known before stays in use.
    digest: Option<u64>,
}

/// A fetch of ours that is under way.
#[derive(Clone, Debug)]
pub(super) struct Flight {
    pub(super) nonce: u64,
    pub(super) until: Duration,
    pub(super) target: Target,
}

#[derive(Clone, Debug)]
pub(super) enum Target {
    Discovery(Location),
    Keys,
}

impl State {
    /// Whether the issuer is being asked, or is about to be.
    pub(super) fn is_asking(&self, now: Duration) -> bool {
        self.wanted || self.flight.is_some() || self.shared.is_leased(now)
    }

    pub(super) fn keys(&self) -> Option<&Rc<KeySet>> {
        self.current.as_ref()?.keys.as_ref()
    }

    pub(super) fn generation(&self) -> u64 {
        self.current.as_ref().map_or(0, |current| current.of.0)
    }

    /// Whether what the board says is in use was taken from it already.
    pub(super) fn is_of(&self, shared: &Shared) -> bool {
        let of = (shared.generation, shared.publisher);
        self.current
            .as_ref()
            .is_some_and(|current| current.of == of)
    }

    /// Whether the issuer's bytes are those of the set in use.
    pub(super) fn has(&self, shared: &Shared, digest: u64) -> bool {
        let same = |current: &Current| current.digest == Some(digest);
        self.is_of(shared) && self.current.as_ref().is_some_and(same)
    }

    /// Whether what lay on the board was not what was published.
    pub(super) fn is_damaged(&self) -> bool {
        let damaged = |current: &Current| current.digest.is_none();
        self.current.as_ref().is_some_and(damaged)
    }

    /// Takes a set, or that there is none to be read; what was known before then stays in use.
    pub(super) fn take(&mut self, shared: &Shared, read: Option<(KeySet, u64)>) {
        let before = self.current.take().and_then(|current| current.keys);
        let (keys, digest) = match read {
            Some((keys, digest)) => (Some(Rc::new(keys)), Some(digest)),
            None => (before, None),
        };
        self.current = Some(Current {
            of: (shared.generation, shared.publisher),
            keys,
            digest,
        });
        self.unknown.clear();
        self.editions = self.editions.saturating_add(1);
    }
}

//! Tokens whose signature was verified, so that the next request with the same bytes costs no
//! signature and no parsing.
//!
//! Bounded in number, bytes and age. It keeps what a token says, never whether it may pass: dates,
//! audiences, scopes and binding are looked at on every request.

use std::cell::{Cell, OnceCell};
use std::cmp::Ordering;
use std::hash::Hasher;
use std::rc::Rc;
use std::time::Duration;

use policy::Unreadable;
use siphasher::sip::SipHasher13;

use crate::claims::Claims;
use crate::keys::Generation;

/// The fingerprint of a token's bytes, computed once a request and used for every look-up.
///
/// Its key is random, so that nobody can make two tokens of one fingerprint. Should two have one all
/// the same, that costs a place in the cache and nothing else: a look-up compares the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Fingerprint(u64);

impl Fingerprint {
    /// The fingerprint of a token.
    pub(crate) fn of(token: &[u8], secret: &Secret) -> Self {
        let mut hasher = SipHasher13::new_with_key(&secret.key());
        hasher.write(token);
        Self(hasher.finish())
    }
}

/// Gives 16 random bytes when asked.
pub(crate) type Random = Rc<dyn Fn() -> Result<[u8; 16], Unreadable>>;

/// The key of fingerprints: random, and asked for with the first token.
#[derive(Default)]
pub(crate) struct Secret {
    source: Option<Random>,
    key: OnceCell<[u8; 16]>,
}

impl Secret {
    /// A secret from this source; without one, or where it fails, the key is known, which is no more
    /// than a hash that somebody could aim at.
    pub(crate) const fn new(source: Option<Random>) -> Self {
        Self {
            source,
            key: OnceCell::new(),
        }
    }

    fn key(&self) -> [u8; 16] {
        *self.key.get_or_init(|| {
            let random = self.source.as_ref().and_then(|source| source().ok());
            random.unwrap_or_default()
        })
    }
}

/// By which keys a token was verified, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    generation: Generation,
    at: Duration,
}

impl Stamp {
    /// The keys in force, and the time since 1970.
    pub(crate) const fn new(generation: Generation, at: Duration) -> Self {
        Self { generation, at }
    }

    /// Whether what bears this stamp still counts. A clock that was set back ends it too.
    fn counts(self, now: Self, max_age: Duration) -> bool {
        let age = now.at.checked_sub(self.at);
        self.generation == now.generation && age.is_some_and(|age| age < max_age)
    }
}

/// The cache: a clock over slots, so that a token in use outlives one that was seen once.
pub(crate) struct TokenCache {
    /// Numbers of slots, in the order of the slots' keys.
    index: Vec<usize>,
    slots: Vec<Slot>,
    hand: usize,
    bytes: usize,
    bounds: Bounds,
}

/// What the cache holds at most.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// Tokens; 0 keeps none.
    pub(crate) tokens: usize,
    /// Bytes, tokens with what they say.
    pub(crate) bytes: usize,
    /// How long a token counts before its signature is verified again.
    pub(crate) age: Duration,
}

struct Slot {
    key: (Fingerprint, usize),
    token: Box<[u8]>,
    claims: Rc<Claims>,
    stamp: Stamp,
    bytes: usize,
    used: Cell<bool>,
}

impl TokenCache {
    /// An empty cache; a bound of 0 keeps it so.
    pub(crate) const fn new(bounds: Bounds) -> Self {
        Self {
            index: Vec::new(),
            slots: Vec::new(),
            hand: 0,
            bytes: 0,
            bounds,
        }
    }

    /// The claims of these exact bytes, if this provider's keys have verified them and that still
    /// counts at the stamp of now.
    pub(crate) fn find(
        &self,
        provider: usize,
        fingerprint: Fingerprint,
        token: &[u8],
        now: Stamp,
    ) -> Option<Rc<Claims>> {
        let at = self.search((fingerprint, provider)).ok()?;
        let slot = self.slots.get(*self.index.get(at)?)?;
        if *slot.token != *token || !slot.stamp.counts(now, self.bounds.age) {
            return None;
        }
        slot.used.set(true);
        Some(Rc::clone(&slot.claims))
    }

    /// Keeps a verified token, at the cost of others where there is no room.
    pub(crate) fn keep(
        &mut self,
        provider: usize,
        fingerprint: Fingerprint,
        token: &[u8],
        stamp: Stamp,
        claims: &Rc<Claims>,
    ) {
        let bytes = token
            .len()
            .saturating_add(claims.footprint())
            .saturating_add(size_of::<Slot>());
        let key = (fingerprint, provider);
        if let Ok(at) = self.search(key)
            && let Some(slot) = self.index.get(at)
        {
            self.evict(*slot); // what counts no longer, or another token of this fingerprint
        }
        if bytes > self.bounds.bytes || self.bounds.tokens == 0 {
            return;
        }
        while self.slots.len() >= self.bounds.tokens
            || self.bytes > self.bounds.bytes.saturating_sub(bytes)
        {
            self.turn();
        }
        self.bytes = self.bytes.saturating_add(bytes);
        let at = self.search(key).unwrap_or_else(|free| free);
        self.index.insert(at, self.slots.len());
        self.slots.push(Slot {
            key,
            token: token.into(),
            claims: Rc::clone(claims),
            stamp,
            bytes,
            used: Cell::new(false),
        });
    }

    /// Moves the hand on: a slot that was used gets another round, one that was not goes. The last slot
    /// is the newest and not looked at where it stands: it moves into the next that becomes free, which
    /// the hand has passed then.
    fn turn(&mut self) {
        if self.hand.saturating_add(1) >= self.slots.len() {
            self.hand = 0;
        }
        let used = self.slots.get(self.hand).map(|slot| slot.used.take());
        if used == Some(false) {
            self.evict(self.hand);
        }
        self.hand = self.hand.saturating_add(1);
    }

    fn evict(&mut self, number: usize) {
        let last = self.slots.len().saturating_sub(1);
        if let Some(key) = self.slots.get(number).map(|slot| slot.key)
            && let Ok(at) = self.search(key)
        {
            self.index.remove(at);
            // The last slot takes the place of the one that goes.
            if let Some(key) = self.slots.get(last).map(|slot| slot.key)
                && let Ok(at) = self.search(key)
                && let Some(moved) = self.index.get_mut(at)
            {
                *moved = number;
            }
            let slot = self.slots.swap_remove(number);
            self.bytes = self.bytes.saturating_sub(slot.bytes);
        }
    }

    /// Where a key stands in the index, or where it would.
    fn search(&self, key: (Fingerprint, usize)) -> Result<usize, usize> {
        self.index
            .binary_search_by(|slot| match self.slots.get(*slot) {
                Some(slot) => slot.key.cmp(&key),
                None => Ordering::Less, // never: each number is that of a slot
            })
    }
}

#[cfg(test)]
mod tests;

//! Tokens whose signature was verified, so that the next request with the same bytes costs no
//! signature and no parsing.
//!
//! Bounded in number and bytes. It keeps what a token says, never whether it may pass: dates,
//! audiences and scopes are compared on every request.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hasher};
use std::rc::Rc;

use crate::claims::Claims;

/// The fingerprint of a token's bytes, computed once a request and used for every look-up.
///
/// Its key is fixed: only verified tokens are kept, and a look-up compares the bytes, so two
/// tokens of one fingerprint cost an issuer a cache entry and nobody anything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Fingerprint(u64);

impl Fingerprint {
    /// The fingerprint of a token.
    pub(crate) fn of(token: &[u8]) -> Self {
        let mut hasher = DefaultHasher::new();
        hasher.write(token);
        Self(hasher.finish())
    }
}

/// The cache: a clock over slots, so that a token in use outlives one that was seen once.
pub(crate) struct TokenCache {
    index: BTreeMap<(Fingerprint, usize), usize>,
    slots: Vec<Slot>,
    hand: usize,
    bytes: usize,
    max_tokens: usize,
    max_bytes: usize,
}

struct Slot {
    key: (Fingerprint, usize),
    token: Box<[u8]>,
    claims: Rc<Claims>,
    bytes: usize,
    used: Cell<bool>,
}

impl TokenCache {
    /// An empty cache; a bound of 0 keeps it so.
    pub(crate) const fn new(max_tokens: usize, max_bytes: usize) -> Self {
        Self {
            index: BTreeMap::new(),
            slots: Vec::new(),
            hand: 0,
            bytes: 0,
            max_tokens,
            max_bytes,
        }
    }

    /// The claims of these exact bytes, if this provider's keys have verified them.
    pub(crate) fn find(
        &self,
        provider: usize,
        fingerprint: Fingerprint,
        token: &[u8],
    ) -> Option<Rc<Claims>> {
        let slot = self.slots.get(*self.index.get(&(fingerprint, provider))?)?;
        if *slot.token != *token {
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
        claims: &Rc<Claims>,
    ) {
        let bytes = token
            .len()
            .saturating_add(claims.footprint())
            .saturating_add(size_of::<Slot>());
        let key = (fingerprint, provider);
        if let Some(at) = self.index.get(&key) {
            self.evict(*at); // another token of this fingerprint
        }
        if bytes > self.max_bytes || self.max_tokens == 0 {
            return;
        }
        while self.slots.len() >= self.max_tokens
            || self.bytes > self.max_bytes.saturating_sub(bytes)
        {
            self.turn();
        }
        self.bytes = self.bytes.saturating_add(bytes);
        self.index.insert(key, self.slots.len());
        self.slots.push(Slot {
            key,
            token: token.into(),
            claims: Rc::clone(claims),
            bytes,
            used: Cell::new(false),
        });
    }

    /// Moves the hand on: a slot that was used gets another round, one that was not goes.
    fn turn(&mut self) {
        match self.slots.get(self.hand) {
            None => self.hand = 0,
            Some(slot) if slot.used.take() => self.hand = self.hand.saturating_add(1),
            Some(_) => self.evict(self.hand),
        }
    }

    fn evict(&mut self, at: usize) {
        if at >= self.slots.len() {
            return;
        }
        let slot = self.slots.swap_remove(at);
        self.index.remove(&slot.key);
        self.bytes = self.bytes.saturating_sub(slot.bytes);
        if let Some(moved) = self.slots.get(at) {
            self.index.insert(moved.key, at);
        }
    }
}

#[cfg(test)]
mod tests;

//! The store as the life of a key set needs it: one small value, and two places for sets in turn.

use std::rc::Rc;
use std::time::Duration;

use policy::{Expected, Store, StoreError, Swap, Version};

use super::shared::Shared;
use super::{Settings, published};

/// Where all workers of a process find the set of one provider.
pub(super) struct Board {
    store: Rc<dyn Store>,
    shared: String,
    /// Of even and odd generations: the set in use is not written over before another is in use.
    sets: [String; 2],
}

/// What a write of a set must expect, read before anything else.
pub(super) struct Slots([Option<Version>; 2]);

impl Board {
    pub(super) fn new(store: Rc<dyn Store>, identity: &str) -> Self {
        let name = |end: &str| format!("portcullis.1.jwks.{identity}.{end}");
        Self {
            store,
            shared: name("state"),
            sets: [name("even"), name("odd")],
        }
    }

    /// The small value, and what a write of it must expect to find. One that is damaged or another's
    /// is as good as none.
    pub(super) fn look(
        &self,
        settings: &Settings,
        now: Duration,
    ) -> Result<(Shared, Expected), StoreError> {
        let Some(stored) = self.store.read(&self.shared)? else {
            return Ok((Shared::default(), Expected::Absent));
        };
        let shared = Shared::read(&stored.value, settings, now).unwrap_or_default();
        Ok((shared, Expected::Version(stored.version)))
    }

    /// Writes the small value, if it is still as it was.
    pub(super) fn swap(&self, shared: Shared, expected: Expected) -> Result<Swap, StoreError> {
        self.store.swap(&self.shared, &shared.to_bytes(), expected)
    }

    /// The issuer's bytes of the set in use; `None` where they are not what was published.
    pub(super) fn body(&self, shared: Shared) -> Result<Option<Vec<u8>>, StoreError> {
        let stored = self.store.read(self.name(shared.generation))?;
        let body = stored
            .as_ref()
            .and_then(|stored| published::body(&stored.value, shared.generation, shared.publisher));
        Ok(body.map(<[u8]>::to_vec))
    }

    /// What is in both places now.
    pub(super) fn slots(&self) -> Result<Slots, StoreError> {
        let [even, odd] = &self.sets;
        let version = |name| Ok(self.store.read(name)?.map(|stored| stored.version));
        Ok(Slots([version(even)?, version(odd)?]))
    }

    /// Writes a set to its place, if nobody else has since the slots were read.
    pub(super) fn put(
        &self,
        shared: Shared,
        body: &[u8],
        Slots([even, odd]): &Slots,
    ) -> Result<Swap, StoreError> {
        let seen = if is_odd(shared.generation) { odd } else { even };
        let value = published::to_bytes(shared.generation, shared.publisher, body);
        let expected = seen.map_or(Expected::Absent, Expected::Version);
        self.store
            .swap(self.name(shared.generation), &value, expected)
    }

    fn name(&self, generation: u64) -> &str {
        let [even, odd] = &self.sets;
        if is_odd(generation) { odd } else { even }
    }
}

const fn is_odd(generation: u64) -> bool {
    generation % 2 == 1
}

impl std::fmt::Debug for Board {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Board({})", self.shared)
    }
}

//! How workers agree on one seed: whoever needs it first creates it, and all others take that one.
//!
//! Nothing is asked of the host while a configuration is read; the first decision does it.

use std::cell::Cell;
use std::rc::Rc;

use policy::{Expected, Store, Swap, Unreadable};

use super::seed::Seed;
use super::{MAX_RETRIES, Unusable};
use crate::tallies::count;
use crate::{Moment, Tallies};

/// Gives 16 random bytes when asked.
pub type SeedSource = Rc<dyn Fn() -> Result<[u8; 16], Unreadable>>;

/// The key under which the seed is stored.
const NAME: &str = "portcullis.v1.rl.seed";

/// How long a worker goes by a seed before it reads it again, in nanoseconds. Should the seed be
/// damaged and replaced, workers that know the old one count apart from the others for so long.
const FRESH: u64 = 1_000_000_000;

/// The seed of the process, and how to come by it.
pub(super) struct Seeds {
    source: SeedSource,
    /// With the moment at which it was read.
    known: Cell<Option<(Seed, Moment)>>,
}

impl Seeds {
    pub(super) fn new(source: SeedSource) -> Self {
        Self {
            source,
            known: Cell::new(None),
        }
    }

    /// The seed as this worker knows it.
    pub(super) fn current(
        &self,
        store: &dyn Store,
        tallies: &Tallies,
        now: Moment,
    ) -> Result<Seed, Unusable> {
        match self.known.get() {
            Some((seed, read)) if read.nanos().abs_diff(now.nanos()) < FRESH => Ok(seed),
            _ => self.agree(store, tallies, now),
        }
    }

    /// The seed as the store has it now, created where it is absent. One that cannot be read is
    /// replaced, and then everybody is taken to have spent everything: what they had is lost.
    pub(super) fn agree(
        &self,
        store: &dyn Store,
        tallies: &Tallies,
        now: Moment,
    ) -> Result<Seed, Unusable> {
        for _ in 0..=MAX_RETRIES {
            let (expected, lost) = match store.read(NAME)? {
                None => (Expected::Absent, Moment::NEVER),
                Some(stored) => {
                    if let Some(seed) = Seed::from_bytes(&stored.value) {
                        self.known.set(Some((seed, now)));
                        return Ok(seed);
                    }
                    count(&tallies.corrupt);
                    (Expected::Version(stored.version), now.or_first())
                }
            };
            let seed = Seed::new((self.source)()?, lost);
            if store.swap(NAME, &seed.to_bytes(), expected)? == Swap::Done {
                self.known.set(Some((seed, now)));
                return Ok(seed);
            }
        }
        Err(Unusable::Seed)
    }
}

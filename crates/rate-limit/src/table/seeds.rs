//! How workers agree on one seed: whoever needs it first creates it, and all others take that one.
//!
//! Nothing is asked of the host while a configuration is read; the first decision does it.

use std::cell::Cell;
use std::rc::Rc;

use policy::{Expected, Store, Swap, Unreadable};

use super::seed::Seed;
use super::{Clock, MAX_RETRIES, Unusable};
use crate::tallies::count;
use crate::{Moment, Tallies};

/// Gives 16 random bytes when asked.
pub type SeedSource = Rc<dyn Fn() -> Result<[u8; 16], Unreadable>>;

/// The key under which the seed is stored.
const NAME: &str = "portcullis.v1.rl.seed";

/// How long a worker goes by a seed before it reads it again, in nanoseconds. Should the seed be
/// damaged and replaced, workers that know the old one count apart from the others for so long;
/// whoever replaces it has everybody start spent at the end of that time.
const FRESH: u64 = 1_000_000_000;

type Agreed = Result<Seed, Unusable>;

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

    /// The seed as this worker knows it, however old.
    pub(super) fn known(&self, store: &dyn Store, tallies: &Tallies, clock: Clock<'_>) -> Agreed {
        match self.known.get() {
            Some((seed, _)) => Ok(seed),
            None => self.agree(store, tallies, clock),
        }
    }

    /// Whether what this worker knows may still be decided by.
    pub(super) fn is_fresh(&self, now: Moment) -> bool {
        let known = self.known.get();
        known.is_some_and(|(_, read)| read.nanos().abs_diff(now.nanos()) < FRESH)
    }

    /// The seed as the store has it now, created where it is absent. One that cannot be read is
    /// replaced, and then everybody is taken to have spent everything until no worker goes by the
    /// old one any more: what they had is lost.
    pub(super) fn agree(&self, store: &dyn Store, tallies: &Tallies, clock: Clock<'_>) -> Agreed {
        for _ in 0..=MAX_RETRIES {
            let before = clock()?;
            let (expected, lost) = match store.read(NAME)? {
                None => (Expected::Absent, Moment::NEVER),
                Some(stored) => {
                    if let Some(seed) = Seed::from_bytes(&stored.value) {
                        self.known.set(Some((seed, before)));
                        return Ok(seed);
                    }
                    count(&tallies.corrupt);
                    (Expected::Version(stored.version), clock()?.after(FRESH))
                }
            };
            let seed = Seed::new((self.source)()?, lost);
            if store.swap(NAME, &seed.to_bytes(), expected)? == Swap::Done {
                self.known.set(Some((seed, before)));
                return Ok(seed);
            }
        }
        Err(Unusable::Seed)
    }
}

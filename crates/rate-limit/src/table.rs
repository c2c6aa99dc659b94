//! The shared table: what every key of every limit has spent, in fixed memory.
//!
//! One value of the store is a set of eight entries; a decision reads one set and swaps it. Names
//! are constant, so that the store, which never forgets a name, cannot grow beyond the table.
//!
//! What is guaranteed, as long as the store's swap is one and no worker decides on a reading of the
//! clock that is more than a minute old: a key never gets more than its rates say, however many
//! workers race, and whatever is evicted, overflows or is damaged. Where the table no longer knows
//! what a key has spent, it takes the worst that it can have been:
//! - an entry is evicted only once replenished, and the set remembers the latest such moment;
//! - a key that finds its set full is counted in one coarse entry that its limit shares among all
//!   such keys, at the limit's own rates; a key that later finds a place in that set starts spent;
//! - a damaged set starts anew, and each of its keys is taken to be spent at the moment at which
//!   the damage is found; it comes back at its own rate.

mod bytes;
mod identity;
mod seed;
mod seeds;
mod set;
mod size;

use std::rc::Rc;
use std::time::Duration;

use policy::{Expected, Store, StoreError, Swap, Unreadable};

pub use identity::Identity;
pub use seeds::SeedSource;
pub use size::Size;

use crate::tallies::count;
use crate::{Moment, Rates, Tallies};
use seed::Seed;
use seeds::Seeds;
use set::{Change, Outcome, Set};

/// How often a decision is tried again after another worker was first. Each try that fails is
/// another worker's that succeeded, so this many in a row are rare even on a set under attack.
pub const MAX_RETRIES: u32 = 16;

/// The table as one worker sees it.
pub struct Table {
    store: Rc<dyn Store>,
    seeds: Seeds,
    size: Size,
    tallies: Rc<Tallies>,
}

/// What the table says to one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Verdict {
    /// Counted; it may pass.
    Admitted,
    /// No room for so long; nothing was counted.
    Exceeded(Duration),
    /// Other workers were first every time; nothing was counted.
    Contended,
}

/// The table cannot decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unusable {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The host gave no random bytes.
    #[error(transparent)]
    Host(#[from] Unreadable),
    /// The workers could not agree on a seed.
    #[error("the workers could not agree on a seed")]
    Seed,
}

impl Table {
    /// A table in a store. The store is not touched before the first decision.
    #[must_use]
    pub fn new(store: Rc<dyn Store>, source: SeedSource, size: Size, tallies: Rc<Tallies>) -> Self {
        Self {
            store,
            seeds: Seeds::new(source),
            size,
            tallies,
        }
    }

    /// Counts one request of a limit's key at `now`, if all of the limit's rates have room.
    ///
    /// # Errors
    /// The store or the host failed. The request must not pass.
    pub fn take(
        &self,
        limit: &Identity,
        rates: &Rates,
        key: &[u8],
        now: Moment,
    ) -> Result<Verdict, Unusable> {
        for _ in 0..=MAX_RETRIES {
            match self.attempt(limit, rates, key, now)? {
                Attempt::Settled(verdict) => return Ok(verdict),
                Attempt::Lost => count(&self.tallies.lost_swaps),
            }
        }
        count(&self.tallies.contentions);
        Ok(Verdict::Contended)
    }

    fn attempt(
        &self,
        limit: &Identity,
        rates: &Rates,
        key: &[u8],
        now: Moment,
    ) -> Result<Attempt, Unusable> {
        let seed = self.seeds.current(&*self.store, &self.tallies, now)?;
        let address = seed.address(limit, key);
        let Some(mut open) = self.open(self.size.set(address.spread), &seed, now)? else {
            return Ok(Attempt::Lost);
        };
        match open.set.take(address.fingerprint, rates, now, None) {
            Outcome::Taken(change) => self.close(&open, change, &seed, Verdict::Admitted),
            Outcome::Refused(wait, change) => {
                self.close(&open, change, &seed, Verdict::Exceeded(wait))
            }
            Outcome::Full(_) => self.overflow(open, limit, rates, &seed, now),
        }
    }

    /// Counts a request whose set is full in its limit's coarse entry. The set is marked first, so
    /// that a key which finds a place there later cannot spend twice.
    fn overflow(
        &self,
        mut full: Open,
        limit: &Identity,
        rates: &Rates,
        seed: &Seed,
        now: Moment,
    ) -> Result<Attempt, Unusable> {
        let address = seed.coarse_address(limit);
        let Some(mut coarse) = self.open(self.size.coarse(address.spread), seed, now)? else {
            return Ok(Attempt::Lost);
        };
        let forgotten = full.set.forgotten(rates);
        match coarse
            .set
            .take(address.fingerprint, rates, now, Some(&forgotten))
        {
            Outcome::Taken(change) => {
                if full.set.overflow(now) {
                    let marked = self.close(&full, Change::Entry, seed, Verdict::Admitted)?;
                    if marked == Attempt::Lost {
                        return Ok(Attempt::Lost);
                    }
                }
                let attempt = self.close(&coarse, change, seed, Verdict::Admitted)?;
                if attempt != Attempt::Lost {
                    count(&self.tallies.overflows);
                }
                Ok(attempt)
            }
            Outcome::Refused(wait, change) => {
                self.close(&coarse, change, seed, Verdict::Exceeded(wait))
            }
            Outcome::Full(wait) => self.close(&coarse, Change::None, seed, Verdict::Exceeded(wait)),
        }
    }

    /// Reads a set. `None` where the seed has changed, which is found by a value that it seals no
    /// more: then everything is to be looked up anew.
    fn open(&self, name: String, seed: &Seed, now: Moment) -> Result<Option<Open>, Unusable> {
        let Some(stored) = self.store.read(&name)? else {
            let mut set = Set::default();
            set.lose(seed.lost);
            return Ok(Some(Open {
                name,
                set,
                expected: Expected::Absent,
                healed: false,
            }));
        };
        let expected = Expected::Version(stored.version);
        let (mut set, damaged) = match Set::from_bytes(&stored.value, &name, seed) {
            Some(set) => (set, false),
            None if self.seeds.agree(&*self.store, &self.tallies, now)? == *seed => {
                count(&self.tallies.corrupt);
                (Set::lost_at(now.or_first()), true)
            }
            None => return Ok(None),
        };
        let bounded = set.bound(now);
        if bounded {
            count(&self.tallies.clamped);
        }
        set.lose(seed.lost);
        Ok(Some(Open {
            name,
            set,
            expected,
            healed: damaged || bounded,
        }))
    }

    /// Writes a set if it changed, and settles on the verdict if no other worker was first.
    fn close(
        &self,
        open: &Open,
        change: Change,
        seed: &Seed,
        verdict: Verdict,
    ) -> Result<Attempt, Unusable> {
        if change == Change::None && !open.healed {
            return Ok(Attempt::Settled(verdict));
        }
        let value = open.set.to_bytes(&open.name, seed);
        if self.store.swap(&open.name, &value, open.expected)? == Swap::Lost {
            return Ok(Attempt::Lost);
        }
        match change {
            Change::Evicted => count(&self.tallies.evictions),
            Change::Clamped => count(&self.tallies.clamped),
            Change::None | Change::Entry => {}
        }
        Ok(Attempt::Settled(verdict))
    }
}

impl std::fmt::Debug for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Table")
            .field("size", &self.size)
            .field("tallies", &self.tallies)
            .finish_non_exhaustive()
    }
}

/// A set between its reading and its writing.
struct Open {
    name: String,
    set: Set,
    expected: Expected,
    /// What was read could not be kept as it was: to be written back even if nothing is counted.
    healed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Attempt {
    Settled(Verdict),
    Lost,
}

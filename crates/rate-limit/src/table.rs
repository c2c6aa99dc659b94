//! The shared table: what every key of every limit has spent, in fixed memory.
//!
//! One value of the store is a set of eight entries; a decision reads one set and swaps it. Names
//! are constant, so that the store, which never forgets a name, cannot grow beyond the table.
//!
//! What is guaranteed, as long as the store's swap is one and the clock does not go back: a key never
//! gets more than its rates say, however many workers race, however long one of them is held up
//! between two steps, and whatever is evicted, overflows or is damaged. The clock is read after the
//! set, at each try, so that no honest time of the set lies ahead of it; whatever comes between the
//! reading and the swap either makes the swap fail or makes the reading a little old, which can
//! only deny. Where the table no longer knows what a key has spent, it takes the worst that it can
//! have been:
//! - an entry is evicted only once replenished, and the set remembers the latest such moment;
//! - a key that finds its set full is counted in one coarse entry that its limit shares among all
//!   such keys, at the limit's own rates; a key that later finds a place in that set starts spent;
//! - a damaged set starts anew, and each of its keys is taken to be spent at the moment at which
//!   the damage is found; it comes back at its own rate.

mod bytes;
mod charge;
mod identity;
mod seed;
mod seeds;
mod set;
mod size;

use std::rc::Rc;

use policy::{Expected, Store, Swap};

pub use charge::{Charge, Clock, Refusal, Unusable, Verdict};
pub use identity::Identity;
pub use seeds::SeedSource;
pub use size::Size;

use crate::tallies::count;
use crate::{Moment, Tallies};
pub(crate) use bytes::Bytes;
use seed::Address;
pub(crate) use seed::Seed;
use seeds::Seeds;
use set::{Answer, Asked, Change, Outcome, Set};

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

    /// Counts a request, if all of the limit's rates have room. `clock` is read at each try.
    ///
    /// # Errors
    /// The store, the clock or the host failed. The request must not pass.
    pub fn take(&self, charge: &Charge<'_>, clock: Clock<'_>) -> Result<Verdict, Unusable> {
        for _ in 0..=MAX_RETRIES {
            match self.attempt(charge, clock)? {
                Attempt::Settled(verdict) => return Ok(verdict),
                Attempt::Lost => count(&self.tallies.lost_swaps),
                Attempt::Stale => {}
            }
        }
        count(&self.tallies.contentions);
        Ok(Verdict::Contended)
    }

    /// The seed of the process, for what stands beside this table in the same store.
    pub(crate) fn seed(&self, clock: Clock<'_>) -> Result<Seed, Unusable> {
        let seed = self.seeds.known(&*self.store, &self.tallies, clock)?;
        if self.seeds.is_fresh(clock()?) {
            return Ok(seed);
        }
        self.seeds.agree(&*self.store, &self.tallies, clock)
    }

    /// The store that it lives in.
    pub(crate) fn store(&self) -> &dyn Store {
        &*self.store
    }

    fn attempt(&self, charge: &Charge<'_>, clock: Clock<'_>) -> Result<Attempt, Unusable> {
        let seed = self.seeds.known(&*self.store, &self.tallies, clock)?;
        let address = seed.address(charge.limit, charge.key);
        let Some(mut open) = self.open(self.size.set(address.spread), &seed, clock)? else {
            return Ok(Attempt::Lost);
        };
        if !self.seeds.is_fresh(open.now) {
            self.seeds.agree(&*self.store, &self.tallies, clock)?;
            return Ok(Attempt::Stale);
        }
        let asked = open.asked(charge, address.fingerprint);
        let answer = open.set.take(&asked, None);
        match answer.outcome {
            Outcome::Full(_) => self.overflow(open, charge, &seed, clock),
            outcome => {
                let (said, how) = verdict(outcome, &answer, &asked, &seed, &address);
                self.close(&open, how, &seed, said)
            }
        }
    }

    /// Counts a request whose set is full in its limit's coarse entry. The set is marked first, so
    /// that a key which finds a place there later cannot spend twice.
    fn overflow(
        &self,
        mut full: Open,
        charge: &Charge<'_>,
        seed: &Seed,
        clock: Clock<'_>,
    ) -> Result<Attempt, Unusable> {
        let address = seed.coarse_address(charge.limit);
        let Some(mut coarse) = self.open(self.size.coarse(address.spread), seed, clock)? else {
            return Ok(Attempt::Lost);
        };
        let forgotten = full.set.forgotten(charge.rates);
        let asked = coarse.asked(charge, address.fingerprint);
        let answer = coarse.set.take(&asked, Some(&forgotten));
        let (said, how) = verdict(answer.outcome, &answer, &asked, seed, &address);
        let counts = matches!(said, Verdict::Admitted(_)) && charge.cost > 0;
        if counts && full.set.overflow(asked.now) {
            let marked = self.close(&full, Change::Entry, seed, said)?;
            if marked == Attempt::Lost {
                return Ok(Attempt::Lost);
            }
        }
        let attempt = self.close(&coarse, how, seed, said)?;
        if attempt != Attempt::Lost {
            count(&self.tallies.overflows);
            if matches!(said, Verdict::Exceeded(_)) {
                count(&self.tallies.overflows_denied);
            }
        }
        Ok(attempt)
    }

    /// Reads a set. `None` where the seed has changed, which is found by a value that it seals no
    /// more: then everything is to be looked up anew. The clock is read last.
    fn open(&self, name: String, seed: &Seed, clock: Clock<'_>) -> Result<Option<Open>, Unusable> {
        let stored = self.store.read(&name)?;
        let now = clock()?;
        let Some(stored) = stored else {
            let mut set = Set::default();
            set.lose(seed.lost);
            return Ok(Some(Open {
                name,
                set,
                expected: Expected::Absent,
                healed: false,
                now,
            }));
        };
        let expected = Expected::Version(stored.version);
        let (mut set, damaged) = match Set::from_bytes(&stored.value, &name, seed) {
            Some(set) => (set, false),
            None if self.seeds.agree(&*self.store, &self.tallies, clock)? == *seed => {
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
            now,
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
    /// The clock, read after the set.
    now: Moment,
}

impl Open {
    const fn asked<'a>(&self, charge: &Charge<'a>, fingerprint: u64) -> Asked<'a> {
        Asked {
            fingerprint,
            rates: charge.rates,
            cost: charge.cost,
            now: self.now,
        }
    }
}

/// What a set's answer means for the request, and how the set was changed.
fn verdict(
    outcome: Outcome,
    answer: &Answer,
    asked: &Asked<'_>,
    seed: &Seed,
    address: &Address,
) -> (Verdict, Change) {
    let level = asked.rates.level(&answer.spent, asked.now);
    let refused = |wait| {
        Verdict::Exceeded(Refusal {
            level,
            wait,
            jitter: seed.jitter(address, asked.now),
        })
    };
    match outcome {
        Outcome::Taken(change) => (Verdict::Admitted(level), change),
        Outcome::Refused(wait, change) => (refused(wait), change),
        Outcome::Full(wait) => (refused(wait), Change::None),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Attempt {
    Settled(Verdict),
    /// Another worker was first.
    Lost,
    /// The seed had to be read again; it may be another.
    Stale,
}

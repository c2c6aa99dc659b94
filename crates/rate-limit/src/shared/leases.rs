//! The leases of a process: a table of fixed size beside that of the counters, in the same store.
//!
//! A key that finds no place in it holds no lease, and its requests are asked about one by one: that
//! costs calls, and gives nothing away. So does a value that is damaged, or a seed that is lost.

mod set;

use std::rc::Rc;

use policy::{Expected, Swap};

use super::lease::Lease;
use crate::table::{Clock, Identity, MAX_RETRIES, Seed, Table, Unusable};
use crate::tallies::count;
use crate::{Moment, Tallies};
use set::LeaseSet;

/// The table of leases as one worker sees it.
#[derive(Debug)]
pub(crate) struct Leases {
    /// Whose seed and store it shares.
    table: Rc<Table>,
    sets: u64,
    tallies: Rc<Tallies>,
}

/// So many keys of the counters' table make one lease's place: most keys spend little, and an idle
/// one gives up its place with its window.
const KEYS_A_LEASE: u64 = 8;

/// What a value costs in the proxy besides its bytes, as in the counters' table.
const NODE: u64 = 224;

impl Leases {
    /// Leases for a document whose counters have room for so many keys.
    pub(crate) fn new(table: Rc<Table>, max_keys: u64, tallies: Rc<Tallies>) -> Self {
        let sets = max_keys.div_ceil(KEYS_A_LEASE * set::PLACES as u64).max(1);
        Self {
            table,
            sets,
            tallies,
        }
    }

    /// How many keys hold one at once.
    pub(crate) const fn keys(&self) -> u64 {
        self.sets.saturating_mul(set::PLACES as u64)
    }

    /// The most bytes that they take in the proxy.
    pub(crate) const fn memory(&self) -> u64 {
        let value = set::SIZE as u64;
        self.sets.saturating_mul(value.saturating_mul(5) / 4 + NODE)
    }

    /// Changes the lease of a key in one step, by compare-and-swap; `step` is run again where another
    /// worker was first. `None` where there is no place for it, or others were first every time.
    ///
    /// # Errors
    /// The store, the clock or the host failed.
    pub(super) fn change<T>(
        &self,
        limit: &Identity,
        key: &[u8],
        clock: Clock<'_>,
        mut step: impl FnMut(&mut Lease, Moment) -> T,
    ) -> Result<Option<T>, Unusable> {
        for _ in 0..=MAX_RETRIES {
            let seed = self.table.seed(clock)?;
            let address = seed.address(limit, key);
            let name = format!("portcullis.v1.rl.lease.{}", address.spread % self.sets);
            let stored = self.table.store().read(&name)?;
            let now = clock()?; // after the read, as in the counters' table
            let (mut set, expected) = match &stored {
                None => (LeaseSet::default(), Expected::Absent),
                Some(stored) => (
                    self.known(&stored.value, &name, &seed),
                    Expected::Version(stored.version),
                ),
            };
            let Some(lease) = set.place(address.fingerprint, now) else {
                count(&self.tallies.leases_crowded);
                return Ok(None);
            };
            let before = *lease;
            let said = step(lease, now);
            if *lease == before {
                return Ok(Some(said));
            }
            let value = set.to_bytes(&name, &seed);
            match self.table.store().swap(&name, &value, expected)? {
                Swap::Done => return Ok(Some(said)),
                Swap::Lost => count(&self.tallies.lost_swaps),
            }
        }
        count(&self.tallies.contentions);
        Ok(None)
    }

    fn known(&self, value: &[u8], name: &str, seed: &Seed) -> LeaseSet {
        LeaseSet::from_bytes(value, name, seed).unwrap_or_else(|| {
            count(&self.tallies.corrupt);
            LeaseSet::default()
        })
    }
}

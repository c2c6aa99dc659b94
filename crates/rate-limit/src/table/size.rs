//! How many keys the table holds, and with it the names of its values.
//!
//! The size is part of every name: a table of another size is another table, empty at first.

use super::set::ENTRIES;

/// The number of sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size(u64);

/// What a value costs besides its bytes: a node of the map with two strings in it, its share of
/// the map's own table while that grows, and the name.
const NODE: u64 = 224;

/// What the proxy's allocator keeps at hand for any table: pages used in part, and a cache for each
/// thread.
const AT_HAND: u64 = 1 << 20;

/// The values that hold coarse entries, one entry for each limit that overflows.
const COARSE_SETS: u64 = 64;

impl Size {
    /// A table for so many keys, rounded up to whole sets.
    #[must_use]
    pub fn for_keys(keys: u64) -> Self {
        Self(keys.div_ceil(ENTRIES as u64).max(1))
    }

    /// How many keys it holds.
    pub(crate) const fn keys(self) -> u64 {
        self.0.saturating_mul(ENTRIES as u64)
    }

    /// The most bytes that it takes in the proxy, where no limit has more than so many rates: every
    /// set full, each with its name and what the proxy's map and allocator add to a value, and what
    /// the allocator holds besides. Measured in docs/limits.md.
    pub(crate) const fn memory(self, rates: usize) -> u64 {
        let values = self.0.saturating_add(COARSE_SETS);
        let value = super::set::size(rates) as u64;
        let table = values.saturating_mul(value.saturating_mul(5) / 4 + NODE);
        table.saturating_add(AT_HAND)
    }

    /// The name of the set for a hash. The product and the format's version are part of it: the
    /// store is shared with whatever else runs under the same `vm_id`.
    pub(super) fn set(self, spread: u64) -> String {
        let Self(sets) = self;
        self.name("", spread % sets)
    }

    /// The name of the set of coarse entries for a hash.
    pub(super) fn coarse(self, spread: u64) -> String {
        self.name("coarse.", spread % COARSE_SETS)
    }

    /// Put together by hand: every request asks for one, and `format!` is a dozen functions.
    fn name(self, kind: &str, number: u64) -> String {
        let Self(sets) = self;
        [
            "portcullis.v1.rl.",
            &sets.to_string(),
            ".",
            kind,
            &number.to_string(),
        ]
        .concat()
    }
}

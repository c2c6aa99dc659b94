//! What the table had to do besides counting, for metrics.

use std::cell::Cell;

/// Plain counters that only grow, one set for each worker. The host layer turns them into metrics.
#[derive(Debug, Default)]
pub struct Tallies {
    /// Replenished entries that gave their place to another key. Nothing is lost by it.
    pub evictions: Cell<u64>,
    /// Requests decided in their limit's coarse entry, since their set was full: raise `max_keys`.
    pub overflows: Cell<u64>,
    /// Those of them that were denied there.
    pub overflows_denied: Cell<u64>,
    /// Values found in the store that this table did not write; their keys start anew, spent.
    pub corrupt: Cell<u64>,
    /// Arrival times that lay too far ahead and were brought back.
    pub clamped: Cell<u64>,
    /// Swaps that another worker was first to; each was tried again.
    pub lost_swaps: Cell<u64>,
    /// Requests that were not counted after the last try: `on_contention` decided.
    pub contentions: Cell<u64>,
    /// Calls to the service of shared limits.
    pub service_calls: Cell<u64>,
    /// What was asked about in them, one key of one limit each.
    pub service_asks: Cell<u64>,
    /// Calls that brought nothing, and answers that could not be believed.
    pub service_faults: Cell<u64>,
    /// Requests that `on_error` decided.
    pub service_missed: Cell<u64>,
    /// Refills of leases that were asked for.
    pub lease_refills: Cell<u64>,
    /// What was granted to this process and not spent before its window ended.
    pub lease_tokens_unused: Cell<u64>,
    /// Requests whose key found no place among the leases, and were asked about one by one.
    pub leases_crowded: Cell<u64>,
}

impl Tallies {
    /// Each counter under its name in metrics, so that a plugin shows all of them.
    #[must_use]
    pub const fn all(&self) -> [(&'static str, u64); 14] {
        [
            ("evictions", self.evictions.get()),
            ("overflows", self.overflows.get()),
            ("overflows_denied", self.overflows_denied.get()),
            ("corrupt", self.corrupt.get()),
            ("clamped", self.clamped.get()),
            ("lost_swaps", self.lost_swaps.get()),
            ("contentions", self.contentions.get()),
            ("service_calls", self.service_calls.get()),
            ("service_asks", self.service_asks.get()),
            ("service_faults", self.service_faults.get()),
            ("service_missed", self.service_missed.get()),
            ("lease_refills", self.lease_refills.get()),
            ("lease_tokens_unused", self.lease_tokens_unused.get()),
            ("leases_crowded", self.leases_crowded.get()),
        ]
    }
}

/// Adds one to a counter.
pub(crate) fn count(tally: &Cell<u64>) {
    add(tally, 1);
}

/// Adds to a counter.
pub(crate) fn add(tally: &Cell<u64>, many: usize) {
    tally.set(tally.get().saturating_add(many as u64));
}

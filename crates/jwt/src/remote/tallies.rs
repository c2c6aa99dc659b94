//! How fetching key sets went, for metrics.

use std::cell::Cell;

/// Plain counters that only grow, one set for each worker. The host layer turns them into metrics.
#[derive(Debug, Default)]
pub struct FetchTallies {
    /// Fetches begun. A discovery with its key set is one.
    pub fetches: Cell<u64>,
    /// Those of them that a `kid` outside the set led to.
    pub early: Cell<u64>,
    /// Fetches that brought no set; why is in the log.
    pub failures: Cell<u64>,
    /// Those of them for which the proxy has no cluster.
    pub no_cluster: Cell<u64>,
    /// Sets that this worker took into use.
    pub sets: Cell<u64>,
}

impl FetchTallies {
    /// Each counter under its name in metrics, so that a plugin shows all of them.
    #[must_use]
    pub const fn all(&self) -> [(&'static str, u64); 5] {
        [
            ("jwks.fetches", self.fetches.get()),
            ("jwks.early_fetches", self.early.get()),
            ("jwks.failures", self.failures.get()),
            ("jwks.no_cluster", self.no_cluster.get()),
            ("jwks.sets", self.sets.get()),
        ]
    }
}

/// Adds one to a counter.
pub(super) fn count(tally: &Cell<u64>) {
    tally.set(tally.get().saturating_add(1));
}

//! How long a run takes: the full one, or one to look at while working.

use std::{env, time::Duration};

/// Numbers of a run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    /// What it is called in the page.
    pub(crate) name: &'static str,
    /// Rounds over all rows; the median of them counts.
    pub(crate) rounds: usize,
    /// Rounds that there are however slow the machine is.
    pub(crate) least_rounds: usize,
    /// After so long no further round begins, so that a run ends in time.
    pub(crate) lasting: Duration,
    /// Requests of a row in one round.
    pub(crate) requests: u32,
    /// Requests of a row before the first round. `BENCH=curve` shows that after 1,000 the cost falls no
    /// further: the module was compiled for good while it was loaded. Caches want the rest.
    pub(crate) warm_up: u32,
    /// Different tokens; more than any cache here holds.
    pub(crate) tokens: usize,
    /// Different addresses of the row with many; a power of two.
    pub(crate) addresses: u32,
    /// How long latency is measured, for each row and each of its rounds.
    pub(crate) timed: Duration,
    /// Rounds of latency.
    pub(crate) timed_rounds: usize,
    /// Numbers of workers that memory is measured with.
    pub(crate) workers: &'static [u32],
}

impl Scale {
    /// The command that asks for it.
    #[must_use]
    pub(crate) fn command(&self) -> &'static str {
        match self.name {
            "full" => "make bench",
            _ => "BENCH=quick make bench",
        }
    }

    /// The full one, or the one of `BENCH=quick`.
    #[must_use]
    pub(crate) fn asked_for() -> Self {
        match env::var("BENCH").as_deref() {
            Ok("quick") => QUICK,
            _ => FULL,
        }
    }
}

const FULL: Scale = Scale {
    name: "full",
    rounds: 15,
    least_rounds: 7,
    lasting: Duration::from_secs(8 * 60),
    requests: 2_000,
    warm_up: 6_000,
    tokens: 6_000,
    addresses: 1 << 20,
    timed: Duration::from_millis(1_500),
    timed_rounds: 8,
    workers: &[1, 2, 4, 8],
};

const QUICK: Scale = Scale {
    name: "quick",
    rounds: 7,
    least_rounds: 5,
    lasting: Duration::from_secs(100),
    requests: 1_000,
    warm_up: 2_000,
    tokens: 2_500,
    addresses: 1 << 16,
    timed: Duration::from_millis(500),
    timed_rounds: 4,
    workers: &[1, 4],
};

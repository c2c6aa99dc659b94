//! What is left of a limit after a decision, for whoever is told about it.

use std::time::Duration;

use crate::rates::MAX_RATES;

/// What is left of each rate of a limit, in the limit's order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Level {
    left: [Left; MAX_RATES],
    count: usize,
}

/// What is left of one rate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// How many requests of cost 1 could pass at once now.
    pub requests: u32,
    /// How long until there is room for one more.
    pub more: Duration,
}

impl Level {
    pub(crate) fn new(given: impl Iterator<Item = Left>) -> Self {
        let mut level = Self::default();
        for (slot, left) in level.left.iter_mut().zip(given) {
            *slot = left;
            level.count += 1;
        }
        level
    }

    /// Each rate.
    #[must_use]
    pub fn rates(&self) -> impl ExactSizeIterator<Item = Left> + '_ {
        self.left.iter().take(self.count).copied()
    }
}

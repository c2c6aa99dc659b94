//! How much work a load check may do, whatever the document says.

/// The most steps of one check: twelve for each of the hundred thousand atoms that a document may
/// have, where three to eight are common. What they take of a worker's time stands in
/// docs/scale-identity.md.
const MAX_STEPS: usize = 1_200_000;

/// Steps that a check has taken.
#[derive(Debug, Default)]
pub(super) struct Steps(usize);

impl Steps {
    /// One more; `None` where there have been [`MAX_STEPS`].
    pub(super) fn take(&mut self) -> Option<()> {
        self.0 = self.0.saturating_add(1);
        (self.0 < MAX_STEPS).then_some(())
    }

    #[cfg(test)]
    pub(super) const fn taken(&self) -> usize {
        self.0
    }
}

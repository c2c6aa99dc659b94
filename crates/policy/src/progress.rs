//! How far a request has come that waits: what is not to be done twice when it is decided again.

use std::cell::{Cell, RefCell};

use crate::{Stage, Trial};

/// The gates that a request has passed, in their order, and what those on trial had to say.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    before: Cell<usize>,
    after: Cell<usize>,
    noted: RefCell<Vec<Trial>>,
}

impl Progress {
    /// How many gates of a stage were passed.
    pub(crate) const fn passed(&self, stage: Stage) -> usize {
        self.of(stage).get()
    }

    /// One more was passed.
    pub(crate) fn pass(&self, stage: Stage) {
        let passed = self.of(stage);
        passed.set(passed.get().saturating_add(1));
    }

    const fn of(&self, stage: Stage) -> &Cell<usize> {
        match stage {
            Stage::BeforeIdentity => &self.before,
            Stage::AfterRoute => &self.after,
        }
    }

    /// Keeps what gates on trial have said, for the next time.
    pub(crate) fn keep(&self, trials: Vec<Trial>) {
        self.noted.replace(trials);
    }

    /// What was kept.
    pub(crate) fn kept(&self) -> Vec<Trial> {
        self.noted.take()
    }
}

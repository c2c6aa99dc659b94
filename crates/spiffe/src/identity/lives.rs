//! How long certificates still had when they were seen, for whoever shows it.
//!
//! A certificate is told of when it is first read and then once a minute while it is in use, and
//! not with every request: telling the proxy is a call.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use super::validity::Validity;

/// Remaining lives that nobody has taken yet, in whole seconds.
///
/// They are numbers alone: whose they are is not kept.
#[derive(Debug, Default)]
pub struct Lives {
    waiting: RefCell<Vec<u64>>,
}

/// When a certificate was last told of; a time since the Unix epoch.
pub(super) type Told = Cell<Option<Duration>>;

/// How long a certificate that was told of is not told of again.
const PAUSE: Duration = Duration::from_secs(60);

impl Lives {
    /// The most that wait. A request brings one, and they are taken after each.
    pub const MOST: usize = 16;

    /// What has been seen since the last time: seconds until `notAfter`, 0 once it is past.
    #[must_use]
    pub fn take(&self) -> Vec<u64> {
        self.waiting.take()
    }

    /// A certificate is in use now. Where too many wait, it is told of with a later request.
    pub(super) fn see(&self, told: &Told, validity: Validity, now: Duration) {
        // Either way: a clock that was set back must not silence a certificate.
        let is_due = |last: Duration| last.abs_diff(now) >= PAUSE;
        let mut waiting = self.waiting.borrow_mut();
        if told.get().is_none_or(is_due) && waiting.len() < Self::MOST {
            waiting.push(validity.remaining(now));
            told.set(Some(now));
        }
    }
}

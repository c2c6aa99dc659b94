//! When a certificate holds, compared with the clock on every request.

use std::time::Duration;

use policy::Reason;

use crate::{Svid, reason};

/// The first and the last second in which a certificate holds (RFC 5280 §4.1.2.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Validity {
    not_before: u64,
    not_after: u64,
}

impl Validity {
    pub(super) const fn of(svid: &Svid) -> Self {
        Self {
            not_before: svid.not_before(),
            not_after: svid.not_after(),
        }
    }

    /// How many seconds it still holds; 0 once it has ended.
    pub(super) const fn remaining(self, now: Duration) -> u64 {
        self.not_after.saturating_sub(now.as_secs())
    }

    /// Whether it holds now, or has ended no longer than `grace` ago.
    ///
    /// # Errors
    /// The reason to deny for.
    pub(super) const fn check(self, now: Duration, grace: Duration) -> Result<(), Reason> {
        if now.as_secs() < self.not_before {
            Err(reason::NOT_YET_VALID)
        } else if now.saturating_sub(grace).as_secs() > self.not_after {
            Err(reason::SVID_EXPIRED)
        } else {
            Ok(())
        }
    }
}

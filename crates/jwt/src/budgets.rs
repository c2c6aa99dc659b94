//! What is asked before anything is done for a token that is not known to be good.
//!
//! A token costs its sender nothing and the proxy a signature, so a flood of bad ones is bounded twice:
//! by who sends them, over all workers, and by what one worker may spend on signatures at all.

use std::rc::Rc;
use std::time::Duration;

use policy::{Budget, Context, Fact, Failure, Ipv6Prefix, Reason, Room, Unreadable};

use crate::document::Caller;
use crate::pace::Pace;
use crate::reason;

/// The budgets of a document; without one, nothing is counted.
#[derive(Default)]
pub(crate) struct Budgets {
    pub(crate) failures: Option<Failures>,
    pub(crate) signatures: Option<Pace>,
}

/// How many bad tokens a caller may send.
pub(crate) struct Failures {
    pub(crate) budget: Rc<dyn Budget>,
    pub(crate) caller: Caller,
    pub(crate) ipv6: Ipv6Prefix,
}

/// A budget that has no room, and what the client is told about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spent {
    pub(crate) reason: Reason,
    /// Seconds, at least one.
    pub(crate) retry_after: u64,
}

/// What keeps a token from being looked at.
pub(crate) enum Obstacle {
    /// A budget is spent.
    Spent(Spent),
    /// It could not be told.
    Fault(Failure),
}

impl Budgets {
    /// Whether the caller may send another token that is not known.
    pub(crate) fn admit(&self, context: &Context<'_>) -> Result<(), Obstacle> {
        let Some(failures) = &self.failures else {
            return Ok(());
        };
        let key = failures.key(context)?;
        Ok(settled(failures.budget.room(&key, context)?)?)
    }

    /// Counts a bad token. Of many at once, in whatever worker, no more are counted than there is room
    /// for; those beyond are told that the budget is spent.
    pub(crate) fn charge(&self, context: &Context<'_>) -> Result<(), Obstacle> {
        let Some(failures) = &self.failures else {
            return Ok(());
        };
        let key = failures.key(context)?;
        Ok(settled(failures.budget.spend(&key, context)?)?)
    }

    /// Takes one of this worker's signatures.
    pub(crate) fn sign(&self, context: &Context<'_>) -> Result<(), Obstacle> {
        let Some(signatures) = &self.signatures else {
            return Ok(());
        };
        let now = context.request.monotonic()?;
        Ok(signatures.take(now, context.mode()).map_err(|wait| Spent {
            reason: reason::TOO_MANY_SIGNATURES,
            retry_after: seconds(wait),
        })?)
    }
}

impl Failures {
    /// Who sends the request, so that no two callers of different kinds are alike.
    fn key(&self, context: &Context<'_>) -> Result<Vec<u8>, Unreadable> {
        const NOBODY: u8 = 0;
        const ADDRESS: u8 = 1;
        const CERTIFICATE: u8 = 2;
        if self.caller == Caller::PeerCertificate
            && let Some(digest) = context.request.fact(Fact::PeerDigest)?
            && !digest.is_empty()
        {
            return Ok([&[CERTIFICATE], &*digest].concat());
        }
        Ok(match context.request.remote_ip()? {
            Some(ip) => {
                let mut key = vec![ADDRESS];
                self.ipv6.append(ip, &mut key);
                key
            }
            None => vec![NOBODY],
        })
    }
}

const fn settled(room: Room) -> Result<(), Spent> {
    match room {
        Room::Left => Ok(()),
        Room::Spent { retry_after } => Err(Spent {
            reason: reason::TOO_MANY_FAILURES,
            retry_after,
        }),
    }
}

/// Whole seconds, rounded up, at least one.
const fn seconds(wait: Duration) -> u64 {
    match wait.subsec_nanos() {
        0 if wait.as_secs() > 0 => wait.as_secs(),
        _ => wait.as_secs().saturating_add(1),
    }
}

impl From<Spent> for Obstacle {
    fn from(spent: Spent) -> Self {
        Self::Spent(spent)
    }
}

impl From<Failure> for Obstacle {
    fn from(failure: Failure) -> Self {
        Self::Fault(failure)
    }
}

impl From<Unreadable> for Obstacle {
    fn from(unreadable: Unreadable) -> Self {
        Self::Fault(unreadable.into())
    }
}

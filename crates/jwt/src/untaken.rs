//! Why a token is not taken: what is bad about it, or why it could not be told.

use std::rc::Rc;
use std::time::Duration;

use policy::{Context, Failure, Mode, Reason, Unreadable, Wait};

use crate::budgets::{Obstacle, Spent};
use crate::claims::Claims;
use crate::provider::Provider;
use crate::remote::{Unavailable, UnknownKid};
use crate::seen::Verdict;
use crate::{KeySet, reason};

/// Why a token is not taken.
pub(crate) enum Untaken {
    /// It is bad.
    Bad(Reason),
    /// It was not looked at.
    Spent(Spent),
    /// Its key may be on its way.
    Coming(Rc<dyn Wait>),
    /// There are no keys to tell by, and may be some after that time.
    NoKeys(Duration),
    /// It could not be told.
    Fault(Failure),
}

/// What is bad is a verdict, and what cannot be told is none.
pub(crate) fn verdict(taken: Result<Rc<Claims>, Untaken>) -> Result<Verdict, Failure> {
    match taken {
        Ok(claims) => Ok(Verdict::Good(claims)),
        Err(Untaken::Bad(reason)) => Ok(Verdict::Bad(reason)),
        Err(Untaken::Spent(spent)) => Ok(Verdict::Spent(spent)),
        Err(Untaken::Coming(wait)) => Ok(Verdict::Coming(wait)),
        Err(Untaken::NoKeys(retry_after)) => Ok(Verdict::NoKeys(retry_after)),
        Err(Untaken::Fault(failure)) => Err(failure),
    }
}

/// What a token is whose key is not in the set: bad, but where the issuer may have got a new key and
/// can be asked. Rules on trial ask nobody, and a `kid` that the set has is none to ask for.
///
/// # Errors
/// The proxy's clock did not answer.
pub(crate) fn missing_key(
    keys: &KeySet,
    provider: &Provider,
    key_id: Option<&str>,
    context: &Context<'_>,
) -> Result<Untaken, Unreadable> {
    let bad = Untaken::Bad(reason::UNKNOWN_KEY);
    let (Some(source), Some(key_id)) = (provider.keys.source(), key_id) else {
        return Ok(bad);
    };
    if context.mode() == Mode::Shadow || keys.iter().any(|key| key.id() == Some(key_id)) {
        return Ok(bad);
    }
    let now = context.request.monotonic()?;
    Ok(match source.unknown_kid(key_id, now) {
        UnknownKid::Asking => Untaken::Coming(Rc::clone(source) as Rc<dyn Wait>),
        UnknownKid::Unknown => bad,
    })
}

impl From<Unavailable> for Untaken {
    fn from(unavailable: Unavailable) -> Self {
        Self::NoKeys(unavailable.retry_after)
    }
}

impl From<Reason> for Untaken {
    fn from(reason: Reason) -> Self {
        Self::Bad(reason)
    }
}

impl From<Unreadable> for Untaken {
    fn from(unreadable: Unreadable) -> Self {
        Self::Fault(unreadable.into())
    }
}

impl From<Obstacle> for Untaken {
    fn from(obstacle: Obstacle) -> Self {
        match obstacle {
            Obstacle::Spent(spent) => Self::Spent(spent),
            Obstacle::Fault(failure) => Self::Fault(failure),
        }
    }
}

//! Why a token is not taken: what is bad about it, or why it could not be told.

use std::rc::Rc;

use policy::{Failure, Reason, Unreadable};

use crate::budgets::{Obstacle, Spent};
use crate::claims::Claims;
use crate::seen::Verdict;

/// Why a token is not taken.
pub(crate) enum Untaken {
    /// It is bad.
    Bad(Reason),
    /// It was not looked at.
    Spent(Spent),
    /// It could not be told.
    Fault(Failure),
}

/// What is bad is a verdict, and what cannot be told is none.
pub(crate) fn verdict(taken: Result<Rc<Claims>, Untaken>) -> Result<Verdict, Failure> {
    match taken {
        Ok(claims) => Ok(Verdict::Good(claims)),
        Err(Untaken::Bad(reason)) => Ok(Verdict::Bad(reason)),
        Err(Untaken::Spent(spent)) => Ok(Verdict::Spent(spent)),
        Err(Untaken::Fault(failure)) => Err(failure),
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

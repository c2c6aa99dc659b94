//! One limit, compiled: which requests it counts, by what, and how it answers.

use std::rc::Rc;
use std::time::Duration;

use policy::{Context, Failure, Gate, RouteId, Stage, Weight, internal};

use crate::key::{Key, Lack};
use crate::table::{Identity, Table, Unusable, Verdict};
use crate::{Missing, Moment, OnContention, Rates, reason};

/// A limit as a gate.
#[derive(Debug)]
pub(crate) struct Limit {
    pub(crate) name: Rc<str>,
    pub(crate) stage: Stage,
    pub(crate) scope: Scope,
    pub(crate) key: Key,
    /// As it was said; if it was not, an unverified part is shared, and a verified one, which every
    /// route then verifies, is denied.
    pub(crate) missing: Option<Missing>,
    pub(crate) on_contention: OnContention,
    pub(crate) identity: Identity,
    pub(crate) rates: Rates,
    pub(crate) table: Rc<Table>,
}

/// Which requests a limit counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Every request, matched by a route or not.
    Every,
    /// Those on one of these routes, which are sorted.
    Routes(Vec<RouteId>),
}

impl Gate for Limit {
    fn stage(&self) -> Stage {
        self.stage
    }

    fn pass(&self, context: &Context<'_>) -> Result<(), Failure> {
        if !self.scope.covers(context) {
            return Ok(());
        }
        let (key, lack) = self.key.read(context)?;
        match (lack, self.missing) {
            (Lack::Nothing, _) | (_, Some(Missing::Share)) | (Lack::Unverified, None) => {}
            (_, Some(Missing::Skip)) => return Ok(()),
            (_, Some(Missing::Deny)) | (Lack::Verified, None) => {
                return Err(self.failure(reason::MISSING_KEY));
            }
        }
        let reading = context.request.monotonic()?;
        let now = Moment::from_reading(reading).ok_or_else(|| self.failure(internal::STATE))?;
        let verdict = self.table.take(&self.identity, &self.rates, &key, now);
        match verdict.map_err(|unusable| self.unusable(unusable))? {
            Verdict::Admitted => Ok(()),
            Verdict::Exceeded(wait) => Err(self.exceeded(wait)),
            Verdict::Contended => match self.on_contention {
                OnContention::Allow => Ok(()),
                OnContention::Deny => {
                    let mut failure = self.failure(reason::CONTENTION);
                    failure.headers.push(retry_after(Duration::ZERO));
                    Err(failure)
                }
            },
        }
    }
}

impl Limit {
    fn exceeded(&self, wait: Duration) -> Failure {
        let mut failure = self.failure(reason::EXCEEDED);
        failure.headers.push(retry_after(wait));
        failure
    }

    /// What the table cannot decide is never a pass, whatever `on_contention` says.
    fn unusable(&self, unusable: Unusable) -> Failure {
        match unusable {
            Unusable::Host(_) => self.failure(internal::HOST_CALL),
            Unusable::Store(_) | Unusable::Seed => self.failure(internal::STATE),
        }
    }

    fn failure(&self, reason: policy::Reason) -> Failure {
        let mut failure = Failure::new(reason, Weight::Fault);
        failure.rule = Some(Rc::clone(&self.name));
        failure
    }
}

impl Scope {
    fn covers(&self, context: &Context<'_>) -> bool {
        match (self, context.route) {
            (Self::Every, _) => true,
            (Self::Routes(routes), Some((route, _))) => routes.binary_search(&route).is_ok(),
            (Self::Routes(_), None) => false,
        }
    }
}

/// `retry-after` in whole seconds, rounded up, and at least one: zero would ask the client to try
/// again at once (RFC 9110 §10.2.3).
fn retry_after(wait: Duration) -> (&'static str, String) {
    let seconds = wait.as_nanos().div_ceil(1_000_000_000).max(1);
    ("retry-after", seconds.to_string())
}

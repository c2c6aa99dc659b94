//! One limit, compiled: which requests it counts, by what, and how it answers.

mod service;

use std::rc::Rc;
use std::time::Duration;

use policy::{Context, Failure, Gate, Mode, RouteId, Stage, Weight};

use crate::bucket::Bucket;
use crate::compiler::Sharing;
use crate::costs::Costs;
use crate::headers::{Headers, seconds};
use crate::key::{Key, Lack};
use crate::overrides::{Overrides, Tier};
use crate::standing::Standing;
use crate::table::{Charge, Clock, Refusal, Table, Unusable, Verdict};
use crate::{Level, Missing, Moment, OnContention, reason};

/// A limit as a gate.
#[derive(Debug)]
pub(crate) struct Limit {
    pub(crate) name: Rc<str>,
    pub(crate) stage: Stage,
    pub(crate) scope: Scope,
    pub(crate) key: Key,
    pub(crate) costs: Costs,
    /// As it was said; if it was not, an unverified part is shared, and a verified one, which every
    /// route then verifies, is denied.
    pub(crate) missing: Option<Missing>,
    pub(crate) on_contention: OnContention,
    pub(crate) mode: Mode,
    pub(crate) bucket: Bucket,
    pub(crate) overrides: Overrides,
    pub(crate) headers: Headers,
    /// The service that counts it, where one does.
    pub(crate) sharing: Option<Sharing>,
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

    fn mode(&self) -> Mode {
        self.mode
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
        let bucket = match self.overrides.find(context)? {
            None => &self.bucket,
            Some(Tier::Limited(bucket)) => bucket,
            Some(Tier::Unlimited) => return Ok(()),
        };
        let charge = Charge {
            limit: if self.is_on_trial(context) {
                &bucket.trial
            } else {
                &bucket.identity
            },
            rates: &bucket.rates,
            key: &key,
            cost: self.costs.of(context),
        };
        let clock = || {
            let reading = context.request.monotonic()?;
            Moment::from_reading(reading).ok_or(Unusable::Clock)
        };
        let verdict = match (&self.sharing, &bucket.shared) {
            (Some(sharing), Some(rate)) => {
                self.shared_verdict((sharing, rate), &charge, context, &clock)?
            }
            _ => self.local_verdict(&charge, &clock)?,
        };
        match verdict {
            Verdict::Admitted(level) => {
                self.note(context, bucket, level);
                Ok(())
            }
            Verdict::Exceeded(refusal) => {
                self.note(context, bucket, refusal.level);
                Err(self.exceeded(&refusal))
            }
            Verdict::Contended => match self.on_contention {
                OnContention::Allow => Ok(()),
                OnContention::Deny => {
                    let mut failure = self.failure(reason::CONTENTION);
                    failure.headers.push((RETRY_AFTER, "1".to_owned()));
                    Err(failure)
                }
            },
        }
    }
}

impl Limit {
    /// Whether it counts apart: it is on trial, or the whole document is.
    fn is_on_trial(&self, context: &Context<'_>) -> bool {
        self.mode == Mode::Shadow || context.mode() == Mode::Shadow
    }

    /// What this process's own table says.
    fn local_verdict(&self, charge: &Charge<'_>, clock: Clock<'_>) -> Result<Verdict, Failure> {
        let verdict = self.table.take(charge, clock);
        verdict.map_err(|unusable| self.unusable(unusable))
    }

    fn note(&self, context: &Context<'_>, bucket: &Bucket, level: Level) {
        if !self.headers.is_none() && !self.is_on_trial(context) {
            Standing::note(context.learnt, &bucket.told, level);
        }
    }

    fn exceeded(&self, refusal: &Refusal) -> Failure {
        let mut failure = self.failure(reason::EXCEEDED);
        let after = retry_after(refusal.wait, refusal.jitter);
        failure.headers.push((RETRY_AFTER, after.to_string()));
        failure
    }

    /// What the table cannot decide is never a pass, whatever `on_contention` says.
    fn unusable(&self, unusable: Unusable) -> Failure {
        self.failure(unusable.reason())
    }

    fn failure(&self, reason: policy::Reason) -> Failure {
        let mut failure = Failure::new(reason, Weight::Fault);
        failure.rule = Some(Rc::clone(&self.name));
        failure
    }
}

impl Scope {
    /// Whether requests on this route are counted.
    pub(crate) fn includes(&self, route: RouteId) -> bool {
        match self {
            Self::Every => true,
            Self::Routes(routes) => routes.binary_search(&route).is_ok(),
        }
    }

    fn covers(&self, context: &Context<'_>) -> bool {
        match (self, context.route) {
            (Self::Every, None) => true,
            (Self::Routes(_), None) => false,
            (_, Some((route, _))) => self.includes(route),
        }
    }
}

const RETRY_AFTER: &str = "retry-after";

/// The most seconds that are added to `retry-after`.
const MAX_JITTER: u64 = 60;

/// Seconds until there is room, and up to a tenth more, at least one and at most [`MAX_JITTER`]:
/// those who were refused together should not come back together. Never less than the wait.
pub(crate) fn retry_after(wait: Duration, jitter: u64) -> u64 {
    let seconds = seconds(wait);
    let spread = (seconds / 10).clamp(1, MAX_JITTER);
    let more = jitter.checked_rem(spread.saturating_add(1)).unwrap_or(0);
    seconds.saturating_add(more)
}

//! From the pass to a decision, or to the word that it cannot be told yet.
//!
//! A request that waits is decided again from its start, with what it had learnt: what was verified
//! stays verified, and what was counted stays counted.

use std::rc::Rc;

use super::Engine;
use super::rules::Matched;
use super::trial::Record;
use crate::{Decision, Denial, Errand, Failure, Learnt, Mode, Permit, Request, Source, Wait};

/// Whether a request may still be held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Patience {
    /// It may.
    Some,
    /// It is decided now.
    None,
}

/// How far one pass came.
struct Come<'e> {
    decided: Result<Permit, Failure>,
    matched: Matched<'e>,
    record: Record,
}

impl Engine {
    /// What is known about a request before anything is.
    #[must_use]
    pub fn learnt(&self) -> Learnt {
        Learnt::in_mode(self.mode)
    }

    /// What its policies have to ask other services.
    #[must_use]
    pub fn errands(&self) -> Vec<Rc<dyn Errand>> {
        let policies = self.policies.iter();
        policies.flat_map(|policy| policy.errands()).collect()
    }

    /// Decides one request if it can be told now; `learnt` is what was learnt when it was asked
    /// about before, or [`Self::learnt`]. A document on trial holds nobody.
    ///
    /// # Errors
    /// What has to be over before it can be told.
    pub fn try_decide(
        &self,
        source: &dyn Source,
        learnt: &Learnt,
    ) -> Result<Decision, Rc<dyn Wait>> {
        if self.mode == Mode::Shadow {
            return Ok(self.decide_at_last(source, learnt));
        }
        let request = Request::hiding(source, &self.written);
        let come = self.come(&request, learnt, Patience::Some);
        if let Err(Failure {
            wait: Some(wait), ..
        }) = come.decided
        {
            learnt.progress.keep(come.record.trials);
            return Err(wait);
        }
        Ok(self.conclude(come, &request, learnt))
    }

    /// Decides one request that is held no longer: what cannot be told is denied.
    ///
    /// # Errors
    /// The denial, as of [`Self::decide`].
    pub fn decide_at_last(&self, source: &dyn Source, learnt: &Learnt) -> Decision {
        let request = Request::hiding(source, &self.written);
        let come = self.come(&request, learnt, Patience::None);
        self.conclude(come, &request, learnt)
    }

    fn come(&self, request: &Request<'_>, learnt: &Learnt, patience: Patience) -> Come<'_> {
        learnt.begin();
        let mut matched: Matched<'_> = None;
        let mut record = Record {
            trials: learnt.progress.kept(),
            ..Record::default()
        };
        let decided = self.pass(request, learnt, patience, &mut matched, &mut record);
        Come {
            decided,
            matched,
            record,
        }
    }

    fn conclude(&self, come: Come<'_>, request: &Request<'_>, learnt: &Learnt) -> Decision {
        let Come {
            mut decided,
            matched,
            mut record,
        } = come;
        if self.mode == Mode::Shadow {
            decided = self.waive(decided, request, &mut record);
            record.remember(&self.policies, learnt);
        }
        let route = || matched.map(|(_, route, _)| Rc::clone(&route.name));
        match decided {
            Ok(mut permit) => {
                permit.route = route();
                permit.trials = record.trials;
                permit.principal = record.principal;
                Ok(permit)
            }
            Err(failure) => {
                let mut denial = Denial::from(failure);
                denial.route = route();
                denial.trials = record.trials;
                for policy in &self.policies {
                    policy.on_denial(learnt, &mut denial);
                }
                denial.principal = self.principal(learnt).or(record.principal);
                Err(denial)
            }
        }
    }
}

//! Rules on trial: asked after the decision, by themselves, and only for the record.
//!
//! They share the request with the enforced rules and nothing else: what they verify is learnt
//! apart, so that an overlay can neither open nor close anything, nor leave a trace in a header.

use std::rc::Rc;

use super::rules::{Asked, Matched, Rules, named};
use super::target::read_port;
use crate::document::guards::Guard;
use crate::reason::internal;
use crate::route::Target;
use crate::{Context, Failure, Gate, Learnt, Mode, Policy, Request, Rule, Trial, Weight};

/// What came of the rules on trial for one request.
#[derive(Default)]
pub(super) struct Record {
    pub(super) trials: Vec<Trial>,
    pub(super) principal: Option<Rc<str>>,
}

impl Record {
    /// Notes what a rule would have done: denied with this failure, or let the request pass.
    pub(super) fn note(&mut self, rule: Rule, failure: Option<&Failure>) {
        self.trials.push(Trial {
            rule,
            reason: failure.map(|failure| failure.reason),
            by: failure.and_then(|failure| failure.rule.clone()),
        });
    }

    /// Asks a gate. Only one that is enforced can deny.
    pub(super) fn ask(&mut self, gate: &dyn Gate, context: &Context<'_>) -> Result<(), Failure> {
        match (gate.pass(context), gate.mode()) {
            (Ok(()), _) => Ok(()),
            (Err(failure), Mode::Enforce) => Err(failure),
            (Err(failure), Mode::Shadow) => {
                let name = failure.rule.clone().unwrap_or_default();
                self.note(Rule::Limit(name), Some(&failure));
                Ok(())
            }
        }
    }

    /// Asks gates of one stage, but for those that the request has passed before it waited.
    pub(super) fn ask_all(
        &mut self,
        gates: &[Rc<dyn Gate>],
        context: &Context<'_>,
    ) -> Result<(), Failure> {
        let progress = &context.learnt.progress;
        let Some(stage) = gates.first().map(|gate| gate.stage()) else {
            return Ok(());
        };
        for gate in gates.iter().skip(progress.passed(stage)) {
            self.ask(&**gate, context)?;
            progress.pass(stage);
        }
        Ok(())
    }

    /// Remembers who called, where somebody would have been denied.
    pub(super) fn remember(&mut self, policies: &[Box<dyn Policy>], learnt: &Learnt) {
        if self.principal.is_none() && self.trials.iter().any(|trial| trial.reason.is_some()) {
            self.principal = policies.iter().find_map(|policy| policy.principal(learnt));
        }
    }
}

impl Rules {
    /// Asks each guard and the narrowest route, and notes who would have denied. A route is noted
    /// also where it would have let the request in.
    pub(super) fn try_out(
        &self,
        request: &Request<'_>,
        asked: &Asked<'_>,
        enforced: Matched<'_>,
        learnt: &Learnt,
        record: &mut Record,
    ) {
        let port = match asked.target.port {
            // one that nobody knows is none that a rule names
            None if self.use_ports() => read_port(request).ok().flatten(),
            port => port,
        };
        let target = Target {
            port,
            ..asked.target
        };
        let asked = Asked { target, ..*asked };
        // a guard sees the route that decides
        let over_all = Context {
            request,
            learnt,
            route: named(enforced),
        };
        let covering = |guard: &&Guard| guard.covers(&asked);
        for guard in self.deny.iter().filter(covering) {
            if let Err(failure) = guard.spares(&over_all) {
                record.note(Rule::Deny(Rc::clone(&guard.name)), Some(&failure));
            }
        }
        for guard in self.require.iter().filter(covering) {
            if let Err(failure) = guard.is_met(&over_all) {
                record.note(Rule::Require(Rc::clone(&guard.name)), Some(&failure));
            }
        }
        let matched = self.find(&asked.target);
        if let Some((_, route, _)) = matched {
            let context = Context {
                route: named(matched),
                ..over_all
            };
            let verdict = self
                .check_readings(&asked, matched)
                .and_then(|()| self.check_route(&asked.target, matched, &context));
            let rule = Rule::Route(Rc::clone(&route.name));
            record.note(rule, verdict.as_ref().err());
        }
    }
}

/// Whether the plugin or the proxy failed, which no mode turns into a pass.
pub(super) fn is_internal(failure: &Failure) -> bool {
    failure.weight == Weight::Fault && internal::ALL.contains(&failure.reason)
}

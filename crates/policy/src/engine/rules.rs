//! The routes and guards of one mode, and what they say to a request.
//!
//! Enforced rules and rules on trial are two of these, which know nothing of each other.

use std::rc::Rc;

use super::readings::Readings;
use super::{fault, preflight};
use crate::condition::Who;
use crate::document::guards::Guard;
use crate::document::routes::{Route, Routes};
use crate::reason::{request as bad_request, route as reason};
use crate::route::{Found, RouteTable, Target};
use crate::{Ambiguity, Context, Failure, NormalPath, RouteId, Weight};

/// Headers that would change the method behind the policy's back.
const METHOD_OVERRIDES: [&str; 3] = [
    "x-http-method-override",
    "x-http-method",
    "x-method-override",
];

/// Routes and guards that are all enforced, or all on trial.
#[derive(Debug)]
pub(crate) struct Rules {
    pub(crate) table: RouteTable,
    pub(crate) routes: Routes,
    pub(crate) deny: Vec<Guard>,
    pub(crate) require: Vec<Guard>,
    pub(crate) unmatched: Unmatched,
    /// Paths are compared without case.
    pub(crate) fold_case: bool,
    /// A CORS preflight passes without the condition of its route.
    pub(crate) bypass_preflight: bool,
}

/// What becomes of a request that no route matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unmatched {
    /// It is denied.
    Denied,
    /// It passes: the document has limits alone, which the load check allows only where nobody is
    /// asked who they are.
    Passes,
}

/// What a request asks for, in all the ways in which that can be read.
pub(super) struct Asked<'a> {
    pub(super) path: &'a NormalPath<'a>,
    pub(super) readings: &'a Readings,
    /// The reading that a decision is made on.
    pub(super) target: Target<'a>,
}

/// A route that matched, with its number.
pub(super) type Matched<'e> = Option<(RouteId, &'e Route, Found)>;

/// The route that matched, as its name and number.
pub(super) fn named(matched: Matched<'_>) -> Option<(RouteId, &Rc<str>)> {
    matched.map(|(id, route, _)| (id, &route.name))
}

impl Rules {
    /// Whether they need the request's port.
    pub(super) fn use_ports(&self) -> bool {
        let mut guards = self.deny.iter().chain(&self.require);
        self.table.uses_ports() || guards.any(|guard| guard.matching.uses_ports())
    }

    /// How many routes and guards there are.
    pub(super) const fn count(&self) -> usize {
        let guards = self.deny.len().saturating_add(self.require.len());
        self.routes.count().saturating_add(guards)
    }

    /// A path in one reading, as these rules compare it.
    pub(super) fn normal<'p>(&self, path: NormalPath<'p>) -> NormalPath<'p> {
        if self.fold_case { path.folded() } else { path }
    }

    /// The narrowest route that matches.
    pub(super) fn find(&self, target: &Target<'_>) -> Matched<'_> {
        let found = self.table.find(target)?;
        Some((found.route, self.routes.route(found.route)?, found))
    }

    /// Whatever can be read in another way passes only where all readings lead to one route, and an
    /// ambiguous path only where that route accepts it.
    pub(super) fn check_readings(
        &self,
        asked: &Asked<'_>,
        matched: Matched<'_>,
    ) -> Result<(), Failure> {
        let accepted = matched.map_or(Ambiguity::NONE, |(_, route, _)| route.accepted);
        let ambiguity = asked.readings.ambiguity_with(asked.path.ambiguity());
        if ambiguity.is_mixed() || !ambiguity.is_within(accepted) {
            return Err(fault(bad_request::AMBIGUOUS_PATH));
        }
        let route = |matched: Matched<'_>| matched.map(|(id, _, _)| id);
        for other in asked.readings.others(&asked.target) {
            if route(self.find(&other)) != route(matched) {
                return Err(fault(if other.path == asked.target.path {
                    bad_request::BAD_HOST
                } else {
                    bad_request::AMBIGUOUS_PATH
                }));
            }
        }
        Ok(())
    }

    /// `deny`, then `require`; the first that denies does.
    pub(super) fn check_guards(
        &self,
        asked: &Asked<'_>,
        context: &Context<'_>,
    ) -> Result<(), Failure> {
        let mut deny = self.deny.iter().filter(|guard| guard.covers(asked));
        deny.try_for_each(|guard| guard.spares(context))?;
        let mut require = self.require.iter().filter(|guard| guard.covers(asked));
        require.try_for_each(|guard| guard.is_met(context))
    }

    /// What the route that matched says, or that none did.
    pub(super) fn check_route(
        &self,
        target: &Target<'_>,
        matched: Matched<'_>,
        context: &Context<'_>,
    ) -> Result<(), Failure> {
        let connect = target.method == "CONNECT";
        let Some((_, route, found)) = matched else {
            if self.unmatched == Unmatched::Passes && !connect {
                return Ok(());
            }
            let reason = if connect {
                bad_request::CONNECT
            } else {
                reason::UNMATCHED
            };
            return Err(Failure::new(reason, Weight::NotAllowed));
        };
        if connect && !found.by_method {
            return Err(Failure::new(bad_request::CONNECT, Weight::NotAllowed));
        }
        let preflight =
            self.bypass_preflight && preflight::is_preflight(target.method, context.request)?;
        // whoever passes as a preflight must be served as one
        if found.by_method || preflight {
            for header in METHOD_OVERRIDES {
                if context.request.has_header(header)? {
                    return Err(fault(bad_request::METHOD_OVERRIDE));
                }
            }
        }
        match &route.allow {
            Who::Any => Ok(()),
            Who::None => Err(Failure::new(reason::NOT_ALLOWED, Weight::NotAllowed)),
            Who::If(_) if preflight => Ok(()),
            Who::If(condition) => condition.holds(context),
        }
    }
}

impl Guard {
    /// Whether the request is among those it is about, in any reading.
    pub(super) fn covers(&self, asked: &Asked<'_>) -> bool {
        let target = &asked.target;
        let mut others = asked.readings.others(target);
        self.matching.matches(target) || others.any(|other| self.matching.matches(&other))
    }

    /// As an entry of `deny`: lets pass whom it does not name. One that cannot tell denies, and one
    /// that cannot tell yet waits.
    pub(super) fn spares(&self, context: &Context<'_>) -> Result<(), Failure> {
        let hit = match &self.who {
            Who::Any => true,
            Who::None => false,
            Who::If(condition) => match condition.alone_holds(context) {
                Ok(()) => true,
                Err(failure) if failure.weight == Weight::Fault || failure.wait.is_some() => {
                    return Err(failure);
                }
                Err(_) => false,
            },
        };
        if hit {
            return Err(self.named(Failure::new(reason::DENIED, Weight::NotAllowed)));
        }
        Ok(())
    }

    /// As an entry of `require`: lets pass whom it names.
    pub(super) fn is_met(&self, context: &Context<'_>) -> Result<(), Failure> {
        match &self.who {
            Who::If(condition) => condition
                .alone_holds(context)
                .map_err(|failure| self.named(failure)),
            Who::Any | Who::None => Ok(()), // refused when the document is read
        }
    }

    fn named(&self, mut failure: Failure) -> Failure {
        failure.rule = Some(Rc::clone(&self.name));
        failure
    }
}

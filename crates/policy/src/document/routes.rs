//! The routes of a document once read: names, conditions, what they accept.

use std::rc::Rc;

use super::guards::Guard;
use super::model::{Accepted, RouteModel};
use crate::condition::{ConditionReader, Who};
use crate::language::{Place, Report};
use crate::route::Openness;
use crate::{Ambiguity, Mode, RouteId, RouteNames};

/// One route, compiled; what it matches is in the route table.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) name: Rc<str>,
    pub(crate) allow: Who,
    pub(crate) accepted: Ambiguity,
    /// OPTIONS is among its methods.
    takes_options: bool,
}

/// All routes by number.
#[derive(Debug)]
pub(crate) struct Routes(Vec<Route>);

impl Route {
    pub(crate) fn compile(
        model: &RouteModel,
        reader: &ConditionReader<'_>,
        place: &Place<'_>,
        report: &mut Report,
    ) -> Option<Self> {
        let allow = reader.who(&model.allow.0, &place.field("allow"), report)?;
        let accepted = model.accept_ambiguous.iter().flatten();
        let accepted = accepted.fold(Ambiguity::NONE, |set, word| set.with(ambiguity_of(*word)));
        let takes_options = model
            .methods
            .as_ref()
            .is_none_or(|methods| methods.iter().any(|method| method.as_str() == "OPTIONS"));
        Some(Self {
            name: model.name.share(),
            allow,
            accepted,
            takes_options,
        })
    }
}

const fn ambiguity_of(word: Accepted) -> Ambiguity {
    match word {
        Accepted::EncodedSlash => Ambiguity::ENCODED_SLASH,
        Accepted::EncodedBackslash => Ambiguity::ENCODED_BACKSLASH,
        Accepted::EmptySegment => Ambiguity::EMPTY_SEGMENT,
        Accepted::Semicolon => Ambiguity::SEMICOLON,
        Accepted::DoubleEncoding => Ambiguity::DOUBLE_ENCODING,
    }
}

impl Routes {
    pub(crate) const fn new(routes: Vec<Route>) -> Self {
        Self(routes)
    }

    pub(crate) const fn count(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn route(&self, id: RouteId) -> Option<&Route> {
        self.0.get(usize::try_from(id.0).ok()?)
    }

    pub(crate) fn name(&self, id: RouteId) -> &str {
        self.route(id).map_or("", |route| &route.name)
    }

    pub(crate) fn openness(&self, id: RouteId) -> Openness {
        match self.route(id).map(|route| &route.allow) {
            Some(Who::Any) => Openness::Open,
            Some(Who::If(condition)) if condition.is_open() => Openness::Open,
            Some(Who::If(_)) => Openness::Guarded,
            Some(Who::None) | None => Openness::Closed,
        }
    }

    /// Whether a route accepts `//`, which `**` takes and `{x}` does not.
    pub(crate) fn takes_empty_segments(&self, id: RouteId) -> bool {
        self.route(id)
            .is_some_and(|route| Ambiguity::EMPTY_SEGMENT.is_within(route.accepted))
    }

    fn find(&self, name: &str) -> Option<RouteId> {
        self.each()
            .find(|(_, route)| *route.name == *name)
            .map(|(id, _)| id)
    }

    fn each(&self) -> impl Iterator<Item = (RouteId, &Route)> {
        self.0
            .iter()
            .enumerate()
            .filter_map(|(at, route)| Some((RouteId(u32::try_from(at).ok()?), route)))
    }
}

/// What policies are told of a document's routes: those that a request can be on.
pub(crate) struct KnownRoutes<'a> {
    pub(crate) routes: &'a Routes,
    pub(crate) trial: &'a Routes,
    /// `deny` and `require`.
    pub(crate) guards: [&'a [Guard]; 2],
    pub(crate) mode: Mode,
    /// A CORS preflight passes without the condition of its route.
    pub(crate) bypass_preflight: bool,
}

impl RouteNames for KnownRoutes<'_> {
    fn find(&self, name: &str) -> Option<RouteId> {
        self.routes.find(name)
    }

    fn names(&self) -> Vec<&str> {
        self.routes.0.iter().map(|route| &*route.name).collect()
    }

    fn unverified(&self, section: &str, source: Option<&str>) -> Vec<(RouteId, &str)> {
        let lets_in_without = |route: &Route| match &route.allow {
            Who::Any => true,
            Who::If(_) if self.bypass_preflight && route.takes_options => true,
            Who::If(condition) => !condition.verifies(section, source),
            Who::None => false,
        };
        self.routes
            .each()
            .filter(|(_, route)| lets_in_without(route))
            .map(|(id, route)| (id, &*route.name))
            .collect()
    }

    fn looking_for(&self, section: &str, source: Option<&str>) -> Vec<RouteId> {
        let looks = |who: &Who| match who {
            Who::If(condition) => condition.looks_for(section, source),
            Who::Any | Who::None => false,
        };
        let mut guards = self.guards.iter().copied().flatten();
        let everywhere = guards.any(|guard| looks(&guard.who));
        self.routes
            .each()
            .filter(|(_, route)| everywhere || looks(&route.allow))
            .map(|(id, _)| id)
            .collect()
    }

    fn mode(&self) -> Mode {
        self.mode
    }

    fn is_on_trial(&self, name: &str) -> bool {
        self.trial.find(name).is_some()
    }
}

//! The leftover rule: a method that a protected route does not list must not fall to an open one.

use std::collections::BTreeSet;

use super::table::RouteTable;
use super::template::Relation;
use super::{Atom, Method};
use crate::RouteId;
use crate::language::{Place, Report};

/// What a route lets in, as far as this rule asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Openness {
    /// Everybody: `allow: any`, or a condition that a request without a credential passes.
    Open,
    /// Whoever meets a condition.
    Guarded,
    /// Nobody.
    Closed,
}

/// Methods tried first where a leftover is looked for, so that the message names a real one.
const COMMON: [&str; 7] = ["PATCH", "DELETE", "PUT", "POST", "GET", "HEAD", "OPTIONS"];

impl RouteTable {
    /// Refuses an open route that would decide another method of a host and path that a guarded
    /// route owns, unless the open route names that method on that very path; notes a fall-back to
    /// another guarded route.
    pub(crate) fn report_leftovers(
        &self,
        name: &dyn Fn(RouteId) -> String,
        openness: &dyn Fn(RouteId) -> Openness,
        report: &mut Report,
    ) {
        let named = self
            .atoms
            .iter()
            .filter_map(|owned| owned.atom.method.as_deref());
        let mut methods: BTreeSet<&str> = BTreeSet::new();
        methods.extend(named.chain(COMMON)); // not collected: that brings a stable sort, 3 kB
        let mut told: BTreeSet<(RouteId, RouteId)> = BTreeSet::new();
        for owned in &self.atoms {
            if owned.atom.method.is_none() || openness(owned.route) != Openness::Guarded {
                continue;
            }
            let tried = COMMON.iter().copied().chain(methods.iter().copied());
            for method in tried {
                let region = Atom {
                    method: Some(Method::from(method)),
                    ..owned.atom.clone()
                };
                let Some(decides) = self.around(&region) else {
                    continue;
                };
                let pair = (owned.route, decides.route);
                if owned.route == decides.route || told.contains(&pair) {
                    continue;
                }
                let deliberate = decides.atom.method.is_some()
                    && decides.atom.path.relation(&owned.atom.path) == Relation::Equal
                    && decides.atom.host.relation(&owned.atom.host) == Relation::Equal;
                match openness(decides.route) {
                    Openness::Open if !deliberate => {
                        told.insert(pair);
                        report.error(&Place::top(), refuse(name, pair, method, &owned.atom));
                    }
                    Openness::Guarded if !deliberate => {
                        told.insert(pair);
                        let (narrow, broad) = (name(pair.0), name(pair.1));
                        report.note(
                            &Place::top(),
                            format_args!(
                                "routes[{narrow}]: {region} is decided by routes[{broad}], which has a \
                                 condition of its own"
                            ),
                        );
                    }
                    _ => {}
                }
            }
        }
    }
}

fn refuse(
    name: &dyn Fn(RouteId) -> String,
    (guarded, open): (RouteId, RouteId),
    method: &str,
    atom: &Atom,
) -> String {
    let (guarded, open) = (name(guarded), name(open));
    let everywhere = Atom {
        method: None,
        ..atom.clone()
    };
    let hosts = match &atom.host {
        super::HostPattern::Any => String::new(),
        host => format!("hosts: [\"{host}\"], "),
    };
    let path = &atom.path;
    format!(
        "routes[{open}]: \"allow: any\" would let {method} {everywhere} in without a condition, where \
         routes[{guarded}] asks for one; list {method} there, or add {{name: {guarded}-rest, {hosts}\
         paths: [\"{path}\"], allow: none}}"
    )
}

//! The costs of a limit, by route.

use policy::language::{Place, Report};

use super::Compiler;
use crate::LimitEntry;
use crate::costs::Costs;
use crate::limit::Scope;

impl Compiler<'_> {
    /// What requests cost; names of routes that the limit does not count are refused.
    pub(super) fn costs(
        &self,
        entry: &LimitEntry,
        scope: Option<&Scope>,
        place: &Place<'_>,
        report: &mut Report,
    ) -> Option<Costs> {
        let written = entry.costs.as_ref().map_or(&[][..], |costs| &costs.0);
        let mut routes = Vec::with_capacity(written.len());
        for (name, cost) in written {
            let place = place.key(name);
            let found = self.route(name, &place, report);
            if let (Some(route), Some(scope)) = (found, scope)
                && !scope.includes(route)
            {
                report.error(
                    &place,
                    "the limit does not count this route; add it to \"routes\", or remove it here",
                );
            }
            routes.push(found.map(|route| (route, cost_of(cost.value()))));
        }
        let mut routes = routes.into_iter().collect::<Option<Vec<_>>>()?;
        routes.sort_unstable_by_key(|(route, _)| *route);
        let otherwise = cost_of(entry.cost.value());
        Some(Costs { otherwise, routes })
    }
}

/// A cost whose bounds the language has checked.
fn cost_of(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

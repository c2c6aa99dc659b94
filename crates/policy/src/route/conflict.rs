//! Conflicts: two routes that match one request, neither of them the narrower.

use super::Atom;
use super::overlap::{Overlap, Walk};
use super::relation::Relation;
use super::steps::Steps;
use super::table::RouteTable;
use crate::RouteId;
use crate::language::{MAX_ERRORS, Place, Report};

/// Two routes in conflict, the first by number first, and where.
pub(super) struct Conflict {
    routes: (RouteId, RouteId),
    shared: Atom,
    equal: bool,
}

impl RouteTable {
    /// Reports every two routes that overlap with neither inside the other, unless a third takes
    /// exactly what they share; the most that a report shows, and one more.
    pub(crate) fn report_conflicts(&self, name: &dyn Fn(RouteId) -> String, report: &mut Report) {
        let (conflicts, whole, _) = self.conflicts();
        if whole.is_none() && conflicts.is_empty() {
            report.error(&Place::top().field("routes"), TOO_MANY);
        }
        for conflict in &conflicts {
            report.error(&Place::top(), conflict.describe(name));
        }
    }

    /// The conflicts; `None` where not all was looked at.
    pub(super) fn conflicts(&self) -> (Vec<Conflict>, Option<()>, Steps) {
        let mut conflicts: Vec<Conflict> = Vec::new();
        let mut found = |overlap: &Overlap<'_>| {
            let (one, two) = (overlap.one.route, overlap.two.route);
            let equal = overlap.relation == Relation::Equal;
            let across = overlap.relation == Relation::Across && one != two;
            let routes = (one.min(two), one.max(two));
            if !(equal || across && self.shared(overlap).is_none()) {
                return Some(());
            }
            let Err(at) = conflicts.binary_search_by(|known| known.routes.cmp(&routes)) else {
                return Some(());
            };
            let shared = self.meet(overlap);
            conflicts.insert(
                at,
                Conflict {
                    routes,
                    shared,
                    equal,
                },
            );
            (conflicts.len() <= MAX_ERRORS).then_some(())
        };
        let mut walk = Walk {
            table: self,
            steps: Steps::default(),
            found: &mut found,
        };
        let (whole, steps) = (walk.all(), walk.steps);
        (conflicts, whole, steps)
    }
}

impl Conflict {
    fn describe(&self, name: &dyn Fn(RouteId) -> String) -> String {
        let shared = &self.shared;
        let (first, second) = (name(self.routes.0), name(self.routes.1));
        let example = shared.example();
        if self.routes.0 == self.routes.1 {
            return format!("routes[{first}]: lists {shared} twice");
        }
        if self.equal {
            return format!(
                "routes[{first}] and routes[{second}]: both match {example} and neither is the \
                 narrower; remove {shared} from one of them"
            );
        }
        format!(
            "routes[{first}] and routes[{second}]: both match {example} and neither is the \
             narrower; give \"{second}\" methods or a narrower path, or add a route for {shared}"
        )
    }
}

const TOO_MANY: &str = "too many of their hosts, ports, methods and paths lie inside each other to be \
    compared at load; write fewer, or broader ones";

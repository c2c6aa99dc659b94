//! Routes that no request can reach: everything they match is decided by narrower ones.
//!
//! Whatever names no host, port or method, or has a `{x}`, matches more than any list of narrower
//! atoms can take away: there is always one more name. So an atom is used up only by atoms of its
//! own host, port and method whose paths split its `**` without a rest: `/x/**` is nothing but `/x`
//! and `/x/{a}/**`, and the latter nothing but `/x/{a}` and `/x/{a}/{b}/**`. That is looked for, and
//! it is all there is, but for one: a list of all 65,535 ports is not seen to be any port.

use super::table::{End, Leaf, ROOT, RouteTable, find};
use crate::RouteId;
use crate::language::{Place, Report};
use crate::order::index;

impl RouteTable {
    /// Refuses routes of which every atom is used up. Left out are routes that are `spared`: those
    /// that accept an empty segment, which `**` takes and `{x}` does not.
    pub(crate) fn report_unreachable(
        &self,
        name: &dyn Fn(RouteId) -> String,
        spared: &dyn Fn(RouteId) -> bool,
        report: &mut Report,
    ) {
        let routes = self.leaves.iter().map(|leaf| index(leaf.route.0)).max();
        let Some(routes) = routes.map(|last| last.saturating_add(1)) else {
            return;
        };
        let mut reached = vec![false; routes];
        let mut used_up: Vec<(End, &Leaf)> = Vec::new();
        for node in (ROOT..).zip(&self.nodes) {
            let (node, ends) = (node.0, [End::here(node.0), End::rest(node.0)]);
            for (end, leaf) in ends
                .into_iter()
                .flat_map(|end| self.end(end).iter().map(move |leaf| (end, leaf)))
            {
                if end.rest && self.splits(node, leaf).is_some() && !spared(leaf.route) {
                    used_up.push((end, leaf));
                } else if let Some(reached) = reached.get_mut(index(leaf.route.0)) {
                    *reached = true;
                }
            }
        }
        for (end, leaf) in used_up {
            if let Some(reached) = reached.get_mut(index(leaf.route.0))
                && !std::mem::replace(reached, true)
            {
                self.report_one(end, leaf, name, report);
            }
        }
    }

    fn report_one(
        &self,
        end: End,
        leaf: &Leaf,
        name: &dyn Fn(RouteId) -> String,
        report: &mut Report,
    ) {
        let mut takers = Vec::new();
        for (end, leaf) in self.splits(end.node, leaf).into_iter().flatten() {
            let atom = self.atom(self.path(end), leaf);
            takers.push(format!("routes[{}] takes {atom}", name(leaf.route)));
        }
        let (all, takers) = (self.atom(self.path(end), leaf), takers.join(", "));
        let (top, name) = (Place::top(), name(leaf.route));
        let routes = top.field("routes");
        report.error(
            &routes.named(&name).field("paths"),
            format_args!("no request can reach this route: of {all}, {takers}, and nothing is left; remove it, or one of those"),
        );
    }

    /// The atoms that use up one that ends in `**` at a node: each shorter path, and the rest.
    fn splits(&self, mut node: u32, leaf: &Leaf) -> Option<Vec<(End, &Leaf)>> {
        let like = |end: End| find(self.end(end), leaf.host, leaf.port, leaf.method);
        let mut takers = Vec::new();
        loop {
            let here = End::here(node);
            takers.push((here, like(here)?));
            node = self.any(self.node(node)?)?;
            let rest = End::rest(node);
            if let Some(taker) = like(rest) {
                takers.push((rest, taker));
                return Some(takers);
            }
        }
    }
}

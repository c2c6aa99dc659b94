//! Conflicts: two routes that match one request, neither of them the narrower.
//!
//! The table is walked once per atom, along the branches that its path overlaps, so that a large
//! document is not compared pair by pair.

use std::collections::HashSet;

use super::table::{End, Entry, RouteTable, domains_of};
use super::template::{Relation, Segment};
use super::{Atom, HostPattern};
use crate::RouteId;
use crate::language::{Place, Report};

impl RouteTable {
    /// Reports every two routes that overlap with neither inside the other, unless a third takes
    /// exactly what they share.
    pub(crate) fn report_conflicts(&self, name: &dyn Fn(RouteId) -> String, report: &mut Report) {
        let all: HashSet<&Atom> = self.atoms.iter().map(|owned| &owned.atom).collect();
        let mut told: HashSet<(RouteId, RouteId)> = HashSet::new();
        for (index, owned) in self.atoms.iter().enumerate() {
            self.overlapping(0, &owned.atom.path.segments, &owned.atom, &mut |other| {
                let Some(theirs) = self.atoms.get(other) else {
                    return;
                };
                let same_route = theirs.route == owned.route;
                let shared = match owned.atom.relation(&theirs.atom) {
                    Relation::Across if !same_route => owned.atom.intersection(&theirs.atom),
                    Relation::Equal if index < other => owned.atom.clone(),
                    _ => return,
                };
                let equal = owned.atom == theirs.atom;
                if !equal && all.contains(&shared) {
                    return;
                }
                let pair = (owned.route.min(theirs.route), owned.route.max(theirs.route));
                if told.insert(pair) {
                    let message = describe(name, pair, &shared, equal);
                    report.error(&Place::top(), message);
                }
            });
        }
    }

    /// Calls `found` for atoms whose path overlaps this one's and is not deeper than it; of two
    /// that overlap at least one finds the other.
    fn overlapping(
        &self,
        node: usize,
        segments: &[Segment],
        atom: &Atom,
        found: &mut dyn FnMut(usize),
    ) {
        let Some(node) = self.nodes.get(node) else {
            return;
        };
        node.rest.overlapping(atom, found);
        let Some((segment, after)) = segments.split_first() else {
            node.here.overlapping(atom, found);
            return;
        };
        match segment {
            Segment::Literal(literal) => {
                if let Some(child) = node.literals.get(literal.as_bytes()) {
                    self.overlapping(*child, after, atom, found);
                }
            }
            Segment::Any => {
                for child in node.literals.values() {
                    self.overlapping(*child, after, atom, found);
                }
            }
        }
        if let Some(child) = node.any {
            self.overlapping(child, after, atom, found);
        }
    }
}

impl End {
    fn overlapping(&self, atom: &Atom, found: &mut dyn FnMut(usize)) {
        let mut each = |entries: &Vec<Entry>| entries.iter().for_each(|entry| found(entry.atom));
        each(&self.any);
        match &atom.host {
            HostPattern::Exact(name) => {
                self.exact.get(name).into_iter().for_each(&mut each);
                domains_of(name)
                    .filter_map(|domain| self.below.get(domain))
                    .for_each(&mut each);
            }
            HostPattern::Below(domain) => {
                let inside = |name: &str| name.ends_with(&**domain);
                let exact = self.exact.iter().filter(|(name, _)| inside(name));
                exact.map(|(_, entries)| entries).for_each(&mut each);
                let below = self
                    .below
                    .iter()
                    .filter(|(other, _)| inside(other) || domain.ends_with(&***other));
                below.map(|(_, entries)| entries).for_each(&mut each);
            }
            HostPattern::Any => self
                .exact
                .values()
                .chain(self.below.values())
                .for_each(&mut each),
        }
    }
}

fn describe(
    name: &dyn Fn(RouteId) -> String,
    (first, second): (RouteId, RouteId),
    shared: &Atom,
    equal: bool,
) -> String {
    let (first_name, second_name) = (name(first), name(second));
    let example = shared.example();
    if first == second {
        return format!("routes[{first_name}]: lists {shared} twice");
    }
    if equal {
        return format!(
            "routes[{first_name}] and routes[{second_name}]: both match {example} and neither is the \
             narrower; remove {shared} from one of them"
        );
    }
    format!(
        "routes[{first_name}] and routes[{second_name}]: both match {example} and neither is the \
         narrower; give \"{second_name}\" methods or a narrower path, or add a route for {shared}"
    )
}

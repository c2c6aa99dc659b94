//! Which leaves of two ends of the path trie overlap: hosts, ports and methods that meet.
//!
//! Each of the three is a tree ("any", then what is named), so of two that meet one is around the
//! other. All are looked for from the side of the fewer leaves, and in lists that stand in order.

use super::Atom;
use super::hosts::ANY;
use super::overlap::{Overlap, Walk};
use super::relation::Relation;
use super::table::{End, Leaf, RouteTable, find, one_of, or_any, runs, span};

/// Some leaves of one end beside some of another, and how their paths lie.
#[derive(Clone, Copy)]
struct Ends<'t> {
    one: &'t [Leaf],
    two: &'t [Leaf],
    relation: Relation,
    paths: [End; 2],
    /// The path of exactly what they share, where the table has it.
    shared: Option<End>,
}

impl<'t> Walk<'t, '_> {
    /// The leaves of one end among each other.
    pub(super) fn end(&mut self, end: End) -> Option<()> {
        let leaves = self.table.end(end);
        for group in runs(leaves, |leaf| leaf.host) {
            let ends = Ends {
                one: group,
                two: group,
                relation: Relation::Equal,
                paths: [end, end],
                shared: Some(end),
            };
            self.like_hosts(ends)?;
            let mut host = group.first()?.host;
            while let Some(wider) = self.table.hosts.wider(host) {
                self.steps.take()?;
                let two = span(leaves, |leaf| leaf.host, one_of(wider));
                self.hosts(Ends { two, ..ends })?;
                host = wider;
            }
        }
        Some(())
    }

    /// Leaves of one end and host among each other. The narrower method of one port is inside the
    /// other, so only likes are left there, and any method of a port beside a method of any port.
    fn like_hosts(&mut self, ends: Ends<'t>) -> Option<()> {
        for pair in ends.one.windows(2) {
            self.steps.take()?;
            if let [one, two] = pair
                && (one.port, one.method) == (two.port, two.method)
            {
                self.tell(ends, [one, two])?;
            }
        }
        let of_any_port = span(ends.one, |leaf| leaf.port, one_of(ANY));
        let (_, of_a_port) = ends.one.split_at(of_any_port.len());
        for one in of_a_port.iter().filter(|leaf| leaf.method == ANY) {
            for two in of_any_port.iter().filter(|leaf| leaf.method != ANY) {
                self.tell(ends, [one, two])?;
            }
        }
        Some(())
    }

    /// The leaves of two ends: the hosts around each of the fewer's, and those inside it.
    pub(super) fn ends(
        &mut self,
        paths: [End; 2],
        relation: Relation,
        shared: Option<End>,
    ) -> Option<()> {
        let [one, two] = paths.map(|end| self.table.end(end));
        if one.is_empty() || two.is_empty() {
            return Some(());
        }
        let ends = Ends {
            one,
            two,
            relation,
            paths,
            shared,
        };
        let ends = if one.len() > two.len() {
            ends.turned()
        } else {
            ends
        };
        for group in runs(ends.one, |leaf| leaf.host) {
            let host = group.first()?.host;
            let mut around = Some(host);
            while let Some(at) = around {
                self.steps.take()?;
                let two = span(ends.two, |leaf| leaf.host, one_of(at));
                self.hosts(Ends {
                    one: group,
                    two,
                    ..ends
                })?;
                around = self.table.hosts.wider(at);
            }
            let inside = host.saturating_add(1)..self.table.hosts.end(host);
            let inside = span(ends.two, |leaf| leaf.host, inside);
            for two in runs(inside, |leaf| leaf.host) {
                self.hosts(Ends {
                    one: group,
                    two,
                    ..ends
                })?;
            }
        }
        Some(())
    }

    /// Leaves of two hosts of which one is around the other: the ports and methods that meet.
    fn hosts(&mut self, ends: Ends<'t>) -> Option<()> {
        if ends.one.len() > ends.two.len() {
            return self.hosts(ends.turned());
        }
        for one in ends.one {
            if one.port == ANY {
                for run in runs(ends.two, |leaf| leaf.port) {
                    self.methods(ends, one, run)?;
                }
            } else {
                for port in or_any(one.port) {
                    let run = span(ends.two, |leaf| leaf.port, one_of(port));
                    self.methods(ends, one, run)?;
                }
            }
        }
        Some(())
    }

    fn methods(&mut self, ends: Ends<'t>, one: &'t Leaf, run: &'t [Leaf]) -> Option<()> {
        self.steps.take()?;
        if one.method == ANY {
            return run.iter().try_for_each(|two| self.tell(ends, [one, two]));
        }
        for method in or_any(one.method) {
            for two in span(run, |leaf| leaf.method, one_of(method)) {
                self.tell(ends, [one, two])?;
            }
        }
        Some(())
    }

    fn tell(&mut self, ends: Ends<'t>, [one, two]: [&'t Leaf; 2]) -> Option<()> {
        self.steps.take()?;
        let relation = ends
            .relation
            .and(self.table.hosts.relation(one.host, two.host))
            .and(Relation::of_numbers(one.port, two.port))
            .and(Relation::of_numbers(one.method, two.method));
        (self.found)(&Overlap {
            one,
            two,
            relation,
            paths: ends.paths,
            shared: ends.shared,
        })
    }
}

impl Ends<'_> {
    const fn turned(self) -> Self {
        Self {
            one: self.two,
            two: self.one,
            relation: self.relation.turned(),
            paths: [self.paths[1], self.paths[0]],
            shared: self.shared,
        }
    }
}

impl RouteTable {
    /// The atom of exactly what two overlapping ones share, where there is one.
    pub(super) fn shared(&self, overlap: &Overlap<'_>) -> Option<&Leaf> {
        let leaf = meet(overlap);
        find(self.end(overlap.shared?), leaf.host, leaf.port, leaf.method)
    }

    /// What two overlapping atoms share, for a message.
    pub(super) fn meet(&self, overlap: &Overlap<'_>) -> Atom {
        let [one, two] = overlap.paths.map(|end| self.path(end));
        self.atom(one.intersection(&two), &meet(overlap))
    }
}

/// Host, port and method of what two overlapping atoms share; of two that meet, the one inside has
/// the higher number.
fn meet(overlap: &Overlap<'_>) -> Leaf {
    let (one, two) = (overlap.one, overlap.two);
    Leaf {
        host: one.host.max(two.host),
        port: one.port.max(two.port),
        method: one.method.max(two.method),
        route: one.route,
    }
}

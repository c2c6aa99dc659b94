//! The leftover rule: a method that a protected route does not list must not fall to an open one.

use super::hosts::ANY;
use super::steps::Steps;
use super::table::{End, Leaf, ROOT, RouteTable, one_of, or_any, runs, span};
use super::{Atom, Method};
use crate::RouteId;
use crate::language::{MAX_NOTES, Place, Report};
use crate::order::index;

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
const COMMON: [&str; 9] = [
    "PATCH", "DELETE", "PUT", "POST", "GET", "HEAD", "OPTIONS", "TRACE", "PROPFIND",
];

/// The rule over one table.
struct Leftovers<'a> {
    table: &'a RouteTable,
    name: &'a dyn Fn(RouteId) -> String,
    openness: &'a dyn Fn(RouteId) -> Openness,
    report: &'a mut Report,
    /// Pairs of routes that were told.
    told: Vec<(RouteId, RouteId)>,
    steps: Steps,
    /// Of each method, the last place where it was looked for.
    seen: Vec<usize>,
    place: usize,
}

/// Who decides the methods of one host, port and path besides those that it names itself.
#[derive(Default)]
struct Deciders<'t> {
    /// Atoms further out that name a method.
    named: Vec<&'t Leaf>,
    /// The atom that has every other method.
    others: Option<&'t Leaf>,
}

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
        let (whole, _) = self.leftovers(name, openness, report);
        if whole.is_none() && !report.is_refused() {
            report.error(&Place::top().field("routes"), TOO_MANY);
        }
    }

    /// Reports; `None` where not all was looked at.
    pub(super) fn leftovers(
        &self,
        name: &dyn Fn(RouteId) -> String,
        openness: &dyn Fn(RouteId) -> Openness,
        report: &mut Report,
    ) -> (Option<()>, Steps) {
        let mut leftovers = Leftovers {
            table: self,
            name,
            openness,
            report,
            told: Vec::new(),
            steps: Steps::default(),
            seen: vec![0; self.methods.len().saturating_add(1)],
            place: 0,
        };
        (leftovers.all(), leftovers.steps)
    }
}

impl<'t> Leftovers<'t> {
    /// Looks at all guarded atoms; `None` where it took too many steps, or all is told that can be.
    fn all(&mut self) -> Option<()> {
        let table = self.table;
        for (node, _) in (ROOT..).zip(&table.nodes) {
            for end in [End::here(node), End::rest(node)] {
                for run in runs(table.end(end), |leaf| leaf.host)
                    .flat_map(|leaves| runs(leaves, |leaf| leaf.port))
                {
                    let openness = self.openness;
                    let mut guarded = run.iter().filter(|leaf| {
                        leaf.method != ANY && openness(leaf.route) == Openness::Guarded
                    });
                    let Some(first) = guarded.next() else {
                        continue;
                    };
                    let deciders = self.deciders(end, first)?;
                    self.judge(end, first, &deciders)?;
                    guarded.try_for_each(|leaf| self.judge(end, leaf, &deciders))?;
                }
            }
        }
        Some(())
    }

    /// What is around the host, port and path of an atom, the narrowest first.
    fn deciders(&mut self, end: End, leaf: &Leaf) -> Option<Deciders<'t>> {
        let table = self.table;
        let mut trail = Vec::new();
        let mut at = end.node;
        while let Some(node) = table.node(at).filter(|_| at != ROOT) {
            trail.push(at);
            at = node.parent;
        }
        self.place = self.place.saturating_add(1);
        let mut deciders = Deciders::default();
        self.around(ROOT, (&trail, end), leaf, &mut deciders)?;
        Some(deciders)
    }

    /// Goes on from a node along the last of the trail, back to its first. What it finds first is
    /// the narrower; it ends where one atom has every method.
    fn around(
        &mut self,
        at: u32,
        (trail, end): (&[u32], End),
        leaf: &Leaf,
        deciders: &mut Deciders<'t>,
    ) -> Option<()> {
        self.steps.take()?;
        let table = self.table;
        let node = table.node(at)?;
        let rest = End::rest(at);
        let Some((next, trail)) = trail.split_last() else {
            if !end.rest {
                self.collect(End::here(at), end, leaf, deciders)?;
            }
            return self.collect(rest, end, leaf, deciders);
        };
        if let Some(literal) = &table.node(*next)?.literal
            && let Some(child) = table.literal(node, literal.as_bytes())
        {
            self.around(child, (trail, end), leaf, deciders)?;
        }
        if let Some(child) = table.any(node) {
            self.around(child, (trail, end), leaf, deciders)?;
        }
        self.collect(rest, end, leaf, deciders)
    }

    /// Takes what one end has for the host and port of an atom.
    fn collect(
        &mut self,
        around: End,
        end: End,
        leaf: &Leaf,
        deciders: &mut Deciders<'t>,
    ) -> Option<()> {
        let leaves = self.table.end(around);
        let mut host = Some(leaf.host).filter(|_| !leaves.is_empty());
        while let Some(at) = host {
            let of_host = span(leaves, |leaf| leaf.host, one_of(at));
            for port in or_any(leaf.port) {
                if deciders.others.is_some() {
                    return Some(());
                }
                self.steps.take()?;
                let run = span(of_host, |leaf| leaf.port, one_of(port));
                for found in run.iter().filter(|found| found.method != ANY) {
                    self.steps.take()?;
                    let seen = self.seen.get_mut(index(found.method))?;
                    // a method that the same path and host name themselves is deliberate
                    if std::mem::replace(seen, self.place) != self.place
                        && (around, at) != (end, leaf.host)
                    {
                        deciders.named.push(found);
                    }
                }
                deciders.others = run.first().filter(|found| found.method == ANY);
            }
            host = self.table.hosts.wider(at);
        }
        Some(())
    }

    fn judge(&mut self, end: End, guarded: &Leaf, deciders: &Deciders<'t>) -> Option<()> {
        if let Some(others) = deciders.others {
            let method = self.unnamed();
            self.tell(end, guarded, others, &method)?;
        }
        for decides in &deciders.named {
            let method = self.table.method(decides.method)?;
            self.tell(end, guarded, decides, method)?;
        }
        Some(())
    }

    /// A method that nothing around the place looked at last names.
    fn unnamed(&self) -> Method {
        let named = |method: &str| {
            let number = self.table.method_number(method);
            number != ANY && self.seen.get(index(number)) == Some(&self.place)
        };
        let common = COMMON.into_iter().find(|method| !named(method));
        let other = || {
            let mut other = "X".to_owned();
            while named(&other) {
                other.push('X');
            }
            other.into()
        };
        common.map_or_else(other, Into::into)
    }

    fn tell(&mut self, end: End, guarded: &Leaf, decides: &Leaf, method: &Method) -> Option<()> {
        self.steps.take()?;
        let pair = (guarded.route, decides.route);
        let openness = (self.openness)(decides.route);
        let noted = self.report.notes().len() >= MAX_NOTES;
        let telling = openness == Openness::Open || (openness == Openness::Guarded && !noted);
        if pair.0 == pair.1 || !telling || self.told.contains(&pair) {
            return Some(());
        }
        self.told.push(pair);
        let region = Atom {
            method: Some(Method::clone(method)),
            ..self.table.atom(self.table.path(end), guarded)
        };
        let names = ((self.name)(pair.0), (self.name)(pair.1));
        if openness == Openness::Open {
            self.report.error(&Place::top(), refuse(&names, &region));
        } else {
            let (narrow, broad) = names;
            self.report.note(
                &Place::top(),
                format_args!(
                    "routes[{narrow}]: {region} is decided by routes[{broad}], which has a \
                     condition of its own"
                ),
            );
        }
        (self.report.more_errors() == 0).then_some(())
    }
}

fn refuse((guarded, open): &(String, String), region: &Atom) -> String {
    let method = region.method.as_deref().unwrap_or_default();
    let everywhere = Atom {
        method: None,
        ..region.clone()
    };
    let hosts = match &region.host {
        super::HostPattern::Any => String::new(),
        host => format!("hosts: [\"{host}\"], "),
    };
    let path = &region.path;
    format!(
        "routes[{open}]: \"allow: any\" would let {method} {everywhere} in without a condition, where \
         routes[{guarded}] asks for one; list {method} there, or add {{name: {guarded}-rest, {hosts}\
         paths: [\"{path}\"], allow: none}}"
    )
}

const TOO_MANY: &str = "too many of their methods, hosts and paths lie inside each other to be \
    compared at load; write fewer, or broader ones";

//! The route table: one trie over the path, with host, port and method at its ends.
//!
//! A look-up goes from narrow to broad in every dimension. Among the atoms that match a request
//! one lies inside all others (the load checks see to it), so the first found is the narrowest.

use std::collections::HashMap;

use super::atom::OwnedAtom;
use super::template::{Segment, segments_of};
use super::{Atom, HostPattern, Method};
use crate::RouteId;

/// What of a request chooses its route.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target<'a> {
    pub(crate) host: Option<&'a str>,
    pub(crate) port: Option<u16>,
    pub(crate) method: &'a str,
    /// Normalised.
    pub(crate) path: &'a [u8],
}

/// A route that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) route: RouteId,
    /// The atom names its methods; the request's is one of them.
    pub(crate) by_method: bool,
}

/// All atoms of a document, compiled for look-up.
#[derive(Debug, Default)]
pub(crate) struct RouteTable {
    pub(super) nodes: Vec<Node>,
    pub(super) atoms: Vec<OwnedAtom>,
    uses_ports: bool,
}

/// A node of the path trie.
#[derive(Debug, Default)]
pub(super) struct Node {
    pub(super) literals: HashMap<Box<[u8]>, usize>,
    pub(super) any: Option<usize>,
    /// Atoms whose path ends here.
    pub(super) here: End,
    /// Atoms whose path goes on with any rest.
    pub(super) rest: End,
}

/// Atoms of one path, by host; within a host the narrower first.
#[derive(Debug, Default)]
pub(super) struct End {
    pub(super) exact: HashMap<Box<str>, Vec<Entry>>,
    pub(super) below: HashMap<Box<str>, Vec<Entry>>,
    pub(super) any: Vec<Entry>,
}

/// One port and method of a path and host.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) port: Option<u16>,
    pub(super) method: Option<Method>,
    pub(super) atom: usize,
}

impl RouteTable {
    /// Compiles atoms.
    pub(crate) fn new(atoms: Vec<OwnedAtom>) -> Self {
        let mut table = Self {
            nodes: vec![Node::default()],
            atoms: Vec::new(),
            uses_ports: false,
        };
        for (index, owned) in atoms.iter().enumerate() {
            table.uses_ports |= owned.atom.port.is_some();
            table.insert(index, &owned.atom);
        }
        table.atoms = atoms;
        table
    }

    /// Whether any atom names a port, so that a request's must be known.
    pub(crate) const fn uses_ports(&self) -> bool {
        self.uses_ports
    }

    /// The narrowest atom's route for a request.
    pub(crate) fn find(&self, target: &Target<'_>) -> Option<Found> {
        let end = |end: &End| end.find(target);
        let entry = self.walk(0, &mut segments_of(target.path), &end)?;
        let (route, by_method) = entry;
        Some(Found {
            route: self.atoms.get(route)?.route,
            by_method,
        })
    }

    fn walk<'p, I>(
        &self,
        node: usize,
        segments: &mut I,
        end: &impl Fn(&End) -> Option<(usize, bool)>,
    ) -> Option<(usize, bool)>
    where
        I: Iterator<Item = &'p [u8]> + Clone,
    {
        let node = self.nodes.get(node)?;
        let mut after = segments.clone();
        let Some(segment) = after.next() else {
            return end(&node.here).or_else(|| end(&node.rest));
        };
        node.literals
            .get(segment)
            .and_then(|child| self.walk(*child, &mut after.clone(), end))
            .or_else(|| {
                let child = node.any.filter(|_| !segment.is_empty())?;
                self.walk(child, &mut after, end)
            })
            .or_else(|| end(&node.rest))
    }

    /// The narrowest atom around a whole region: every request of `atom` is in it.
    pub(super) fn around(&self, atom: &Atom) -> Option<&OwnedAtom> {
        let index = self.around_below(0, &atom.path.segments, atom)?;
        self.atoms.get(index)
    }

    fn around_below(&self, node: usize, segments: &[Segment], atom: &Atom) -> Option<usize> {
        let node = self.nodes.get(node)?;
        let Some((segment, after)) = segments.split_first() else {
            let here = if atom.path.rest {
                None
            } else {
                node.here.around(atom)
            };
            return here.or_else(|| node.rest.around(atom));
        };
        let literal = match segment {
            Segment::Literal(literal) => node.literals.get(literal.as_bytes()),
            Segment::Any => None,
        };
        literal
            .and_then(|child| self.around_below(*child, after, atom))
            .or_else(|| self.around_below(node.any?, after, atom))
            .or_else(|| node.rest.around(atom))
    }

    fn insert(&mut self, index: usize, atom: &Atom) {
        let mut at = 0;
        for segment in &atom.path.segments {
            at = self.child(at, segment);
        }
        let Some(node) = self.nodes.get_mut(at) else {
            return;
        };
        let end = if atom.path.rest {
            &mut node.rest
        } else {
            &mut node.here
        };
        end.insert(index, atom);
    }

    fn child(&mut self, at: usize, segment: &Segment) -> usize {
        let next = self.nodes.len();
        let Some(node) = self.nodes.get_mut(at) else {
            return at;
        };
        let child = match segment {
            Segment::Literal(literal) => *node
                .literals
                .entry(literal.as_bytes().into())
                .or_insert(next),
            Segment::Any => *node.any.get_or_insert(next),
        };
        if child == next {
            self.nodes.push(Node::default());
        }
        child
    }
}

impl End {
    fn insert(&mut self, index: usize, atom: &Atom) {
        let entries = match &atom.host {
            HostPattern::Exact(name) => self.exact.entry(name.clone()).or_default(),
            HostPattern::Below(domain) => self.below.entry(domain.clone()).or_default(),
            HostPattern::Any => &mut self.any,
        };
        let entry = Entry {
            port: atom.port,
            method: atom.method.clone(),
            atom: index,
        };
        let rank = |entry: &Entry| (entry.port.is_none(), entry.method.is_none());
        let at = entries.partition_point(|other| rank(other) <= rank(&entry));
        entries.insert(at, entry);
    }

    fn find(&self, target: &Target<'_>) -> Option<(usize, bool)> {
        let matches = |entry: &&Entry| {
            entry.port.is_none_or(|port| Some(port) == target.port)
                && entry
                    .method
                    .as_ref()
                    .is_none_or(|method| **method == *target.method)
        };
        let found = |entries: &Vec<Entry>| {
            entries
                .iter()
                .find(matches)
                .map(|entry| (entry.atom, entry.method.is_some()))
        };
        let host = target
            .host
            .filter(|_| !self.exact.is_empty() || !self.below.is_empty());
        let named = host.and_then(|host| {
            self.exact.get(host).and_then(found).or_else(|| {
                domains_of(host).find_map(|domain| self.below.get(domain).and_then(found))
            })
        });
        named.or_else(|| found(&self.any))
    }

    fn around(&self, atom: &Atom) -> Option<usize> {
        let found = |entries: &Vec<Entry>| {
            let around = |entry: &&Entry| {
                entry.port.is_none_or(|port| Some(port) == atom.port)
                    && entry
                        .method
                        .as_ref()
                        .is_none_or(|method| Some(method) == atom.method.as_ref())
            };
            entries.iter().find(around).map(|entry| entry.atom)
        };
        let named = match &atom.host {
            HostPattern::Exact(name) => self.exact.get(name).and_then(found).or_else(|| {
                domains_of(name).find_map(|domain| self.below.get(domain).and_then(found))
            }),
            HostPattern::Below(domain) => self.below.get(domain).and_then(found).or_else(|| {
                domains_of(domain).find_map(|wider| self.below.get(wider).and_then(found))
            }),
            HostPattern::Any => None,
        };
        named.or_else(|| found(&self.any))
    }
}

/// The domains above a name, each with its leading dot, the longest first.
pub(super) fn domains_of(name: &str) -> impl Iterator<Item = &str> {
    name.match_indices('.')
        .filter(|(at, _)| *at > 0)
        .filter_map(|(at, _)| name.get(at..))
}

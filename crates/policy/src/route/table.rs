//! The route table: one trie over the path, with host, port and method at its ends.
//!
//! A look-up goes from narrow to broad in every dimension. Among the atoms that match a request
//! one lies inside all others (the load checks see to it), so the first found is the narrowest.
//!
//! Hosts and methods are looked up once and are numbers from then on. All lists stand in order and
//! are searched by halves: ten thousand routes take a look-up some ten comparisons more than ten
//! do, and nothing that a client sends is hashed.

use std::ops::Range;

use super::hosts::{ANY, Hosts};
use super::template::{Segment, segments_of};
use super::{Atom, Method, PathTemplate};
use crate::RouteId;
use crate::order::index;

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
    /// All atoms, in the order of the nodes.
    pub(super) leaves: Vec<Leaf>,
    pub(super) hosts: Hosts,
    /// In order; the number of the first is 1.
    pub(super) methods: Vec<Method>,
    pub(super) uses_ports: bool,
}

/// The number of the node of `/`.
pub(super) const ROOT: u32 = 0;

/// A node of the path trie.
#[derive(Debug, Default)]
pub(super) struct Node {
    /// The last segment of its path; `None` is any, and the root.
    pub(super) literal: Option<Box<str>>,
    pub(super) parent: u32,
    /// Literals in order, and last any.
    pub(super) children: Range<u32>,
    /// Atoms whose path ends here.
    pub(super) here: Range<u32>,
    /// Atoms whose path goes on with any rest.
    pub(super) rest: Range<u32>,
}

/// A path of the table: its node, and whether it ends in `**`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct End {
    pub(super) node: u32,
    pub(super) rest: bool,
}

/// An atom without its path, by numbers; 0 is any.
#[derive(Clone, Copy, Debug)]
pub(super) struct Leaf {
    pub(super) host: u32,
    pub(super) port: u32,
    pub(super) method: u32,
    pub(super) route: RouteId,
}

/// A request by numbers.
#[derive(Clone, Copy)]
struct Wanted {
    /// The narrowest pattern that matches its host.
    host: u32,
    port: u32,
    method: u32,
}

impl RouteTable {
    /// Whether any atom names a port, so that a request's must be known.
    pub(crate) const fn uses_ports(&self) -> bool {
        self.uses_ports
    }

    /// The narrowest atom's route for a request.
    pub(crate) fn find(&self, target: &Target<'_>) -> Option<Found> {
        let wanted = Wanted {
            host: self.hosts.narrowest(target.host),
            port: target
                .port
                .filter(|_| self.uses_ports)
                .map_or(ANY, u32::from),
            method: self.method_number(target.method),
        };
        let leaf = self.walk(ROOT, &mut segments_of(target.path), &wanted)?;
        Some(Found {
            route: leaf.route,
            by_method: leaf.method != ANY,
        })
    }

    fn walk<'p, I>(&self, node: u32, segments: &mut I, wanted: &Wanted) -> Option<&Leaf>
    where
        I: Iterator<Item = &'p [u8]> + Clone,
    {
        let node = self.node(node)?;
        let Some(segment) = segments.next() else {
            return self
                .narrowest(&node.here, wanted)
                .or_else(|| self.narrowest(&node.rest, wanted));
        };
        self.literal(node, segment)
            .and_then(|child| self.walk(child, &mut segments.clone(), wanted))
            .or_else(|| {
                let child = self.any(node).filter(|_| !segment.is_empty())?;
                self.walk(child, segments, wanted)
            })
            .or_else(|| self.narrowest(&node.rest, wanted))
    }

    /// The narrowest leaf of an end that matches.
    fn narrowest(&self, end: &Range<u32>, wanted: &Wanted) -> Option<&Leaf> {
        let leaves = self.leaves(end);
        if leaves.is_empty() {
            return None;
        }
        let mut host = Some(wanted.host);
        while let Some(at) = host {
            for port in or_any(wanted.port) {
                for method in or_any(wanted.method) {
                    if let Some(leaf) = find(leaves, at, port, method) {
                        return Some(leaf);
                    }
                }
            }
            host = self.hosts.wider(at);
        }
        None
    }

    pub(super) fn node(&self, node: u32) -> Option<&Node> {
        self.nodes.get(index(node))
    }

    pub(super) fn leaves(&self, end: &Range<u32>) -> &[Leaf] {
        let range = index(end.start)..index(end.end);
        self.leaves.get(range).unwrap_or_default()
    }

    /// The child of a node for `{x}`.
    pub(super) fn any(&self, node: &Node) -> Option<u32> {
        let last = node.children.clone().last()?;
        self.node(last)?.literal.is_none().then_some(last)
    }

    /// The children of a node for literals.
    pub(super) fn literals(&self, node: &Node) -> Range<u32> {
        node.children.start..self.any(node).unwrap_or(node.children.end)
    }

    /// The child of a node for one literal.
    pub(super) fn literal(&self, node: &Node, literal: &[u8]) -> Option<u32> {
        let range = self.literals(node);
        let children = self.nodes.get(index(range.start)..index(range.end))?;
        let at = children
            .binary_search_by(|child| child.text().as_bytes().cmp(literal))
            .ok()?;
        range.start.checked_add(u32::try_from(at).ok()?)
    }

    /// The number of a method; that of any where no atom names it.
    pub(super) fn method_number(&self, name: &str) -> u32 {
        let at = self.methods.binary_search_by(|method| (**method).cmp(name));
        at.map_or(ANY, |at| u32::try_from(at.saturating_add(1)).unwrap_or(ANY))
    }

    /// The name of a method.
    pub(super) fn method(&self, method: u32) -> Option<&Method> {
        self.methods.get(index(method).checked_sub(1)?)
    }

    /// The leaves of an end.
    pub(super) fn end(&self, end: End) -> &[Leaf] {
        let node = self.node(end.node);
        node.map_or(&[], |node| {
            self.leaves(if end.rest { &node.rest } else { &node.here })
        })
    }

    /// The path of an end, for a message.
    pub(super) fn path(&self, end: End) -> PathTemplate {
        let mut segments = Vec::new();
        let mut at = end.node;
        while let Some(node) = self.node(at).filter(|_| at != ROOT) {
            segments.push(node.segment());
            at = node.parent;
        }
        segments.reverse();
        PathTemplate {
            segments: segments.into(),
            rest: end.rest,
        }
    }

    /// An atom as it was written, for a message.
    pub(super) fn atom(&self, path: PathTemplate, leaf: &Leaf) -> Atom {
        Atom {
            host: self.hosts.pattern(leaf.host),
            port: u16::try_from(leaf.port).ok().filter(|port| *port != 0),
            method: self.method(leaf.method).cloned(),
            path,
        }
    }
}

impl Node {
    fn text(&self) -> &str {
        self.literal.as_deref().unwrap_or_default()
    }

    fn segment(&self) -> Segment {
        self.literal.clone().map_or(Segment::Any, Segment::Literal)
    }
}

impl End {
    pub(super) const fn here(node: u32) -> Self {
        Self { node, rest: false }
    }

    pub(super) const fn rest(node: u32) -> Self {
        Self { node, rest: true }
    }
}

impl Leaf {
    const fn key(&self) -> (u32, u32, u32) {
        (self.host, self.port, self.method)
    }
}

/// A number, and any.
pub(super) fn or_any(number: u32) -> impl Iterator<Item = u32> {
    [(number != ANY).then_some(number), Some(ANY)]
        .into_iter()
        .flatten()
}

/// The leaf of exactly this host, port and method.
pub(super) fn find(leaves: &[Leaf], host: u32, port: u32, method: u32) -> Option<&Leaf> {
    let at = leaves
        .binary_search_by(|leaf| leaf.key().cmp(&(host, port, method)))
        .ok()?;
    leaves.get(at)
}

/// The leaves whose number lies in a range, of some that stand in the order of that number.
pub(super) fn span(leaves: &[Leaf], of: fn(&Leaf) -> u32, range: Range<u32>) -> &[Leaf] {
    let from = leaves.partition_point(|leaf| of(leaf) < range.start);
    let to = leaves.partition_point(|leaf| of(leaf) < range.end);
    leaves.get(from..to).unwrap_or_default()
}

/// Some leaves by one of their numbers, whose order they stand in: all with the first number, then
/// all with the next.
pub(super) fn runs(mut leaves: &[Leaf], of: fn(&Leaf) -> u32) -> impl Iterator<Item = &[Leaf]> {
    std::iter::from_fn(move || {
        let number = of(leaves.first()?);
        let (run, after) = leaves.split_at(leaves.partition_point(|leaf| of(leaf) == number));
        leaves = after;
        Some(run)
    })
}

/// The range of one number.
pub(super) const fn one_of(number: u32) -> Range<u32> {
    number..number.saturating_add(1)
}

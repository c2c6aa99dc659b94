//! From a list of atoms to the table: all in order once, and then cut into nodes.

use std::cmp::Ordering;
use std::rc::Rc;

use super::PathTemplate;
use super::atom::OwnedAtom;
use super::hosts::Hosts;
use super::table::{Leaf, Node, ROOT, RouteTable};
use super::template::Segment;
use crate::order::{index, order};

/// Equal texts of a list by one number each.
pub(super) struct Numbers {
    /// The number of each item: 0 where it has no text.
    pub(super) of: Vec<u32>,
    /// The first item with each text, in order; that of number 1 stands first.
    pub(super) firsts: Vec<usize>,
}

/// Numbers the texts of some items in their order.
pub(super) fn numbers<'a>(
    len: usize,
    text: &dyn Fn(usize) -> Option<&'a str>,
    compare: &dyn Fn(&str, &str) -> Ordering,
) -> Numbers {
    let by_text = |a, b| match (text(a), text(b)) {
        (Some(a), Some(b)) if !std::ptr::eq(a, b) => compare(a, b),
        (a, b) => a.is_some().cmp(&b.is_some()),
    };
    let (mut of, mut firsts) = (vec![0; len], Vec::new());
    let mut before: Option<&str> = None;
    for at in order(len, &by_text).into_iter().map(index) {
        let Some(text) = text(at) else {
            continue;
        };
        if before != Some(text) {
            firsts.push(at);
            before = Some(text);
        }
        if let Some(number) = of.get_mut(at) {
            *number = u32::try_from(firsts.len()).unwrap_or(u32::MAX);
        }
    }
    Numbers { of, firsts }
}

impl RouteTable {
    /// Compiles atoms; their order means nothing.
    pub(crate) fn new(atoms: &[OwnedAtom]) -> Self {
        let (hosts, host_of) = Hosts::of(atoms);
        let method = |at: usize| atoms.get(at)?.atom.method.as_deref();
        let methods = numbers(atoms.len(), &method, &|a, b| a.cmp(b));
        let leaf = |at: usize| {
            let OwnedAtom { atom, route } = atoms.get(at)?;
            Some(Leaf {
                host: *host_of.get(at)?,
                port: atom.port.map_or(0, u32::from),
                method: *methods.of.get(at)?,
                route: *route,
            })
        };
        let path = |at: usize| atoms.get(at).map(|owned| &owned.atom.path);
        let by_path = |a: usize, b: usize| match (path(a), path(b)) {
            (Some(a), Some(b)) => compare_paths(a, b),
            _ => Ordering::Equal,
        };
        let key = |at: usize| leaf(at).map(|leaf| (leaf.host, leaf.port, leaf.method));
        let ordered = order(atoms.len(), &|a, b| {
            by_path(a, b).then_with(|| key(a).cmp(&key(b)))
        });
        let mut leaves = Vec::with_capacity(ordered.len());
        leaves.extend(ordered.iter().filter_map(|at| leaf(index(*at))));
        let named = |first: &usize| atoms.get(*first)?.atom.method.clone();
        let mut table = Self {
            nodes: vec![Node::default()],
            leaves,
            methods: methods.firsts.iter().filter_map(named).collect(),
            uses_ports: atoms.iter().any(|owned| owned.atom.port.is_some()),
            hosts,
        };
        let paths: Vec<&PathTemplate> = ordered.iter().filter_map(|at| path(index(*at))).collect();
        table.grow(ROOT, 0, &paths, 0);
        table
    }

    /// Makes what is below a node: of these paths, which all go through it at this depth, and whose
    /// leaves begin at `leaf`. Recursion is as deep as the longest template.
    fn grow(&mut self, node: u32, depth: usize, paths: &[&PathTemplate], leaf: u32) {
        let after_here = paths.partition_point(|path| path.segments.len() == depth && !path.rest);
        let after_rest = paths.partition_point(|path| path.segments.len() == depth);
        let (_, deeper) = paths.split_at(after_rest);
        let groups = || deeper.chunk_by(|a, b| a.segments.get(depth) == b.segments.get(depth));
        let first = number(self.nodes.len());
        for group in groups() {
            let path = group.first();
            let literal = match path.and_then(|path| path.segments.get(depth)) {
                Some(Segment::Literal(literal)) => Some(literal.clone()),
                _ => None,
            };
            self.nodes.push(Node {
                literal,
                parent: node,
                ..Node::default()
            });
        }
        let end = number(self.nodes.len());
        if let Some(node) = self.nodes.get_mut(index(node)) {
            node.children = first..end;
            node.here = leaf..leaf.saturating_add(number(after_here));
            node.rest = node.here.end..leaf.saturating_add(number(after_rest));
        }
        let mut leaf = leaf.saturating_add(number(after_rest));
        for (child, group) in (first..end).zip(groups()) {
            self.grow(child, depth.saturating_add(1), group, leaf);
            leaf = leaf.saturating_add(number(group.len()));
        }
    }
}

/// Paths in the order of the trie: a node's own ends, what is below its literals, and below `{x}`.
fn compare_paths(one: &PathTemplate, two: &PathTemplate) -> Ordering {
    if Rc::ptr_eq(&one.segments, &two.segments) {
        return one.rest.cmp(&two.rest);
    }
    one.cmp(two)
}

fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

//! Which atoms of a table overlap: found by walking the table beside itself, not pair by pair.
//!
//! Two paths overlap where both can be walked at once. So only nodes that some path goes through
//! both of are looked at together, and of the ends only hosts, ports and methods that meet. What
//! is left grows with the atoms that do overlap, and a document in which too many do is refused:
//! the time to load one is bounded, whatever is in it.

use super::relation::Relation;
use super::steps::Steps;
use super::table::{End, Leaf, Node, ROOT, RouteTable};

/// Two atoms that share requests.
pub(super) struct Overlap<'t> {
    pub(super) one: &'t Leaf,
    pub(super) two: &'t Leaf,
    /// How the requests of the one lie to those of the other.
    pub(super) relation: Relation,
    /// The paths of the two.
    pub(super) paths: [End; 2],
    /// The path of exactly what they share, where the table has it.
    pub(super) shared: Option<End>,
}

/// One walk over a table.
pub(super) struct Walk<'t, 'f> {
    pub(super) table: &'t RouteTable,
    pub(super) steps: Steps,
    /// Is told each overlap; `None` ends the walk.
    pub(super) found: &'f mut dyn FnMut(&Overlap<'t>) -> Option<()>,
}

impl<'t> Walk<'t, '_> {
    /// Finds all overlaps; `None` where the walk was ended, or took too many steps.
    pub(super) fn all(&mut self) -> Option<()> {
        self.nodes([ROOT, ROOT], Relation::Equal, Some(ROOT))
    }

    /// Two nodes that some path goes through, the one maybe the other as well; `shared` is the
    /// node of what their paths share.
    fn nodes(&mut self, nodes: [u32; 2], relation: Relation, shared: Option<u32>) -> Option<()> {
        self.steps.take()?;
        let table = self.table;
        let same = nodes[0] == nodes[1];
        let (one, two) = (table.node(nodes[0])?, table.node(nodes[1])?);
        let here = nodes.map(End::here);
        let rest = nodes.map(End::rest);
        let narrower = relation.and(Relation::Narrower);
        let broader = relation.and(Relation::Broader);
        if same {
            self.end(here[0])?;
            self.end(rest[0])?;
        } else {
            self.ends(here, relation, shared.map(End::here))?;
            self.ends(rest, relation, shared.map(End::rest))?;
            self.ends([rest[0], here[1]], broader, shared.map(End::here))?;
            if !two.rest.is_empty() {
                for child in one.children.clone() {
                    self.below(
                        rest[1],
                        child,
                        narrower.turned(),
                        self.beside(shared, child),
                    )?;
                }
            }
        }
        self.ends([here[0], rest[1]], narrower, shared.map(End::here))?;
        if !one.rest.is_empty() {
            for child in two.children.clone() {
                self.below(rest[0], child, broader, self.beside(shared, child))?;
            }
        }
        self.children([one, two], same, relation, shared)
    }

    /// The children of two nodes that some path goes through both of.
    fn children(
        &mut self,
        [one, two]: [&'t Node; 2],
        same: bool,
        relation: Relation,
        shared: Option<u32>,
    ) -> Option<()> {
        let table = self.table;
        let (ones, twos) = (table.literals(one), table.literals(two));
        if same {
            for child in ones.clone() {
                self.nodes([child, child], relation, Some(child))?;
            }
        } else {
            let swap = ones.len() > twos.len();
            let (few, many) = if swap {
                (twos.clone(), one)
            } else {
                (ones.clone(), two)
            };
            for child in few {
                self.steps.take()?;
                let literal = table.node(child)?.literal.as_deref().unwrap_or_default();
                if let Some(other) = table.literal(many, literal.as_bytes()) {
                    let pair = if swap { [other, child] } else { [child, other] };
                    self.nodes(pair, relation, self.beside(shared, child))?;
                }
            }
        }
        if let Some(any) = table.any(two) {
            for child in ones {
                let shared = self.beside(shared, child);
                self.nodes([child, any], relation.and(Relation::Narrower), shared)?;
            }
        }
        let Some(any) = table.any(one) else {
            return Some(());
        };
        if !same {
            for child in twos {
                let shared = self.beside(shared, child);
                self.nodes([any, child], relation.and(Relation::Broader), shared)?;
            }
        }
        match table.any(two) {
            Some(other) => self.nodes([any, other], relation, self.beside(shared, any)),
            None => Some(()),
        }
    }

    /// An end with `**` around everything from a node on. Recursion is as deep as the longest
    /// template.
    fn below(
        &mut self,
        around: End,
        node: u32,
        relation: Relation,
        shared: Option<u32>,
    ) -> Option<()> {
        self.steps.take()?;
        self.ends([around, End::here(node)], relation, shared.map(End::here))?;
        self.ends([around, End::rest(node)], relation, shared.map(End::rest))?;
        for child in self.table.node(node)?.children.clone() {
            self.below(around, child, relation, self.beside(shared, child))?;
        }
        Some(())
    }

    /// The child of `parent` for the same segment as `child`.
    fn beside(&self, parent: Option<u32>, child: u32) -> Option<u32> {
        let (number, segment) = (parent?, self.table.node(child)?);
        if segment.parent == number {
            return Some(child);
        }
        let parent = self.table.node(number)?;
        match &segment.literal {
            Some(literal) => self.table.literal(parent, literal.as_bytes()),
            None => self.table.any(parent),
        }
    }
}

//! A trie over templates: the trust domain first, then segment by segment.

use std::cmp::Ordering;

use crate::id_template::Segment;
use crate::{IdTemplate, SpiffeId};

/// A place in the trie: what may follow the segments read so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trie {
    /// In order.
    literals: Vec<(Box<str>, Self)>,
    any: Option<Box<Self>>,
    /// A template ends here.
    end: bool,
    /// A template has `**` here.
    rest: bool,
}

/// Where a search for what tries have in common gives up, and takes them to have something.
#[derive(Debug)]
pub(crate) struct Patience {
    /// Places of the tries that may yet be looked at together.
    pub(crate) steps: usize,
    /// Segments that may yet be gone down.
    pub(crate) depth: usize,
}

impl Trie {
    /// The trie of some templates.
    pub(crate) fn of(templates: &[&IdTemplate]) -> Self {
        let compare = |a: usize, b: usize| match (templates.get(a), templates.get(b)) {
            (Some(a), Some(b)) => compare(a, b),
            _ => Ordering::Equal,
        };
        let mut root = Self::default();
        for at in policy::order(templates.len(), &compare) {
            let template = usize::try_from(at).ok().and_then(|at| templates.get(at));
            if let Some(template) = template {
                let domain = template.trust_domain.as_str();
                root.below(domain, &template.segments, template.rest);
            }
        }
        root
    }

    /// Adds what follows one literal of a template. In order each comes last, and nothing moves.
    fn below(&mut self, literal: &str, segments: &[Segment], rest: bool) {
        let at = self
            .literals
            .partition_point(|(other, _)| **other < *literal);
        let known = self
            .literals
            .get(at)
            .is_some_and(|(other, _)| **other == *literal);
        if !known {
            self.literals.insert(at, (literal.into(), Self::default()));
        }
        if let Some((_, child)) = self.literals.get_mut(at) {
            child.insert(segments, rest);
        }
    }

    /// Recursion is as deep as the longest template.
    fn insert(&mut self, segments: &[Segment], rest: bool) {
        match segments.split_first() {
            Some((Segment::Literal(literal), segments)) => self.below(literal, segments, rest),
            Some((Segment::Any(_), segments)) => {
                self.any.get_or_insert_default().insert(segments, rest);
            }
            None if rest => self.rest = true,
            None => self.end = true,
        }
    }

    /// Whether a template matches the ID. Recursion is as deep as the longest template.
    pub(crate) fn matches(&self, id: &SpiffeId) -> bool {
        let node = self.literal(id.trust_domain());
        node.is_some_and(|node| node.matches_path(id.path()))
    }

    fn matches_path(&self, path: &str) -> bool {
        if self.rest {
            return true;
        }
        let Some(path) = path.strip_prefix('/') else {
            return self.end;
        };
        let at = path.find('/').unwrap_or(path.len());
        let Some((segment, next)) = path.split_at_checked(at) else {
            return false;
        };
        self.literal(segment)
            .is_some_and(|node| node.matches_path(next))
            || self
                .any
                .as_ref()
                .is_some_and(|node| node.matches_path(next))
    }

    fn literal(&self, literal: &str) -> Option<&Self> {
        let at = self
            .literals
            .binary_search_by(|(other, _)| (**other).cmp(literal));
        self.literals.get(at.ok()?).map(|(_, child)| child)
    }

    /// Whether some ID is in all of the tries; yes where patience ends before that is known.
    pub(crate) fn meet(tries: &[&Self], patience: &mut Patience) -> bool {
        let Some(steps) = patience.steps.checked_sub(1) else {
            return true;
        };
        patience.steps = steps;
        if tries.iter().all(|node| node.end || node.rest) {
            return true;
        }
        // a `**` takes whatever the others go on with; the fewest choices come first
        let mut going_on: Vec<&Self> = tries.iter().copied().filter(|node| !node.rest).collect();
        let fewest = (0..)
            .zip(&going_on)
            .min_by_key(|(_, node)| node.literals.len());
        let fewest = fewest.map_or(0, |(at, _)| at);
        going_on.swap(0, fewest);
        let Some(depth) = patience.depth.checked_sub(1) else {
            return true;
        };
        patience.depth = depth;
        let meet = Self::children_meet(&mut Vec::new(), &going_on, None, patience);
        patience.depth = patience.depth.saturating_add(1);
        meet
    }

    /// Whether children for one segment meet: those chosen, and one of each of the `left`.
    fn children_meet<'t>(
        chosen: &mut Vec<&'t Self>,
        left: &[&'t Self],
        segment: Option<&str>,
        patience: &mut Patience,
    ) -> bool {
        let Some((node, left)) = left.split_first() else {
            return Self::meet(&chosen.clone(), patience);
        };
        let mut goes = |child: &'t Self, segment: Option<&str>| {
            chosen.push(child);
            let meet = Self::children_meet(chosen, left, segment, patience);
            chosen.pop();
            meet
        };
        let named = match segment {
            Some(segment) => node
                .literal(segment)
                .is_some_and(|child| goes(child, Some(segment))),
            None => node
                .literals
                .iter()
                .any(|(literal, child)| goes(child, Some(literal))),
        };
        named
            || node
                .any
                .as_deref()
                .is_some_and(|child| goes(child, segment))
    }
}

/// The order in which each template goes on from the one before it: its literals come first.
fn compare(one: &IdTemplate, two: &IdTemplate) -> Ordering {
    let domains = one.trust_domain.cmp(&two.trust_domain);
    let any = |segment: &Segment| matches!(segment, Segment::Any(_));
    let mut segments = one
        .segments
        .iter()
        .zip(&two.segments)
        .map(|pair| match pair {
            (Segment::Literal(one), Segment::Literal(two)) => one.cmp(two),
            (one, two) => any(one).cmp(&any(two)),
        });
    domains.then_with(|| {
        segments
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    })
}

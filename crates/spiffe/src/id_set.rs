//! A set of SPIFFE IDs given by templates, looked up in the length of the ID.
//!
//! Ten thousand templates cost what ten do: exact IDs are hashed, the others stand in a trie.
//! Nothing a client sends is ever stored in it, so a fixed hash is safe: only the document's
//! author could aim at a slot.

#[cfg(test)]
mod tests;

use std::borrow::Borrow;
use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasherDefault, DefaultHasher};

use crate::id_template::Segment;
use crate::{IdTemplate, SpiffeId};

/// A set of IDs.
///
/// ```
/// use spiffe::{IdSet, IdTemplate};
/// let set: IdSet = ["spiffe://example.org/web", "spiffe://example.org/jobs/{job}"]
///     .iter().map(|text| text.parse::<IdTemplate>().unwrap()).collect();
/// assert!(set.contains(&"spiffe://example.org/jobs/7".parse().unwrap()));
/// assert!(!set.contains(&"spiffe://example.org/jobs".parse().unwrap()));
/// ```
#[derive(Clone, Debug, Default)]
pub struct IdSet {
    exact: HashSet<Box<str>, BuildHasherDefault<DefaultHasher>>,
    open: BTreeMap<Box<str>, Node>,
}

/// A place in the trie: what may follow the segments read so far.
#[derive(Clone, Debug, Default)]
struct Node {
    literals: BTreeMap<Box<str>, Self>,
    any: Option<Box<Self>>,
    /// A template ends here.
    end: bool,
    /// A template has `**` here.
    rest: bool,
}

impl IdSet {
    /// Whether one of the templates matches the ID. It allocates nothing.
    #[must_use]
    pub fn contains(&self, id: &SpiffeId) -> bool {
        self.exact.contains(id.as_str())
            || self
                .open
                .get(id.trust_domain())
                .is_some_and(|node| node.matches(id.path()))
    }

    fn insert(&mut self, template: &IdTemplate) {
        if template.is_exact() {
            self.exact.insert(template.to_string().into());
            return;
        }
        let domain = template.trust_domain.as_str().into();
        let mut node = self.open.entry(domain).or_default();
        for segment in &template.segments {
            node = match segment {
                Segment::Literal(literal) => node.literals.entry(literal.clone()).or_default(),
                Segment::Any(_) => node.any.get_or_insert_default(),
            };
        }
        if template.rest {
            node.rest = true;
        } else {
            node.end = true;
        }
    }
}

impl<T: Borrow<IdTemplate>> FromIterator<T> for IdSet {
    fn from_iter<I: IntoIterator<Item = T>>(templates: I) -> Self {
        let mut set = Self::default();
        for template in templates {
            set.insert(template.borrow());
        }
        set
    }
}

impl Node {
    /// Whether the path from here on matches. Recursion is as deep as the longest template.
    fn matches(&self, path: &str) -> bool {
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
        self.literals
            .get(segment)
            .is_some_and(|node| node.matches(next))
            || self.any.as_ref().is_some_and(|node| node.matches(next))
    }
}

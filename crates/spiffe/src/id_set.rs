//! A set of SPIFFE IDs given by templates, looked up in the length of the ID.
//!
//! Ten thousand templates cost what ten do: exact IDs are hashed, the others stand in a trie.

#[cfg(test)]
mod tests;

use std::borrow::Borrow;

use crate::id_trie::Trie;
use crate::texts::Texts;
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
    exact: Texts,
    open: Option<Box<Trie>>,
}

impl IdSet {
    /// Whether one of the templates matches the ID. It allocates nothing.
    #[must_use]
    pub fn contains(&self, id: &SpiffeId) -> bool {
        self.exact.contains(id.as_str()) || self.open.as_ref().is_some_and(|open| open.matches(id))
    }
}

impl<T: Borrow<IdTemplate>> FromIterator<T> for IdSet {
    fn from_iter<I: IntoIterator<Item = T>>(templates: I) -> Self {
        let (mut exact, mut open) = (Vec::new(), Vec::new());
        for template in templates {
            if template.borrow().is_exact() {
                exact.push(template.borrow().to_string().into());
            } else {
                open.push(template);
            }
        }
        let open: Vec<&IdTemplate> = open.iter().map(Borrow::borrow).collect();
        Self {
            exact: Texts::of(exact),
            open: (!open.is_empty()).then(|| Box::new(Trie::of(&open))),
        }
    }
}

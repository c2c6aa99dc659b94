//! Sets of workloads that were compiled last: many routes of a document name the same few.

use std::cell::RefCell;
use std::rc::Rc;

use crate::{IdSet, IdTemplate};

/// How many sets are remembered while a document is read, and of how many templates at most: the
/// search is no more work than compiling anew.
const MAX_SETS: usize = 16;
const MAX_TEMPLATES: usize = 16;

/// The sets compiled last, each with its templates as they were listed.
#[derive(Debug, Default)]
pub(super) struct RecentSets(RefCell<Vec<(Vec<IdTemplate>, Rc<IdSet>)>>);

impl RecentSets {
    /// The set of some templates: one that is there already, or a new one.
    pub(super) fn set(&self, templates: Vec<IdTemplate>) -> Rc<IdSet> {
        let mut known = self.0.borrow_mut();
        let found = known.iter().find(|(listed, _)| *listed == templates);
        if let Some((_, set)) = found {
            return Rc::clone(set);
        }
        let set: Rc<IdSet> = Rc::new(templates.iter().collect());
        if templates.len() <= MAX_TEMPLATES {
            if known.len() == MAX_SETS {
                known.remove(0);
            }
            known.push((templates, Rc::clone(&set)));
        }
        set
    }

    /// Forgets what helped only to compile.
    pub(super) fn clear(&self) {
        self.0.take();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn like_lists_share_one_set_and_the_oldest_goes_first() {
        let sets = RecentSets::default();
        let templates = |n: usize| vec![format!("spiffe://td/{n}/{{x}}").parse().unwrap()];
        let first = sets.set(templates(0));
        assert!(Rc::ptr_eq(&first, &sets.set(templates(0))));
        for n in 1..=MAX_SETS {
            let other = sets.set(templates(n));
            assert!(!Rc::ptr_eq(&first, &other));
            assert!(!other.contains(&"spiffe://td/0/a".parse().unwrap()));
        }
        assert!(!Rc::ptr_eq(&first, &sets.set(templates(0))));
        let long: Vec<IdTemplate> = (0..=MAX_TEMPLATES).flat_map(templates).collect();
        assert!(!Rc::ptr_eq(&sets.set(long.clone()), &sets.set(long)));
    }
}

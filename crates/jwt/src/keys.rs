//! The keys of one provider as they are now: a key set that can be replaced, with a generation that
//! moves when it is.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::KeySet;

/// Counts the key sets of a provider, from 0. What was verified under one generation is nothing in
/// the next: a key that was taken out stops its tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Generation(u64);

impl Generation {
    #[cfg(test)]
    pub(crate) const fn of(number: u64) -> Self {
        Self(number)
    }
}

/// The keys in force.
#[derive(Debug)]
pub(crate) struct Keys {
    set: RefCell<Rc<KeySet>>,
    generation: Cell<Generation>,
}

/// The providers of a document with their keys, for whoever fetches key sets.
///
/// It is there before the document is read, and knows its providers afterwards.
#[derive(Debug, Default)]
pub struct KeyRing(RefCell<Vec<(Rc<str>, Rc<Keys>)>>);

impl Keys {
    pub(crate) fn new(set: Rc<KeySet>) -> Self {
        Self {
            set: RefCell::new(set),
            generation: Cell::default(),
        }
    }

    /// The set in force.
    pub(crate) fn set(&self) -> Rc<KeySet> {
        Rc::clone(&self.set.borrow())
    }

    /// Which set it is.
    pub(crate) const fn generation(&self) -> Generation {
        self.generation.get()
    }

    fn replace(&self, set: KeySet) {
        *self.set.borrow_mut() = Rc::new(set);
        let Generation(number) = self.generation.get();
        self.generation.set(Generation(number.wrapping_add(1)));
    }
}

impl KeyRing {
    /// The names of the providers, in the order of the document.
    #[must_use]
    pub fn providers(&self) -> Vec<Rc<str>> {
        let providers = self.0.borrow();
        providers.iter().map(|(name, _)| Rc::clone(name)).collect()
    }

    /// Puts another key set in force; `false` where there is no provider of this name. Tokens that
    /// the old set verified are verified anew.
    pub fn replace(&self, provider: &str, set: KeySet) -> bool {
        let providers = self.0.borrow();
        let found = providers.iter().find(|(name, _)| **name == *provider);
        if let Some((_, keys)) = found {
            keys.replace(set);
        }
        found.is_some()
    }

    pub(crate) fn hold(&self, provider: &Rc<str>, keys: &Rc<Keys>) {
        let entry = (Rc::clone(provider), Rc::clone(keys));
        self.0.borrow_mut().push(entry);
    }
}

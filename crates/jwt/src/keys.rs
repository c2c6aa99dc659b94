//! The keys of one provider as they are now: those of the document, or those that its issuer
//! publishes.

use std::rc::Rc;

use crate::KeySet;
use crate::remote::{KeySource, Unavailable};

/// Which of a provider's key sets, in this worker. What was verified under one generation is nothing in
/// the next: a key that was taken out stops its tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Generation(u64);

impl Generation {
    #[cfg(test)]
    pub(crate) const fn of(number: u64) -> Self {
        Self(number)
    }
}

/// A provider's keys.
#[derive(Debug)]
pub(crate) enum Keys {
    /// They stand in the document.
    Written(Rc<KeySet>),
    /// They are fetched.
    Fetched(Rc<KeySource>),
}

impl Keys {
    /// Those of a provider that is refused.
    pub(crate) fn none() -> Self {
        Self::Written(Rc::default())
    }

    /// The set in force.
    ///
    /// # Errors
    /// None was fetched yet, or the last is too old.
    pub(crate) fn set(&self) -> Result<Rc<KeySet>, Unavailable> {
        match self {
            Self::Written(set) => Ok(Rc::clone(set)),
            Self::Fetched(source) => source.current(),
        }
    }

    /// Which set it is; `None` where none is in force.
    pub(crate) fn generation(&self) -> Option<Generation> {
        match self {
            Self::Written(_) => Some(Generation::default()),
            Self::Fetched(source) => source.edition().map(Generation),
        }
    }

    /// What fetches them.
    pub(crate) const fn source(&self) -> Option<&Rc<KeySource>> {
        match self {
            Self::Written(_) => None,
            Self::Fetched(source) => Some(source),
        }
    }
}

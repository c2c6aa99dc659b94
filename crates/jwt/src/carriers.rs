//! A set of carriers, by their numbers in the document.

/// Some of a document's carriers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Carriers(u64);

impl Carriers {
    /// How many carriers a document may have.
    pub(crate) const MAX: usize = 64;

    /// These and one more; one beyond [`Self::MAX`] is left out, which loading has refused.
    #[must_use]
    pub(crate) const fn with(self, number: usize) -> Self {
        if number < Self::MAX {
            Self(self.0 | 1 << number)
        } else {
            self
        }
    }

    /// Those of both.
    #[must_use]
    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those that are not among the others.
    #[must_use]
    pub(crate) const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The number of the only one; `None` where there are more or none.
    pub(crate) fn only(self) -> Option<usize> {
        let mut numbers = self.iter();
        numbers.next().filter(|_| numbers.next().is_none())
    }

    /// Whether there are none.
    pub(crate) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Their numbers, ascending.
    pub(crate) fn iter(self) -> impl Iterator<Item = usize> {
        (0..Self::MAX).filter(move |number| self.0 >> number & 1 == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carriers_are_a_set() {
        let none = Carriers::default();
        let some = none.with(0).with(63).with(63).with(64);
        assert_eq!(some.iter().collect::<Vec<_>>(), [0, 63]);
        assert_eq!(some.without(none.with(0)).only(), Some(63));
        assert_eq!((some.only(), none.only()), (None, None));
        assert_eq!(none.with(0).and(none.with(63)), some);
        assert!(none.is_empty() && !some.is_empty());
    }
}

//! How two sets of requests that share some lie to each other.

/// How one set lies to another that it overlaps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    Equal,
    Narrower,
    Broader,
    /// Neither is inside the other.
    Across,
}

impl Relation {
    /// The relation of two products of sets, from the relations of their parts.
    pub(super) const fn and(self, other: Self) -> Self {
        use Relation::{Across, Broader, Equal, Narrower};
        match (self, other) {
            (Equal, relation) | (relation, Equal) => relation,
            (Narrower, Narrower) => Narrower,
            (Broader, Broader) => Broader,
            _ => Across,
        }
    }

    /// The same, seen from the other set.
    pub(super) const fn turned(self) -> Self {
        match self {
            Self::Narrower => Self::Broader,
            Self::Broader => Self::Narrower,
            relation => relation,
        }
    }

    /// Of two numbers that are the same where neither is zero, which is any.
    pub(super) const fn of_numbers(mine: u32, theirs: u32) -> Self {
        match (mine, theirs) {
            _ if mine == theirs => Self::Equal,
            (0, _) => Self::Broader,
            _ => Self::Narrower,
        }
    }
}

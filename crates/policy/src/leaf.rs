//! A compiled part of a condition that a policy crate brings.

use crate::{Context, Failure};

/// One part of a condition: `principals: [...]`, or `jwt` with its `scopes` and `claims`.
pub trait Leaf: std::fmt::Debug {
    /// Whether it holds for this request. It verifies what it needs when it is asked, keeps it in
    /// [`Context::learnt`], and finds it there the next time.
    ///
    /// # Errors
    /// It does not hold, or could not be told: the failure says which.
    ///
    /// # Security
    /// An `Ok` is a statement about verified facts only.
    fn holds(&self, context: &Context<'_>) -> Result<(), Failure>;

    /// Whether a request without any credential passes it (`jwt: {optional: true}`), so that a
    /// route with nothing else in it counts as open.
    fn is_open(&self) -> bool {
        false
    }

    /// Whether it looks at the credential of this name, the one of an attribute's
    /// [`needs`](crate::Attribute::needs), before it holds.
    fn asks(&self, _name: &str) -> bool {
        false
    }

    /// Whether this leaf verifies a fact with the given section's credential whenever it holds
    /// (`"jwt"` for a required token). Limits keyed by such a fact ask for it.
    fn verifies(&self, _section: &str) -> bool {
        false
    }

    /// As [`Self::verifies`], for the credential of one source of the section, by its name: a
    /// token of that provider and of no other.
    fn verifies_source(&self, _section: &str, _source: &str) -> bool {
        false
    }

    /// Whether it may verify a credential of the section, or of one source of it, be it only where
    /// the request has one. What nothing looks for is never there.
    fn looks_for(&self, section: &str, source: Option<&str>) -> bool {
        source.is_none() && self.verifies(section)
    }
}

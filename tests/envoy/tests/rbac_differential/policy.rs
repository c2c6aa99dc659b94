//! One policy, written twice.

use serde_json::Value;

/// What a person would write who wants the same of either.
pub(crate) struct Policy {
    pub(crate) name: &'static str,
    /// Our document's routes, guards and so on.
    pub(crate) document: Value,
    /// The policies of an RBAC filter with the action ALLOW.
    pub(crate) native: Vec<Value>,
    /// Paths to begin with; those of every policy are tried besides.
    pub(crate) paths: &'static [&'static str],
}

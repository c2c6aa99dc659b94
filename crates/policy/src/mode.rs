//! Whether what is decided is also done: the mode of a document, a route, a guard or a limit.

crate::words! {
    /// Whether what is decided is also done.
    pub enum Mode {
        /// Denials are denied.
        Enforce = "enforce",
        /// On trial: decided, counted and logged, and not done.
        Shadow = "shadow",
    }
}

impl Default for Mode {
    /// What is not said to be on trial is enforced.
    fn default() -> Self {
        Self::Enforce
    }
}

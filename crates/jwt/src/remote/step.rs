//! What the life of a key set says to whoever needs a key.

use std::time::Duration;

/// There is no set that is good now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unavailable {
    /// When it is worth asking again; at least a second.
    pub retry_after: Duration,
}

/// What a `kid` is that the set does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum UnknownKid {
    /// Unknown to the issuer as well, as far as it may be asked.
    Unknown,
    /// The issuer is being asked: see again when the errand is settled.
    Asking,
}

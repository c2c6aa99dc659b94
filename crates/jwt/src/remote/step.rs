//! What the life of a key set asks for, and what it says to whoever needs a key.

use std::rc::Rc;
use std::time::Duration;

use super::Location;

/// What is to be done now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing.
    Wait,
    /// Fetch this, and bring what came of it to [`KeySource::answered`].
    Fetch(Fetch),
}

/// A request to an issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetch {
    /// The proxy's cluster.
    pub cluster: Rc<str>,
    /// What is asked for.
    pub location: Location,
    /// The longest that it may take.
    pub timeout: Duration,
}

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
    /// The issuer is being asked: see again when [`KeySource::is_settled`].
    Asking,
}

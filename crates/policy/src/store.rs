//! A process-wide store with compare-and-swap: what several workers share.
//!
//! A seam: the host layer gives shared data, tests give one that loses on purpose.

use std::num::NonZeroU32;

/// The number of a stored value; a write with an old one is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version(pub NonZeroU32);

/// A value read, with the version a swap must name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The bytes. Hostile input: other plugins may write under the same keys.
    pub value: Vec<u8>,
    /// Its version.
    pub version: Version,
}

/// What a write expects to find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// No value under this key yet.
    Absent,
    /// The value that was read with this version.
    Version(Version),
}

/// What became of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Swap {
    /// Written.
    Done,
    /// Another worker was first; read again.
    Lost,
}

/// The store did not do as asked: a host call failed, or its promise was found not to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the shared store failed")]
pub struct StoreError;

/// Values that all workers of one process share.
pub trait Store {
    /// The value under a key; `None` where there is none.
    ///
    /// # Errors
    /// The host call failed.
    fn read(&self, key: &str) -> Result<Option<Stored>, StoreError>;

    /// Writes a value if the store still holds what is expected.
    ///
    /// # Errors
    /// The host call failed.
    fn swap(&self, key: &str, value: &[u8], expected: Expected) -> Result<Swap, StoreError>;
}

//! What a request waits for, where it can be told only a little later whether it may pass.

use std::time::Duration;

/// Something that will be over: an answer on its way to one request, or to all that need it.
///
/// A [`Failure`](crate::Failure) that carries one says: ask again when it is over. The host layer then
/// holds the request, for a bounded time and in bounded number, and decides again with what was learnt
/// before; gates that it has passed are not asked again. Where it cannot hold it, or has done so for long
/// enough, the failure stands as it is.
///
/// # Security
/// Whoever makes one must know that it ends without the client, and that its number is bounded by
/// something else than the number of requests. Rules on trial make none.
pub trait Wait: std::fmt::Debug {
    /// Whether there is nothing left to wait for.
    fn is_over(&self, now: Duration) -> bool;

    /// The longest that a request is held for it.
    fn longest(&self) -> Duration {
        Duration::MAX
    }
}

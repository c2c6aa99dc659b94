//! Work beside requests: what a policy fetches for itself, such as the keys of an issuer.
//!
//! A seam like [`Source`](crate::Source): the policy says what to ask and what an answer means, the
//! host layer asks. Nothing here waits; each call returns at once.

use std::borrow::Cow;
use std::rc::Rc;
use std::time::Duration;

use crate::StoreError;

/// A request to another service, through the proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The errand's own number of it, which comes back with the answer.
    pub ticket: u64,
    /// The proxy's cluster that leads there.
    pub cluster: Rc<str>,
    /// `:method`.
    pub method: &'static str,
    /// Whether it goes over TLS. The cluster sees to that; this is only the scheme that is stated.
    pub https: bool,
    /// `:authority`.
    pub authority: Box<str>,
    /// `:path`, with the query.
    pub path: Box<str>,
    /// Further headers, in lower case. A gRPC call has `content-type: application/grpc` and
    /// `te: trailers`, and a cluster that speaks HTTP/2.
    pub headers: Vec<(&'static str, Cow<'static, str>)>,
    /// The body; empty for none.
    pub body: Vec<u8>,
    /// The longest that it may take.
    pub timeout: Duration,
}

/// What came of a [`Call`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The service answered, whole.
    Response {
        /// `:status`; 0 where it is no number.
        status: u16,
        /// `content-type`, if there was one.
        content_type: Option<Vec<u8>>,
        /// The body, cut off behind [`Answer::MAX_BODY`] bytes and one more. Hostile as any.
        body: Vec<u8>,
        /// `grpc-status` of the trailers, or of the headers where there is nothing else.
        grpc_status: Option<u32>,
    },
    /// It did not: no connection, a time-out, a body cut short.
    NoResponse,
    /// The proxy has no cluster of this name.
    NoCluster,
    /// The proxy did not take the call.
    NotSent,
}

impl Answer {
    /// The largest body that an errand takes, in bytes. A key set has one or two thousand a key.
    pub const MAX_BODY: usize = 256 * 1024;
}

/// Something to be kept up to date beside the requests.
///
/// The host layer calls [`Self::poll`] on every tick, in every worker, and at once when a request begins
/// to wait or [`Self::is_urgent`] says so; it brings what came of a call to [`Self::answered`] in the same worker. An answer may
/// never come.
pub trait Errand {
    /// What it is about, for the log: `jwt.providers[login]`.
    fn name(&self) -> &str;

    /// Looks around, and says what to ask now; called again until it has nothing more to ask.
    /// `random` gives a number that no other worker has; where it gives none, nobody is to be asked, and
    /// what other workers have found is taken all the same.
    ///
    /// # Errors
    /// The shared store failed. What is known stays in use.
    fn poll(
        &self,
        now: Duration,
        random: &dyn Fn() -> Option<u64>,
    ) -> Result<Option<Call>, StoreError>;

    /// Takes what came of the call with this ticket, and says what to ask next.
    ///
    /// # Errors
    /// What went wrong, in words for the log that quote nothing of the answer.
    fn answered(&self, now: Duration, ticket: u64, answer: Answer) -> Result<Option<Call>, String>;

    /// Whether it has something to ask now, for which the next tick would be late: looked at after each
    /// request, so it must be cheap.
    fn is_urgent(&self) -> bool {
        false
    }
}

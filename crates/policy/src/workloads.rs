//! What one policy may ask about the workload at the other end: the seam between tokens that are
//! bound to a workload, and the policy that knows workloads.

use crate::{Context, Failure};

/// The caller as a workload. Implemented by whoever verifies identities; who puts policies together
/// hands it to those that ask.
pub trait Workloads {
    /// The SHA-256 digest of the certificate that the caller has shown to hold the key of: on this
    /// connection, or to a forwarder that is believed. `None` where it has shown none.
    ///
    /// # Errors
    /// The proxy did not answer.
    ///
    /// # Security
    /// Nobody need vouch for the certificate (RFC 8705 §2.2), but a forwarder's own is never taken
    /// for that of the client it speaks for.
    fn certificate(&self, context: &Context<'_>) -> Result<Option<[u8; 32]>, Failure>;

    /// Whether the caller's verified SPIFFE ID is the one that is asked for; false where there is
    /// none.
    ///
    /// # Errors
    /// The proxy did not answer.
    fn caller_is(
        &self,
        context: &Context<'_>,
        asked: &dyn Fn(&str) -> bool,
    ) -> Result<bool, Failure>;

    /// What tells the IDs of a SPIFFE ID template from others.
    ///
    /// # Errors
    /// Why it is no template, for whoever wrote it.
    fn template(&self, text: &str) -> Result<Template, String>;
}

/// Whether a SPIFFE ID is one of those meant.
pub type Template = Box<dyn Fn(&str) -> bool>;

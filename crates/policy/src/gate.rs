//! A gate: something a request passes besides its route, such as a rate limit.

use crate::{Context, Failure, Mode};

/// When a gate runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Before anything is verified: keys of unverified facts only.
    BeforeIdentity,
    /// After the route has let the request in.
    AfterRoute,
}

/// A gate that a request passes, or is denied at.
pub trait Gate: std::fmt::Debug {
    /// When it runs; fixed when the document is read.
    fn stage(&self) -> Stage;

    /// Whether its denials are denied. A gate on trial is asked like any other; what it says is
    /// recorded and stops nobody.
    fn mode(&self) -> Mode {
        Mode::Enforce
    }

    /// Lets the request pass, or says why not. Gates of one stage run in the order of the
    /// document; a gate that denies stops the later ones, which then take nothing.
    ///
    /// One whose failure [waits](Failure::until) is asked again when the wait is over, with the same
    /// [`Context::learnt`], where it keeps what it needs to find its own answer. Those before it are not:
    /// a request passes each gate once, however often it is decided.
    ///
    /// # Errors
    /// The request is over a limit, or the gate could not tell.
    fn pass(&self, context: &Context<'_>) -> Result<(), Failure>;
}

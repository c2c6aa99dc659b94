//! What a part of a policy sees while it decides.

use std::rc::Rc;

use crate::{Learnt, Mode, Request};

/// The number of a route in its document, from 0 in the order of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RouteId(pub u32);

/// One request, what was verified about it, and the route it is on.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The request.
    pub request: &'a Request<'a>,
    /// What was verified so far.
    pub learnt: &'a Learnt,
    /// The route that matched, with its name; `None` where none did.
    pub route: Option<(RouteId, &'a Rc<str>)>,
}

impl Context<'_> {
    /// Whether what is asked for is enforced or on trial. On trial nothing may be done that an
    /// enforced rule could notice: no request is held, no budget spent, nothing written.
    #[must_use]
    pub const fn mode(&self) -> Mode {
        self.learnt.mode()
    }
}

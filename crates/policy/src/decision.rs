//! A decision: a permit that says what permitted and what to change, or a denial that says why.

use std::rc::Rc;

use crate::{Failure, Reason, Trial};

/// What becomes of a request.
pub type Decision = Result<Permit, Denial>;

/// What clients, limits and the like are counted under that have no counter of their own. None of
/// them has this name: a [`Name`](crate::language::Name) begins with a letter or digit.
pub const OTHERS: &str = "_others";

/// A change to the headers of a request on its way to the upstream, or of the response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeaderChange {
    /// Remove every value of this header.
    Remove(Rc<str>),
    /// Replace every value of this header by one.
    Set(Rc<str>, Vec<u8>),
    /// Add a value to those that the header has.
    Add(Rc<str>, Vec<u8>),
}

/// The request may pass.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Permit {
    /// The route that let it in; `None` only where a document has no routes.
    pub route: Option<Rc<str>>,
    /// Changes to the request's headers, in order.
    pub changes: Vec<HeaderChange>,
    /// Changes to the response's headers, in order. They tell the client something; nothing may
    /// hang on them, since a proxy that fails to carry one out has already served the request.
    pub response: Vec<HeaderChange>,
    /// Outcomes for later filters and the access log: filter state `wasm.portcullis.<name>`.
    pub outcomes: Vec<(&'static str, Vec<u8>)>,
    /// The same under names out of the document: filter state `wasm.portcullis.<name>`.
    pub facts: Vec<(Rc<str>, Vec<u8>)>,
    /// What came of the rules on trial.
    pub trials: Vec<Trial>,
    /// The caller's verified identity as it was presented, where a rule on trial would have denied:
    /// for the log, never a secret.
    pub principal: Option<Rc<str>>,
    /// The client that it is counted under: a name out of the document, or [`OTHERS`].
    pub client: Option<Rc<str>>,
}

/// The request is answered here.
#[derive(Clone, Debug)]
pub struct Denial {
    /// The code.
    pub reason: Reason,
    /// The route it was on, if one matched.
    pub route: Option<Rc<str>>,
    /// What denied, for the log: the name of a guard or limit.
    pub rule: Option<Rc<str>>,
    /// Headers of the standard's own (`www-authenticate`, `retry-after`, `connection`).
    pub headers: Vec<(&'static str, String)>,
    /// The caller's verified identity as it was presented, for the log; never a secret.
    pub principal: Option<Rc<str>>,
    /// The client that it is counted under: a name out of the document, or [`OTHERS`].
    pub client: Option<Rc<str>>,
    /// What came of the rules on trial.
    pub trials: Vec<Trial>,
}

impl From<Failure> for Denial {
    fn from(failure: Failure) -> Self {
        let mut headers = failure.headers;
        if let Some(challenge) = failure.challenge {
            headers.push(("www-authenticate", challenge.full.clone()));
        }
        if failure.close {
            headers.push(("connection", "close".to_owned()));
        }
        Self {
            reason: failure.reason,
            route: None,
            rule: failure.rule,
            headers,
            principal: None,
            client: None,
            trials: Vec::new(),
        }
    }
}

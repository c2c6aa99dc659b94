//! What came of a rule on trial: the verdict that it would have had, were it enforced.

use std::fmt;
use std::rc::Rc;

use crate::Reason;

/// The verdict of one rule in shadow mode. It changed nothing for the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// Which rule.
    pub rule: Rule,
    /// Why it would have denied; `None` where it would have let the request pass.
    pub reason: Option<Reason>,
    /// What in it would have denied, for the log: a name out of the document.
    pub by: Option<Rc<str>>,
}

/// A rule of the document that can be on trial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The whole document.
    Document,
    /// The route of this name.
    Route(Rc<str>),
    /// The entry of `deny` of this name.
    Deny(Rc<str>),
    /// The entry of `require` of this name.
    Require(Rc<str>),
    /// A limit, by its name.
    Limit(Rc<str>),
}

/// As in messages about a document: `routes[orders]`.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Document => f.write_str("document"),
            Self::Route(name) => write!(f, "routes[{name}]"),
            Self::Deny(name) => write!(f, "deny[{name}]"),
            Self::Require(name) => write!(f, "require[{name}]"),
            Self::Limit(name) => write!(f, "limits[{name}]"),
        }
    }
}

/// `permit@routes[orders]` or `deny:spiffe.not_allowed@routes[orders]`.
impl fmt::Display for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.reason {
            None => write!(f, "permit@{}", self.rule),
            Some(reason) => write!(f, "deny:{reason}@{}", self.rule),
        }
    }
}

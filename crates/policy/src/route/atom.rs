//! Atoms: a route is a set of host x port x method x path, and each of them is one atom.

use std::fmt;
use std::rc::Rc;

use super::{HostPattern, PathTemplate};
use crate::RouteId;

/// A method by its name.
pub(crate) type Method = Rc<str>;

/// One host, port, method and path of a route; `None` is any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Atom {
    pub(crate) host: HostPattern,
    pub(crate) port: Option<u16>,
    pub(crate) method: Option<Method>,
    pub(crate) path: PathTemplate,
}

/// An atom with the route it belongs to.
#[derive(Clone, Debug)]
pub(crate) struct OwnedAtom {
    pub(crate) atom: Atom,
    pub(crate) route: RouteId,
}

impl Atom {
    /// A request of this atom, for a message: `GET shop.example.org/v1/charges`.
    pub(crate) fn example(&self) -> String {
        let mut text = String::new();
        if let Some(method) = &self.method {
            text.push_str(method);
            text.push(' ');
        }
        text.push_str(&self.host.example());
        if let Some(port) = self.port {
            text = format!("{text}:{port}");
        }
        text + &self.path.example()
    }
}

impl fmt::Display for Atom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(method) = &self.method {
            write!(f, "{method} ")?;
        }
        write!(f, "{}", self.host)?;
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        write!(f, "{}", self.path)
    }
}

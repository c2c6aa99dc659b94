//! Atoms: a route is a set of host x port x method x path, and each of them is one atom.

use std::fmt;
use std::rc::Rc;

use super::template::Relation;
use super::{HostPattern, PathTemplate};
use crate::RouteId;

/// A method by its name.
pub(crate) type Method = Rc<str>;

/// One host, port, method and path of a route; `None` is any.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
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
    /// How the requests of this atom lie to those of another.
    pub(crate) fn relation(&self, other: &Self) -> Relation {
        self.host
            .relation(&other.host)
            .and(Relation::of(self.port.as_ref(), other.port.as_ref()))
            .and(Relation::of(self.method.as_ref(), other.method.as_ref()))
            .and(self.path.relation(&other.path))
    }

    /// The requests of both; meaningful where they overlap.
    pub(crate) fn intersection(&self, other: &Self) -> Self {
        let host = match self.host.relation(&other.host) {
            Relation::Broader => &other.host,
            _ => &self.host,
        };
        Self {
            host: host.clone(),
            port: self.port.or(other.port),
            method: self.method.clone().or_else(|| other.method.clone()),
            path: self.path.intersection(&other.path),
        }
    }

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

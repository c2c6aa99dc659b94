//! Which route a request is on: the narrowest that matches, whatever the order of the text.

mod atom;
mod conflict;
pub(crate) mod host;
mod leftover;
mod table;
mod template;

pub(crate) use atom::{Atom, Method, OwnedAtom};
pub(crate) use host::HostPattern;
pub(crate) use leftover::Openness;
pub(crate) use table::{Found, RouteTable, Target};
pub(crate) use template::PathTemplate;

#[cfg(test)]
mod tests;

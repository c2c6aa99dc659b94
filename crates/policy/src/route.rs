//! Which route a request is on: the narrowest that matches, whatever the order of the text.

mod atom;
mod build;
mod conflict;
pub(crate) mod host;
mod hosts;
mod leftover;
mod meeting;
mod overlap;
mod relation;
mod steps;
mod table;
mod template;
mod unreachable;

pub(crate) use atom::{Atom, Method, OwnedAtom};
pub(crate) use host::HostPattern;
pub(crate) use leftover::Openness;
pub(crate) use table::{Found, RouteTable, Target};
pub(crate) use template::PathTemplate;

#[cfg(test)]
mod tests;

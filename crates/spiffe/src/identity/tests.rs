//! The policy as a plugin drives it: a document's parts in, leaves and attributes out.

mod attributes;
mod callers;
mod documents;
mod world;

//! The policy as a plugin drives it: a document's parts in, leaves and attributes out.

mod attributes;
mod caching;
mod callers;
mod conditions;
mod denials;
mod engine;
mod section;
mod world;

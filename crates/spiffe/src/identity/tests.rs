//! The policy as a plugin drives it: a document's parts in, leaves and attributes out.

mod aliases;
mod attributes;
mod caching;
mod callers;
mod conditions;
mod denials;
mod engine;
mod forged;
mod forwarded;
mod known;
mod lives;
mod section;
mod sources;
mod world;

//! The shared words of every policy: requests, decisions, routes, conditions and the document.
//!
//! Each policy crate brings its own part of the language through [`Policy`]; this crate knows none
//! of them, so that a plugin links just the policies it enforces.
#![forbid(unsafe_code)]

mod attribute;
mod budget;
pub mod carrier;
mod condition;
mod context;
mod decision;
pub mod document;
mod engine;
mod errand;
mod failure;
mod gate;
mod ipv6_prefix;
pub mod language;
mod leaf;
mod learnt;
mod mode;
mod order;
mod part;
mod progress;
pub mod reason;
mod reference;
mod request;
mod route;
mod signature;
mod source;
mod store;
mod trial;
mod wait;
mod workloads;

pub use attribute::{Attribute, AttributeName, Presence, Trust};
pub use budget::{Allowance, Budget, Budgets, Room};
pub use carrier::{Carried, Carrier};
pub use context::{Context, RouteId};
pub use decision::{Decision, Denial, HeaderChange, OTHERS, Permit};
pub use document::compile;
pub use engine::Engine;
pub use errand::{Answer, Call, Errand};
pub use failure::{Challenge, Failure, Weight};
pub use gate::{Gate, Stage};
pub use ipv6_prefix::Ipv6Prefix;
pub use leaf::Leaf;
pub use learnt::Learnt;
pub use mode::Mode;
pub use order::order;
pub use part::{Attributes, Policy, RouteNames, Vocabulary};
pub use reason::{Reason, Status, internal};
pub use reference::{Reference, heads};
pub use request::{Ambiguity, NormalPath, Request};
pub use signature::{Digest, ProxySignatures, Signed};
pub use source::{Fact, Source, Unreadable};
pub use store::{Expected, Store, StoreError, Stored, Swap, Version};
pub use trial::{Rule, Trial};
pub use wait::Wait;
pub use workloads::{Template, Workloads};

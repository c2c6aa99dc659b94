//! Workload identity: who is calling, as the caller's own X509-SVID states it.
//!
//! SPIFFE IDs, the certificate that carries one, and the policy that decides on it. What is
//! trusted is the certificate that the proxy verified, read here in full: a proxy attribute with
//! "the first URI SAN" would hide a second one.
#![forbid(unsafe_code)]

mod client_cert;
mod id_set;
mod id_template;
mod id_trie;
mod identity;
pub mod reason;
mod spiffe_id;
mod svid;
#[cfg(test)]
mod testing;
mod texts;
mod trust_domain;
mod xfcc;

pub use client_cert::{ClientCertError, client_cert};
pub use id_set::IdSet;
pub use id_template::{IdTemplate, TemplateError};
pub use identity::{
    ForwardedHeader, Identity, Lives, MAX_PRINCIPALS, Namespace, Origin, Section, ServiceAccount,
    Who,
};
pub use spiffe_id::{IdError, SpiffeId};
pub use svid::{Svid, SvidError};
pub use trust_domain::{TrustDomain, TrustDomainError};
pub use xfcc::{Element, Key, Value, Xfcc, XfccError};

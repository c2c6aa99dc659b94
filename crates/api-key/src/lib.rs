//! API keys as a policy of the language: a client shows a secret, the document holds its digest.
//!
//! The document never holds a key itself, so that whoever reads it can call nothing.
#![forbid(unsafe_code)]

mod api_keys;
mod attribute;
mod compile;
mod digest;
mod keys;
mod leaf;
pub mod reason;
mod section;
mod seen;
mod verifier;

pub use api_keys::ApiKeys;
pub use digest::Digest;

/// The longest key that is looked at, in bytes: a longer one is nobody's, and is not even hashed.
pub const MAX_KEY_BYTES: usize = 1024;

/// The name of the section, and of the credential that [`policy::Trust::Verified`] names.
const SECTION: &str = "api_key";

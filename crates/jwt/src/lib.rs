//! Tokens: JWS, JWK sets, claims, and their verification as a policy of the language.
//!
//! One strict parser and one claims validator of our own; a library is asked about signatures
//! only, behind [`Signatures`].
#![forbid(unsafe_code)]

mod algorithm;
mod attribute;
mod binding;
mod budgets;
mod cache;
mod carriers;
mod challenge;
mod claim_header;
mod claim_test;
mod claims;
mod compact;
mod compile;
mod der;
mod document;
mod header;
mod key;
mod key_set;
mod keys;
mod leaf;
mod look;
mod metadata;
mod pace;
mod presenters;
mod profile;
mod provider;
mod purpose;
pub mod reason;
pub mod remote;
mod seams;
mod seen;
mod signatures;
mod token;
mod tokens;
mod untaken;
mod upstream;
mod validator;
mod value;
mod verifier;

pub use algorithm::{Algorithm, Family};
pub use compact::Compact;
pub use key::Key;
pub use key_set::KeySet;
pub use purpose::Purpose;
pub use remote::{FetchTallies, Location};
pub use seams::SpiffeIds;
pub use signatures::{JwtSimple, Native, Signatures};
pub use tokens::Tokens;

/// The name of the section, and of the credential that [`policy::Trust::Verified`] names.
const SECTION: &str = "jwt";

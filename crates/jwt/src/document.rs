//! The `jwt` section and its parts of a condition, as the document has them.
//!
//! Models only: what is read here is compiled by [`crate::compile`] into what decides.

mod audiences;
mod budgets;
mod claim;
mod condition;
mod jwks;
mod one_or_more;
mod provider;
mod quotable;
mod section;

pub(crate) use audiences::AudiencesModel;
pub(crate) use budgets::{BudgetsModel, Caller};
pub(crate) use claim::{ClaimEntry, ClaimPath};
pub(crate) use condition::TokenParts;
pub(crate) use jwks::Jwks;
pub(crate) use one_or_more::OneOrMore;
pub(crate) use provider::ProviderModel;
pub(crate) use quotable::{MetadataUrl, Realm, ScopeName};
pub(crate) use section::Section;

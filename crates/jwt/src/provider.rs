//! A provider, compiled: whose tokens are taken, from where, and what becomes of them.

use std::rc::Rc;

use crate::claim_header::ClaimHeader;
use crate::validator::Validator;
use crate::{Algorithm, KeySet};

/// Media types of the profile `jwt` (RFC 7519 §5.1, RFC 9068 §2.1). An absent `typ` is fine too.
pub(crate) const JWT_TYPES: &[&str] = &["jwt", "at+jwt"];

/// A provider of tokens.
#[derive(Debug)]
pub(crate) struct Provider {
    /// Its name in the document.
    pub(crate) name: Rc<str>,
    /// What claims must say.
    pub(crate) validator: Validator,
    /// The algorithms it signs with.
    pub(crate) algorithms: Vec<Algorithm>,
    /// Its keys.
    pub(crate) keys: Rc<KeySet>,
    /// The longest token taken, in bytes.
    pub(crate) max_token_bytes: usize,
    /// Where its tokens are read: numbers of carriers.
    pub(crate) carriers: Vec<usize>,
    /// What becomes of a verified token.
    pub(crate) after_use: AfterUse,
    /// Claims that the upstream is told.
    pub(crate) claim_headers: Vec<ClaimHeader>,
}

/// What becomes of a token that was verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AfterUse {
    /// Its header is removed.
    Remove,
    /// The upstream gets it too.
    Forward,
}

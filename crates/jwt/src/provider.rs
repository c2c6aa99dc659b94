//! A provider, compiled: whose tokens are taken, from where, and what becomes of them.

use std::rc::Rc;

use crate::Algorithm;
use crate::binding::Binding;
use crate::claim_header::ClaimHeader;
use crate::claim_test::ClaimTest;
use crate::keys::Keys;
use crate::presenters::Presenters;
use crate::validator::Validator;

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
    pub(crate) keys: Keys,
    /// Whether its tokens must be bound to the client's certificate.
    pub(crate) binding: Binding,
    /// Who may present its tokens; `None` for anybody.
    pub(crate) presenters: Option<Presenters>,
    /// What every token must say.
    pub(crate) claims: Vec<ClaimTest>,
    /// The longest token taken, in bytes.
    pub(crate) max_token_bytes: usize,
    /// The key of dynamic metadata under which a filter in front puts payloads that it has verified;
    /// then no token is read at all.
    pub(crate) verified_in: Option<Box<str>>,
    /// Where its tokens are read: numbers of carriers.
    pub(crate) carriers: Vec<usize>,
    /// What becomes of a verified token.
    pub(crate) after_use: AfterUse,
    /// Claims that the upstream is told.
    pub(crate) claim_headers: Vec<ClaimHeader>,
    /// The header in which the upstream gets the payload.
    pub(crate) payload_header: Option<Rc<str>>,
    /// Claims that later filters and the access log are told, by the name of their filter state.
    pub(crate) claim_state: Vec<ClaimHeader>,
}

/// What becomes of a token that was verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AfterUse {
    /// Its header is removed.
    Remove,
    /// The upstream gets it too.
    Forward,
}

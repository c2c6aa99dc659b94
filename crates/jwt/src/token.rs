//! A token as one request carries it, with what was found out about it so far.

use std::borrow::Cow;
use std::cell::{Cell, OnceCell};
use std::rc::Rc;

use policy::Reason;

use crate::Compact;
use crate::budgets::Spent;
use crate::cache::{Fingerprint, Secret};
use crate::claims::Claims;
use crate::header::Header;

/// A token: each thing about it is found out once, and only when asked for.
pub(crate) struct Token<'a> {
    bytes: Cow<'a, [u8]>,
    fingerprint: OnceCell<Fingerprint>,
    /// Its claims, where the cache knew them for some provider.
    pub(crate) known: OnceCell<Rc<Claims>>,
    pub(crate) standing: Cell<Standing>,
    parsed: OnceCell<Result<Unverified, Reason>>,
}

/// How a token that is not known stands with the budgets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Nobody has asked yet.
    Unasked,
    /// Its caller has room for another bad one.
    Admitted,
    /// It was found to be bad, for some provider.
    Failed,
    /// It is not looked at.
    Spent(Spent),
}

/// What a token says, not yet verified.
pub(crate) struct Unverified {
    pub(crate) header: Header,
    pub(crate) claims: Rc<Claims>,
    /// How many of its bytes are signed, and the signature.
    signed: usize,
    signature: Vec<u8>,
}

impl<'a> Token<'a> {
    pub(crate) const fn new(bytes: Cow<'a, [u8]>) -> Self {
        Self {
            bytes,
            fingerprint: OnceCell::new(),
            known: OnceCell::new(),
            standing: Cell::new(Standing::Unasked),
            parsed: OnceCell::new(),
        }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn fingerprint(&self, secret: &Secret) -> Fingerprint {
        *self
            .fingerprint
            .get_or_init(|| Fingerprint::of(&self.bytes, secret))
    }

    /// What was signed, and with what; the token is one that was parsed.
    pub(crate) fn signature<'s>(&'s self, parsed: &'s Unverified) -> (&'s [u8], &'s [u8]) {
        let message = self.bytes.get(..parsed.signed).unwrap_or_default();
        (message, &parsed.signature)
    }

    /// What it says.
    pub(crate) fn parse(&self) -> Result<&Unverified, Reason> {
        let parsed = self.parsed.get_or_init(|| {
            let compact = Compact::parse(&self.bytes)?;
            Ok(Unverified {
                header: Header::parse(compact.header())?,
                claims: Rc::new(Claims::parse(compact.payload())?),
                signed: compact.signing_input().len(),
                signature: compact.into_signature(),
            })
        });
        parsed.as_ref().map_err(|reason| *reason)
    }
}

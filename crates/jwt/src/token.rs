//! A token as one request carries it, with what was found out about it so far.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::rc::Rc;

use policy::Reason;

use crate::Compact;
use crate::cache::Fingerprint;
use crate::claims::Claims;
use crate::header::Header;

/// A token: each thing about it is found out once, and only when asked for.
pub(crate) struct Token<'a> {
    bytes: Cow<'a, [u8]>,
    fingerprint: OnceCell<Fingerprint>,
    /// Its claims, where the cache knew them for some provider.
    pub(crate) known: OnceCell<Rc<Claims>>,
    parsed: OnceCell<Result<Unverified, Reason>>,
}

/// What a token says, not yet verified.
pub(crate) struct Unverified {
    pub(crate) header: Header,
    pub(crate) claims: Rc<Claims>,
}

impl<'a> Token<'a> {
    pub(crate) const fn new(bytes: Cow<'a, [u8]>) -> Self {
        Self {
            bytes,
            fingerprint: OnceCell::new(),
            known: OnceCell::new(),
            parsed: OnceCell::new(),
        }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn fingerprint(&self) -> Fingerprint {
        *self
            .fingerprint
            .get_or_init(|| Fingerprint::of(&self.bytes))
    }

    /// What it says.
    pub(crate) fn parse(&self) -> Result<&Unverified, Reason> {
        let parsed = self.parsed.get_or_init(|| {
            let compact = Compact::parse(&self.bytes)?;
            Ok(Unverified {
                header: Header::parse(compact.header())?,
                claims: Rc::new(Claims::parse(compact.payload())?),
            })
        });
        parsed.as_ref().map_err(|reason| *reason)
    }
}

//! The caller of a request: a SPIFFE ID that somebody who is believed has vouched for.

use std::rc::Rc;

use super::aliases::Aliases;
use super::cache::Digest;
use crate::{IdError, SpiffeId};

/// Who calls, as presented and as compared.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    presented: SpiffeId,
    /// The ID in the trust domain that an alias stands for.
    meant: Option<SpiffeId>,
    /// The digest of the certificate that the ID stands in, where that is known.
    certificate: Option<Digest>,
}

impl Caller {
    /// The caller of this ID.
    ///
    /// # Errors
    /// It is in an alias, and too long in the trust domain that is meant.
    pub(super) fn new(
        presented: SpiffeId,
        certificate: Option<Digest>,
        aliases: &Aliases,
    ) -> Result<Rc<Self>, IdError> {
        let meant = aliases.meant_by(&presented)?;
        Ok(Rc::new(Self {
            presented,
            meant,
            certificate,
        }))
    }

    /// The ID to compare, in rules that let in as in those that keep out.
    pub(super) fn id(&self) -> &SpiffeId {
        self.meant.as_ref().unwrap_or(&self.presented)
    }

    /// The digest of its certificate, where that is known.
    pub(super) const fn certificate(&self) -> Option<Digest> {
        self.certificate
    }

    /// The ID as the caller has it, for the log.
    pub(super) const fn presented(&self) -> &SpiffeId {
        &self.presented
    }
}

//! Who is at the other end of the connection: the certificate that the proxy verified.
//!
//! The proxy is asked for the digest alone while the certificate is known.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use policy::{Fact, Failure, Request, Unreadable, Weight};

use super::aliases::Aliases;
use super::cache::{Digest, PeerCache};
use super::caller::Caller;
use super::callers::denied;
use super::forwarders::Forwarders;
use super::lives::{Lives, Told};
use super::validity::Validity;
use crate::svid::hex_byte;
use crate::{Svid, SvidError, reason};

/// What a peer's certificate says, and what the document makes of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Peer {
    pub(super) caller: Rc<Caller>,
    pub(super) digest: Digest,
    pub(super) standing: Standing,
    validity: Validity,
    told: Told,
}

/// Whether a peer speaks for others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It speaks for itself.
    Workload,
    /// A trusted forwarder: whom it states is the caller.
    Forwarder,
    /// It is a forwarder's ID in an alias: not believed, and no caller of its own either.
    Alias,
}

/// Reads peers off their connections.
#[derive(Debug, Default)]
pub(super) struct Peers {
    cache: RefCell<PeerCache>,
    lives: Rc<Lives>,
}

impl Peers {
    /// Peers whose remaining lives are told here.
    pub(super) fn telling(lives: Rc<Lives>) -> Self {
        Self {
            cache: RefCell::default(),
            lives,
        }
    }

    /// Where the remaining lives of peers are told.
    pub(super) fn lives(&self) -> Rc<Lives> {
        Rc::clone(&self.lives)
    }

    /// The peer of the request's connection, whose certificate is valid now; `None` where it presented
    /// none.
    ///
    /// # Errors
    /// It is not good, or the proxy did not answer.
    pub(super) fn peer(
        &self,
        request: &Request<'_>,
        grace: Duration,
        aliases: &Aliases,
        forwarders: &Forwarders,
    ) -> Result<Option<Rc<Peer>>, Failure> {
        let Some(peer) = self.read(request, aliases, forwarders)? else {
            return Ok(None);
        };
        let peer = peer.map_err(|error| denied(error.reason()))?;
        let now = request.unix_time()?;
        self.lives.see(&peer.told, peer.validity, now);
        if let Err(reason) = peer.validity.check(now, grace) {
            let mut failure = denied(reason);
            // The connection would only bring the same certificate again.
            failure.close = reason == reason::SVID_EXPIRED;
            return Err(failure);
        }
        Ok(Some(peer))
    }

    /// What the certificate says: from the cache, or read and remembered; `None` where none was
    /// presented. A connection with the digest of a certificate has presented it, so that one which
    /// is known is not asked about further.
    fn read(
        &self,
        request: &Request<'_>,
        aliases: &Aliases,
        forwarders: &Forwarders,
    ) -> Result<Option<Reading>, Failure> {
        let stated = request.fact(Fact::PeerDigest)?;
        let digest = stated.as_deref().and_then(parse_digest);
        let known = digest.and_then(|digest| self.cache.borrow().find(&digest));
        if known.is_some() {
            return Ok(known);
        }
        if request.fact(Fact::Mtls)?.as_deref() != Some(b"true") {
            return Ok(None);
        }
        // A certificate without a digest, or with one of another form, is the proxy's fault and not the
        // caller's; so is one that it does not show. As "no identity" it would be nobody whom `deny` names.
        let digest = digest.ok_or(Unreadable)?;
        let certificate = request
            .fact(Fact::PeerCertificate)?
            .ok_or_else(|| Failure::new(reason::CERTIFICATE_NOT_STATED, Weight::Fault))?;
        let reading = Svid::from_pem(&certificate)
            .and_then(|svid| Peer::new(&svid, digest, aliases, forwarders))
            .map(Rc::new);
        self.cache.borrow_mut().keep(digest, reading.clone());
        Ok(Some(reading))
    }
}

/// What a certificate says, or why it is none of a workload.
type Reading = Result<Rc<Peer>, SvidError>;

impl Peer {
    fn new(
        svid: &Svid,
        digest: Digest,
        aliases: &Aliases,
        forwarders: &Forwarders,
    ) -> Result<Self, SvidError> {
        let caller = Caller::new(svid.id().clone(), Some(digest), aliases)?;
        let standing = if forwarders.include(caller.presented()) {
            Standing::Forwarder
        } else if forwarders.include(caller.id()) {
            Standing::Alias
        } else {
            Standing::Workload
        };
        Ok(Self {
            caller,
            digest,
            standing,
            validity: Validity::of(svid),
            told: Told::default(),
        })
    }
}

/// A SHA-256 digest in hex, as the proxy states it.
pub(super) fn parse_digest(hex: &[u8]) -> Option<Digest> {
    let mut digest = Digest::default();
    let (pairs, odd) = hex.as_chunks::<2>();
    if pairs.len() != digest.len() || !odd.is_empty() {
        return None;
    }
    for (byte, [high, low]) in digest.iter_mut().zip(pairs) {
        *byte = hex_byte(*high, *low)?;
    }
    Some(digest)
}

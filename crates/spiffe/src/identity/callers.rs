//! Who the caller of a request is: the source `peer_certificate`.
//!
//! The proxy is asked once for each request, for the digest alone while the certificate is known;
//! the answer, good or bad, is kept for the other leaves of the same request.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use policy::{Context, Fact, Failure, Reason, Request, Unreadable, Weight};

use super::cache::{Digest, Reading, SvidCache};
use crate::svid::hex_byte;
use crate::{Svid, reason};

/// Reads callers off their connections.
#[derive(Debug, Default)]
pub(super) struct Callers {
    /// How long past `notAfter` a certificate is still taken.
    grace: Duration,
    cache: RefCell<SvidCache>,
}

/// The caller of this request has no good identity, for this reason.
#[derive(Debug)]
struct Refused(Failure);

impl Callers {
    pub(super) fn new(grace: Duration) -> Self {
        Self {
            grace,
            cache: RefCell::default(),
        }
    }

    /// The caller's SVID, valid now.
    ///
    /// # Errors
    /// There is none, it is not good, or the proxy did not answer.
    ///
    /// # Security
    /// Every path that is not `Ok` denies. A verdict is kept for this request only.
    pub(super) fn caller(&self, context: &Context<'_>) -> Result<Rc<Svid>, Failure> {
        let learnt = context.learnt;
        if let Some(svid) = learnt.find::<Svid>() {
            return Ok(svid);
        }
        if let Some(refused) = learnt.find::<Refused>() {
            return Err(refused.0.clone());
        }
        let caller = self.identify(context.request);
        match &caller {
            Ok(svid) => learnt.put(Rc::clone(svid)),
            Err(failure) => learnt.put(Rc::new(Refused(failure.clone()))),
        }
        caller
    }

    fn identify(&self, request: &Request<'_>) -> Result<Rc<Svid>, Failure> {
        if request.fact(Fact::Mtls)?.as_deref() != Some(b"true") {
            return Err(denied(reason::MISSING_IDENTITY));
        }
        let svid = self
            .read(request)?
            .map_err(|error| denied(error.reason()))?;
        self.check_time(&svid, request.unix_time()?)?;
        Ok(svid)
    }

    /// What the peer's certificate says: from the cache, or read and remembered.
    fn read(&self, request: &Request<'_>) -> Result<Reading, Failure> {
        let missing = || denied(reason::MISSING_IDENTITY);
        let digest = request.fact(Fact::PeerDigest)?.ok_or_else(missing)?;
        // A digest of another form is the proxy's fault, not the caller's.
        let digest = parse_digest(&digest).ok_or(Unreadable)?;
        if let Some(reading) = self.cache.borrow().find(&digest) {
            return Ok(reading);
        }
        let certificate = request.fact(Fact::PeerCertificate)?.ok_or_else(missing)?;
        let reading = Svid::from_pem(&certificate).map(Rc::new);
        self.cache.borrow_mut().keep(digest, reading.clone());
        Ok(reading)
    }

    /// Compares an SVID's time with the clock (RFC 5280 §4.1.2.5: both ends included).
    const fn check_time(&self, svid: &Svid, now: Duration) -> Result<(), Failure> {
        if now.as_secs() < svid.not_before() {
            return Err(denied(reason::NOT_YET_VALID));
        }
        if now.saturating_sub(self.grace).as_secs() > svid.not_after() {
            let mut failure = denied(reason::SVID_EXPIRED);
            failure.close = true; // the connection would only bring the same certificate again
            return Err(failure);
        }
        Ok(())
    }
}

/// An identity is known or not, and nothing the client could send would help: 403, never 401.
const fn denied(reason: Reason) -> Failure {
    Failure::new(reason, Weight::NotAllowed)
}

/// A SHA-256 digest in hex, as the proxy states it.
fn parse_digest(hex: &[u8]) -> Option<Digest> {
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

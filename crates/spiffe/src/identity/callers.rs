//! Who the caller of a request is, by the sources of the document in their order.
//!
//! The first source that is there decides, good or bad: a caller whom one source refuses is not
//! asked for by the next. The answer is kept for the other leaves of the same request, so that the
//! proxy is asked once.

use std::rc::Rc;
use std::time::Duration;

use policy::{Context, Fact, Failure, Reason, Request, Weight};

use super::aliases::Aliases;
use super::cache::Digest;
use super::caller::Caller;
use super::forwarders::{CLIENT_CERT, Forwarders, XFCC};
use super::peer::{Peer, Peers, Standing, parse_digest};
use super::section::{ForwardedHeader, Origin};
use super::validity::Validity;
use super::waypoint;
use crate::{SpiffeId, Svid, SvidError, Xfcc, client_cert, reason};

/// Finds the callers of requests.
#[derive(Debug)]
pub(super) struct Callers {
    pub(super) sources: Vec<Origin>,
    /// How long past `notAfter` a certificate is still taken.
    pub(super) grace: Duration,
    pub(super) aliases: Aliases,
    pub(super) forwarders: Forwarders,
    pub(super) peers: Peers,
}

impl Default for Callers {
    fn default() -> Self {
        Self {
            sources: vec![Origin::PeerCertificate],
            grace: Duration::ZERO,
            aliases: Aliases::default(),
            forwarders: Forwarders::default(),
            peers: Peers::default(),
        }
    }
}

/// The caller of this request has no good identity, for this reason.
#[derive(Debug)]
struct Refused(Failure);

impl Callers {
    /// The caller, whose identity is good now.
    ///
    /// # Errors
    /// There is none, it is not good, or the proxy did not answer.
    ///
    /// # Security
    /// Every path that is not `Ok` denies. A verdict is kept for this request only.
    pub(super) fn caller(&self, context: &Context<'_>) -> Result<Rc<Caller>, Failure> {
        let learnt = context.learnt;
        if let Some(caller) = learnt.find::<Caller>() {
            return Ok(caller);
        }
        if let Some(refused) = learnt.find::<Refused>() {
            return Err(refused.0.clone());
        }
        let caller = self.identify(context.request);
        match &caller {
            Ok(caller) => learnt.put(Rc::clone(caller)),
            Err(failure) => learnt.put(Rc::new(Refused(failure.clone()))),
        }
        caller
    }

    fn identify(&self, request: &Request<'_>) -> Result<Rc<Caller>, Failure> {
        let mut connection = None; // the peer, once it was asked for
        let mut missing = reason::MISSING_IDENTITY;
        for source in &self.sources {
            if *source == Origin::IstioWaypoint {
                match self.behind_waypoint(request)? {
                    Some(caller) => return Ok(caller),
                    None => continue,
                }
            }
            let peer = match &connection {
                Some(peer) => peer,
                None => connection.insert(self.peer(request)?),
            };
            let Some(peer) = peer else { continue };
            match peer.standing {
                // In whichever order: a forwarder has no identity of its own here.
                Standing::Forwarder => return self.stated(request, peer),
                Standing::Alias => return Err(denied(reason::UNTRUSTED_FORWARDER)),
                Standing::Workload if *source == Origin::PeerCertificate => {
                    return Ok(Rc::clone(&peer.caller));
                }
                Standing::Workload => missing = reason::UNTRUSTED_FORWARDER,
            }
        }
        Err(denied(missing))
    }

    fn peer(&self, request: &Request<'_>) -> Result<Option<Rc<Peer>>, Failure> {
        self.peers
            .peer(request, self.grace, &self.aliases, &self.forwarders)
    }

    fn behind_waypoint(&self, request: &Request<'_>) -> Result<Option<Rc<Caller>>, Failure> {
        let Some(principal) = request.fact(Fact::PeerPrincipal)? else {
            return Ok(None);
        };
        waypoint::read(&principal)
            .map_err(denied)?
            .map(|id| self.accept(id, None))
            .transpose()
    }

    /// The caller whom a forwarder states.
    fn stated(&self, request: &Request<'_>, peer: &Peer) -> Result<Rc<Caller>, Failure> {
        let mut stated = None;
        if self.forwarders.use_header(ForwardedHeader::Xfcc)
            && let Some(header) = request.header(XFCC)?
        {
            let xfcc = Xfcc::parse(&header).map_err(|_| denied(reason::BAD_STATEMENT))?;
            let statement =
                self.forwarders
                    .stated(xfcc.elements(), &peer.digest, peer.caller.presented());
            if let Some(statement) = statement.map_err(denied)? {
                if let Some(certificate) = statement.certificate {
                    let id = self.certified(Svid::from_pem(&certificate.text()), request)?;
                    agree(&statement.id, &id)?;
                }
                stated = Some((statement.id, Some(statement.digest)));
            }
        }
        if self.forwarders.use_header(ForwardedHeader::ClientCert)
            && let Some(header) = request.header(CLIENT_CERT)?
        {
            let der = client_cert(&header).map_err(|_| denied(reason::BAD_STATEMENT))?;
            let id = self.certified(Svid::from_der(&der), request)?;
            let digest = Some(hmac_sha256::Hash::hash(&der));
            let (known, seen) = stated.unwrap_or_else(|| (id.clone(), digest));
            agree(&known, &id)?;
            // Of one workload, and not the certificate that the forwarder saw: nobody has shown its key.
            stated = Some((id, seen.filter(|seen| Some(*seen) == digest)));
        }
        let (id, digest) = stated.ok_or_else(|| denied(reason::MISSING_STATEMENT))?;
        self.accept(id, digest)
    }

    /// The digest of the certificate that the caller has shown the key of, whoever vouches for it: on
    /// its own connection, or to a forwarder.
    pub(super) fn certificate(&self, context: &Context<'_>) -> Result<Option<Digest>, Failure> {
        let request = context.request;
        let own = || -> Result<Option<Digest>, Failure> {
            let digest = request.fact(Fact::PeerDigest)?;
            Ok(digest.as_deref().and_then(parse_digest))
        };
        if !self.sources.contains(&Origin::ForwardedClientCert) {
            return own(); // nobody speaks for others
        }
        match self.peer(request) {
            Ok(Some(peer)) if peer.standing == Standing::Workload => Ok(Some(peer.digest)),
            Ok(Some(_)) => match self.caller(context) {
                Ok(caller) => Ok(caller.certificate()),
                Err(failure) if failure.weight == Weight::Fault => Err(failure),
                Err(_) => Ok(None),
            },
            Ok(None) => Ok(None),
            Err(failure) if failure.weight == Weight::Fault => Err(failure),
            Err(failure) if OUT_OF_TIME.contains(&failure.reason) => Ok(None), // perhaps a forwarder's
            Err(_) => own(), // no SVID, so no forwarder's
        }
    }

    /// The ID in a certificate that was sent along, by the rules for a peer's own.
    fn certified(
        &self,
        svid: Result<Svid, SvidError>,
        request: &Request<'_>,
    ) -> Result<SpiffeId, Failure> {
        let svid = svid.map_err(|error| denied(error.reason()))?;
        Validity::of(&svid)
            .check(request.unix_time()?, self.grace)
            .map_err(denied)?;
        Ok(svid.id().clone())
    }

    /// The caller of an ID that somebody states, unless it is a forwarder's.
    fn accept(&self, id: SpiffeId, certificate: Option<Digest>) -> Result<Rc<Caller>, Failure> {
        let caller =
            Caller::new(id, certificate, &self.aliases).map_err(|_| denied(reason::BAD_ID))?;
        if self.forwarders.include(caller.presented()) {
            Err(denied(reason::MISSING_STATEMENT))
        } else if self.forwarders.include(caller.id()) {
            Err(denied(reason::UNTRUSTED_FORWARDER))
        } else {
            Ok(caller)
        }
    }
}

/// Why a certificate that is an SVID is not good.
const OUT_OF_TIME: [Reason; 2] = [reason::SVID_EXPIRED, reason::NOT_YET_VALID];

/// Two statements about one caller name the same.
fn agree(one: &SpiffeId, other: &SpiffeId) -> Result<(), Failure> {
    if one == other {
        Ok(())
    } else {
        Err(denied(reason::CONFLICTING_STATEMENTS))
    }
}

/// An identity is known or not, and nothing the client could send would help: 403, never 401.
pub(super) const fn denied(reason: Reason) -> Failure {
    Failure::new(reason, Weight::NotAllowed)
}

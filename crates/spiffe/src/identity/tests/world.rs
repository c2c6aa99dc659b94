//! A connection with plain values, and a document read in one line.

use std::borrow::Cow;
use std::cell::RefCell;
use std::time::Duration;

use policy::language::{Fields, Json, Place, Report};
use policy::{Context, Fact, Failure, Leaf, Learnt, Policy, Request, Source, Unreadable};
use rcgen::CertificateParams;

use crate::Identity;
use crate::testing::{NOT_BEFORE, pem, svid, url_encoded};

/// A time at which every certificate of the tests is valid.
pub(super) const NOW: u64 = NOT_BEFORE + 1_000;

/// A section with a trust domain.
pub(super) const OWN: &str = r#"{"identity": {"trust_domain": "example.org"}}"#;

/// The caller of most tests.
pub(super) const CHECKOUT: &str = "spiffe://example.org/ns/shop/sa/checkout";

/// What the proxy says about one connection, and what it was asked.
pub(super) struct Connection {
    pub(super) mtls: Option<&'static str>,
    pub(super) digest: Option<String>,
    pub(super) certificate: Option<Vec<u8>>,
    /// The wall clock.
    pub(super) now: Duration,
    /// The proxy fails to tell this.
    pub(super) failing: Option<Fact>,
    pub(super) failing_clock: bool,
    /// Method and path; without them no other header is to be asked for than those of forwarders.
    pub(super) target: Option<(&'static str, &'static str)>,
    /// `x-forwarded-client-cert` and `client-cert`, as the proxy joins them.
    pub(super) xfcc: Option<Vec<u8>>,
    pub(super) client_cert: Option<Vec<u8>>,
    /// Filter state `io.istio.peer_principal`.
    pub(super) principal: Option<String>,
    /// The headers of forwarders that were asked for.
    pub(super) headers: RefCell<Vec<String>>,
    pub(super) asked: RefCell<Vec<Fact>>,
}

impl Connection {
    /// A caller with a good certificate.
    pub(super) fn of(id: &str) -> Self {
        Self::with(&svid(id))
    }

    /// A caller with this certificate.
    pub(super) fn with(params: &CertificateParams) -> Self {
        Self::presenting("ab", url_encoded(&pem(params)))
    }

    /// A caller with these bytes for a certificate, and a digest made of one byte in hex.
    pub(super) fn presenting(digest: &str, certificate: Vec<u8>) -> Self {
        Self {
            mtls: Some("true"),
            digest: Some(digest.repeat(32)),
            certificate: Some(certificate),
            now: Duration::from_secs(NOW),
            failing: None,
            failing_clock: false,
            target: None,
            xfcc: None,
            client_cert: None,
            principal: None,
            headers: RefCell::default(),
            asked: RefCell::default(),
        }
    }

    /// A caller without TLS.
    pub(super) fn plain() -> Self {
        Self {
            mtls: Some("false"),
            digest: None,
            certificate: None,
            ..Self::presenting("", Vec::new())
        }
    }

    pub(super) fn at(mut self, seconds: u64) -> Self {
        self.now = Duration::from_secs(seconds);
        self
    }

    /// The same peer, with these elements of `x-forwarded-client-cert`.
    pub(super) fn stating(mut self, elements: &[&str]) -> Self {
        self.xfcc = Some(elements.join(",").into_bytes());
        self
    }

    /// What was asked since the last time.
    pub(super) fn asked(&self) -> Vec<Fact> {
        self.asked.take()
    }

    /// One request on this connection, with leaves that must all hold.
    pub(super) fn request(&self, leaves: &[Box<dyn Leaf>]) -> Result<(), Failure> {
        self.learning(&Learnt::default(), |context| {
            leaves.iter().try_for_each(|leaf| leaf.holds(context))
        })
    }

    /// The same, as the code of the denial.
    pub(super) fn denial(&self, leaves: &[Box<dyn Leaf>]) -> &'static str {
        self.request(leaves).unwrap_err().reason.code()
    }

    pub(super) fn learning<T>(&self, learnt: &Learnt, ask: impl FnOnce(&Context<'_>) -> T) -> T {
        let request = Request::new(self);
        ask(&Context {
            request: &request,
            learnt,
            route: None,
        })
    }
}

impl Source for Connection {
    fn header(&self, name: &str) -> Result<Option<Cow<'_, [u8]>>, Unreadable> {
        if matches!(name, "x-forwarded-client-cert" | "client-cert") {
            self.headers.borrow_mut().push(name.to_owned());
            let value = match name {
                "client-cert" => &self.client_cert,
                _ => &self.xfcc,
            };
            return Ok(value.as_ref().map(Into::into));
        }
        let (method, path) = self.target.ok_or(Unreadable)?;
        Ok(match name {
            ":method" => Some(method.as_bytes().into()),
            ":path" => Some(path.as_bytes().into()),
            ":authority" => Some(b"payments".into()),
            _ => None,
        })
    }

    fn fact(&self, fact: Fact) -> Result<Option<Cow<'_, [u8]>>, Unreadable> {
        self.asked.borrow_mut().push(fact);
        if self.failing == Some(fact) {
            return Err(Unreadable);
        }
        Ok(match fact {
            Fact::Mtls => self.mtls.map(|text| text.as_bytes().into()),
            Fact::PeerDigest => self.digest.as_ref().map(|text| text.as_bytes().into()),
            Fact::PeerCertificate => self.certificate.as_ref().map(Into::into),
            Fact::PeerPrincipal => self.principal.as_ref().map(|text| text.as_bytes().into()),
            _ => None,
        })
    }

    fn unix_time(&self) -> Result<Duration, Unreadable> {
        if self.failing_clock {
            Err(Unreadable)
        } else {
            Ok(self.now)
        }
    }

    fn monotonic(&self) -> Result<Duration, Unreadable> {
        Err(Unreadable) // validity is a matter of dates
    }
}

/// A document's identity section (`{}` for none), and what was wrong with it.
pub(super) fn identity(document: &str) -> (Identity, Report) {
    let (mut identity, mut report) = (Identity::new(), Report::default());
    let document = Json::parse(document.as_bytes()).unwrap();
    let top = Place::top();
    let mut fields = Fields::open(&document, &top, &mut report).unwrap();
    identity.read(&mut fields, &mut report);
    (identity, report)
}

/// One condition compiled at `routes[charge].allow`.
pub(super) fn allow(
    identity: &Identity,
    condition: &str,
    report: &mut Report,
) -> Vec<Box<dyn Leaf>> {
    allow_on("charge", identity, condition, report)
}

/// One condition compiled at `routes[ROUTE].allow`.
pub(super) fn allow_on(
    route: &str,
    identity: &Identity,
    condition: &str,
    report: &mut Report,
) -> Vec<Box<dyn Leaf>> {
    let condition = Json::parse(condition.as_bytes()).unwrap();
    let top = Place::top();
    let routes = top.field("routes");
    let route = routes.named(route);
    let place = route.field("allow");
    let mut fields = Fields::open(&condition, &place, report).unwrap();
    let leaves = identity.condition(&mut fields, report);
    assert_eq!(fields.rest().count(), 0, "every field of ours is taken");
    leaves
}

/// The leaves of a good document.
pub(super) fn leaves(document: &str, condition: &str) -> Vec<Box<dyn Leaf>> {
    let (identity, mut report) = identity(document);
    let leaves = allow(&identity, condition, &mut report);
    assert_eq!(report.errors(), [""; 0], "{condition}");
    leaves
}

/// The errors of a document with one condition.
pub(super) fn errors(document: &str, condition: &str) -> Vec<String> {
    let (identity, mut report) = identity(document);
    allow(&identity, condition, &mut report);
    report.errors().to_vec()
}

/// A condition that every good caller meets.
pub(super) fn anybody() -> Vec<Box<dyn Leaf>> {
    leaves(OWN, r#"{"principals": ["spiffe://example.org/**"]}"#)
}

//! Who is believed about others: `identity.trusted_forwarders`, and what they state.
//!
//! A forwarder is another proxy, which saw a client's certificate and passes the request on over a
//! connection of its own. Whom it states *is* the caller; its own, stronger identity never steps
//! in, since then every client behind it would be it.

use policy::Reason;

use super::cache::Digest;
use super::peer::parse_digest;
use super::section::ForwardedHeader;
use crate::{Element, IdSet, SpiffeId, Value, reason};

/// The header that Envoy states certificates in.
pub(super) const XFCC: &str = "x-forwarded-client-cert";
/// The header of RFC 9440 for the same.
pub(super) const CLIENT_CERT: &str = "client-cert";

/// Which IDs are forwarders, and where they state the caller.
#[derive(Debug, Default)]
pub(super) struct Forwarders {
    ids: IdSet,
    headers: Vec<ForwardedHeader>,
}

/// Whom an XFCC header states.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Statement<'a> {
    pub(super) id: SpiffeId,
    /// The digest of the certificate that the forwarder saw.
    pub(super) digest: Digest,
    /// The certificate, where the forwarder sends it along.
    pub(super) certificate: Option<Value<'a>>,
}

impl Forwarders {
    pub(super) const fn new(ids: IdSet, headers: Vec<ForwardedHeader>) -> Self {
        Self { ids, headers }
    }

    /// Whether an ID is that of a forwarder. Aliases do not count: who may speak for anybody
    /// is named, and not meant.
    pub(super) fn include(&self, presented: &SpiffeId) -> bool {
        self.ids.contains(presented)
    }

    /// Whether callers are stated in this header.
    pub(super) fn use_header(&self, header: ForwardedHeader) -> bool {
        self.headers.contains(&header)
    }

    /// Whom a chain of elements states, that came over a connection from the forwarder `peer` whose
    /// certificate has this digest; `None` where it states nobody.
    ///
    /// Each proxy appends what it saw, so elements are read from the last: our own listener's, set
    /// aside, then the forwarder's, and behind it another where that one saw a forwarder as well.
    ///
    /// # Errors
    /// An element that is needed is not what its proxy would have written, or one proxy stands in
    /// the chain twice.
    ///
    /// # Security
    /// Elements before the one that names the caller may be a client's own, and mean nothing. That a
    /// forwarder's name stands once keeps a client from adding an element in the forwarder's name
    /// with a comma inside a name of its certificate, since Envoy does not escape these: the
    /// forwarder's own element is there as well.
    pub(super) fn stated<'x>(
        &self,
        chain: &[Element<'x>],
        digest: &Digest,
        peer: &SpiffeId,
    ) -> Result<Option<Statement<'x>>, Reason> {
        if names_one_twice(chain) {
            return Err(reason::BAD_STATEMENT);
        }
        let mut rest = match chain.split_last() {
            Some((own, before)) if digest_of(own).as_ref() == Some(digest) => before,
            _ => chain,
        };
        let mut forwarder = peer.clone();
        while let Some((element, before)) = rest.split_last() {
            let statement = statement_by(&forwarder, element).ok_or(reason::BAD_STATEMENT)?;
            if !self.include(&statement.id) {
                return Ok(Some(statement));
            }
            forwarder = statement.id;
            rest = before;
        }
        Ok(None)
    }
}

/// What an element states, if this proxy wrote it: `By` is the proxy, `Hash` a digest, `URI` one
/// workload's ID, none of them in quotes.
fn statement_by<'x>(proxy: &SpiffeId, element: &Element<'x>) -> Option<Statement<'x>> {
    if element.by?.bare()? != proxy.as_str().as_bytes() {
        return None;
    }
    let digest = digest_of(element)?;
    let id = SpiffeId::parse(element.uri?.bare()?).ok()?;
    (!id.path().is_empty()).then_some(Statement {
        id,
        digest,
        certificate: element.cert,
    })
}

/// The digest that an element states.
fn digest_of(element: &Element<'_>) -> Option<Digest> {
    parse_digest(element.hash?.bare()?)
}

/// Whether two elements are by one proxy.
fn names_one_twice(chain: &[Element<'_>]) -> bool {
    let mut rest = chain;
    while let Some((element, behind)) = rest.split_first() {
        let again = |other: &Element<'_>| element.by.is_some() && other.by == element.by;
        if behind.iter().any(again) {
            return true;
        }
        rest = behind;
    }
    false
}

//! Where the facts about a request come from: the one seam between policy and proxy.
//!
//! Bytes as the client sent them, asked for only when a decision needs them.

use std::borrow::Cow;
use std::time::Duration;

/// A fact about the connection, as the proxy states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fact {
    /// The client's address with its port, as Envoy trusts it after X-Forwarded-For
    /// (`source.address`, for example `203.0.113.9:51234` or `[2001:db8::1]:443`).
    SourceAddress,
    /// The listener's port in decimal (`destination.port`).
    DestinationPort,
    /// `true` where the peer presented a certificate (`connection.mtls`). A certificate that was
    /// presented is not one that was verified: only the listener's settings make it so.
    Mtls,
    /// The peer certificate's SHA-256 digest in lower-case hex
    /// (`connection.sha256_peer_certificate_digest`).
    PeerDigest,
    /// The peer certificate as URL-encoded PEM (`connection.peer_certificate`).
    PeerCertificate,
    /// The URI SANs of the caller behind an Istio waypoint, joined by commas (filter state
    /// `io.istio.peer_principal`).
    PeerPrincipal,
    /// What the filters in front have put into dynamic metadata: all of it, as the message
    /// `envoy.config.core.v3.Metadata` (`metadata`).
    Metadata,
}

/// The proxy could not say: a host call failed. Never a permit; the request is denied with
/// `internal.host_call`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the proxy did not answer")]
pub struct Unreadable;

/// Evidence about one request. Implemented by the host layer, and by plain values in tests.
pub trait Source {
    /// All values of a request header in order, joined by a comma; `None` where there is none.
    /// Pseudo headers go by `:method`, `:path` and `:authority`.
    ///
    /// # Errors
    /// The host call failed.
    fn header(&self, name: &str) -> Result<Option<Cow<'_, [u8]>>, Unreadable>;

    /// Whether the request has a header of this name; cheaper than reading it.
    ///
    /// # Errors
    /// The host call failed.
    fn has_header(&self, name: &str) -> Result<bool, Unreadable> {
        Ok(self.header(name)?.is_some())
    }

    /// A fact about the connection; `None` where the proxy has none.
    ///
    /// # Errors
    /// The host call failed.
    fn fact(&self, fact: Fact) -> Result<Option<Cow<'_, [u8]>>, Unreadable>;

    /// Wall clock, as time since the Unix epoch: only for what a standard states in dates.
    ///
    /// # Errors
    /// The host call failed.
    fn unix_time(&self) -> Result<Duration, Unreadable>;

    /// A clock that never goes back, the same for all workers of the process.
    ///
    /// # Errors
    /// The host call failed.
    fn monotonic(&self) -> Result<Duration, Unreadable>;
}

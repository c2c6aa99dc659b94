//! A request as bytes, borrowed from the proxy and read lazily.

mod ambiguity;
pub(crate) mod host;
mod path;

use std::borrow::Cow;
use std::cell::OnceCell;
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use std::time::Duration;

use crate::{Fact, Source, Unreadable};

pub use ambiguity::Ambiguity;
pub use path::NormalPath;

/// A borrowed view of one request; what it is asked for is fetched from the proxy then.
pub struct Request<'a> {
    source: &'a dyn Source,
    written: &'a [Rc<str>],
    remote_ip: OnceCell<Option<IpAddr>>,
}

impl<'a> Request<'a> {
    /// A view over a source of evidence.
    #[must_use]
    pub const fn new(source: &'a dyn Source) -> Self {
        Self::hiding(source, &[])
    }

    /// The same without headers that are ours to set: a client's own copies of them are not there
    /// for whoever asks.
    #[must_use]
    pub const fn hiding(source: &'a dyn Source, written: &'a [Rc<str>]) -> Self {
        Self {
            source,
            written,
            remote_ip: OnceCell::new(),
        }
    }

    /// All values of a header, joined by a comma.
    ///
    /// # Errors
    /// The proxy did not answer.
    pub fn header(&self, name: &str) -> Result<Option<Cow<'a, [u8]>>, Unreadable> {
        if self.is_written(name) {
            Ok(None)
        } else {
            self.source.header(name)
        }
    }

    /// Whether the request has this header.
    ///
    /// # Errors
    /// The proxy did not answer.
    pub fn has_header(&self, name: &str) -> Result<bool, Unreadable> {
        Ok(!self.is_written(name) && self.source.has_header(name)?)
    }

    /// Whether the client sent a header that is ours to set.
    pub(crate) fn has_written_header(&self, name: &str) -> Result<bool, Unreadable> {
        self.source.has_header(name)
    }

    fn is_written(&self, name: &str) -> bool {
        self.written.iter().any(|written| **written == *name)
    }

    /// A fact about the connection.
    ///
    /// # Errors
    /// The proxy did not answer.
    pub fn fact(&self, fact: Fact) -> Result<Option<Cow<'a, [u8]>>, Unreadable> {
        self.source.fact(fact)
    }

    /// The wall clock, since the Unix epoch.
    ///
    /// # Errors
    /// The proxy did not answer.
    pub fn unix_time(&self) -> Result<Duration, Unreadable> {
        self.source.unix_time()
    }

    /// The monotonic clock of the process.
    ///
    /// # Errors
    /// The proxy did not answer.
    pub fn monotonic(&self) -> Result<Duration, Unreadable> {
        self.source.monotonic()
    }

    /// The client's address without its port, as Envoy trusts it; `None` where the proxy has none
    /// or states something else (a Unix socket).
    ///
    /// # Errors
    /// The proxy did not answer.
    pub fn remote_ip(&self) -> Result<Option<IpAddr>, Unreadable> {
        if let Some(known) = self.remote_ip.get() {
            return Ok(*known);
        }
        let address = self.source.fact(Fact::SourceAddress)?;
        let ip = address.as_deref().and_then(ip_of);
        Ok(*self.remote_ip.get_or_init(|| ip))
    }
}

impl std::fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Request(..)") // never what it holds: it may be secret
    }
}

/// The address in `203.0.113.9:51234`, `[2001:db8::1]:443` or a bare address. An IPv4 address
/// written as IPv6 is the IPv4 address.
fn ip_of(address: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(address).ok()?;
    let ip = match text.parse::<SocketAddr>() {
        Ok(socket) => socket.ip(),
        Err(_) => text.parse::<IpAddr>().ok()?,
    };
    Some(ip.to_canonical())
}

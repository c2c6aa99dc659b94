//! What the proxy says about one request, asked for when a decision needs it.
//!
//! Headers come all at once with the first that is asked for: every decision reads some of them, and
//! each single call costs as much as the map. All values of a name count, joined by a comma; the
//! proxy's single-value call shows only the first and hides that there was a second.

use std::borrow::Cow;
use std::cell::{Cell, OnceCell};
use std::time::Duration;

use policy::{Fact, Source, Unreadable};

use crate::host::{HeaderMap, HostError, abi};

/// Evidence about the request that the proxy is calling about now.
#[derive(Debug, Default)]
pub(crate) struct Evidence {
    headers: OnceCell<HeaderMap>,
    time: Cell<Option<Duration>>,
    fault: Cell<Option<HostError>>,
}

impl Evidence {
    /// The last call that failed, for the log.
    pub(crate) const fn fault(&self) -> Option<HostError> {
        self.fault.get()
    }

    fn told<T>(&self, answer: Result<T, HostError>) -> Result<T, Unreadable> {
        answer.map_err(|error| {
            self.fault.set(Some(error));
            Unreadable
        })
    }

    fn headers(&self) -> Result<&HeaderMap, Unreadable> {
        if let Some(headers) = self.headers.get() {
            return Ok(headers);
        }
        let bytes = self.told(abi::request_headers())?;
        let headers = HeaderMap::read(bytes).ok_or(Unreadable)?;
        Ok(self.headers.get_or_init(|| headers))
    }
}

impl Source for Evidence {
    fn header(&self, name: &str) -> Result<Option<Cow<'_, [u8]>>, Unreadable> {
        Ok(self.headers()?.get(name))
    }

    fn has_header(&self, name: &str) -> Result<bool, Unreadable> {
        Ok(self.headers()?.has(name))
    }

    fn fact(&self, fact: Fact) -> Result<Option<Cow<'_, [u8]>>, Unreadable> {
        let (path, form): (&[u8], _) = match fact {
            Fact::SourceAddress => (b"source\0address", Form::Bytes),
            Fact::DestinationPort => (b"destination\0port", Form::Number),
            Fact::Mtls => (b"connection\0mtls", Form::Flag),
            Fact::PeerDigest => (b"connection\0sha256_peer_certificate_digest", Form::Bytes),
            Fact::PeerCertificate => (b"connection\0peer_certificate", Form::Bytes),
            Fact::Metadata => (b"metadata", Form::Bytes),
            Fact::PeerPrincipal => (b"filter_state\0io.istio.peer_principal", Form::Bytes),
        };
        self.told(abi::property(path))?
            .map(|value| form.read(value))
            .transpose()
    }

    fn unix_time(&self) -> Result<Duration, Unreadable> {
        if let Some(time) = self.time.get() {
            return Ok(time);
        }
        let time = self.told(abi::unix_time())?;
        self.time.set(Some(time));
        Ok(time)
    }

    fn monotonic(&self) -> Result<Duration, Unreadable> {
        self.told(abi::monotonic())
    }
}

/// How the proxy writes a property.
#[derive(Clone, Copy)]
enum Form {
    /// Text or bytes as they are.
    Bytes,
    /// Eight bytes, little-endian; read as decimal.
    Number,
    /// One byte, 0 or 1; read as `false` or `true`.
    Flag,
}

impl Form {
    fn read(self, value: Vec<u8>) -> Result<Cow<'static, [u8]>, Unreadable> {
        match self {
            Self::Bytes => Ok(Cow::Owned(value)),
            Self::Number => {
                let bytes = <[u8; 8]>::try_from(value.as_slice()).map_err(|_| Unreadable)?;
                Ok(Cow::Owned(
                    i64::from_le_bytes(bytes).to_string().into_bytes(),
                ))
            }
            Self::Flag => match value.as_slice() {
                [0] => Ok(Cow::Borrowed(b"false")),
                [1] => Ok(Cow::Borrowed(b"true")),
                _ => Err(Unreadable),
            },
        }
    }
}

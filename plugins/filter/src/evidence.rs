//! What the proxy says about one request, asked for when a decision needs it.
//!
//! Header values come through the property `request.headers.<name>`: it joins all values by a
//! comma, where the single-value call shows only the first and hides that there was a second. The
//! single-value call is the cheaper one, and serves where it is only asked whether there is one.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::time::Duration;

use policy::{Fact, Source, Unreadable};

use crate::host::{HostError, abi};

/// Evidence about the request that the proxy is calling about now.
#[derive(Debug)]
pub(crate) struct Evidence {
    /// `request`, NUL, `headers`, NUL, and the last name asked for; kept to be written over.
    path: RefCell<Vec<u8>>,
    fault: Cell<Option<HostError>>,
}

impl Evidence {
    pub(crate) fn new() -> Self {
        let mut path = Vec::with_capacity(HEADERS.len().saturating_add(NAME_ROOM));
        path.extend_from_slice(HEADERS);
        Self {
            path: RefCell::new(path),
            fault: Cell::new(None),
        }
    }

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
}

impl Source for Evidence {
    fn header(&self, name: &str) -> Result<Option<Cow<'_, [u8]>>, Unreadable> {
        let mut path = self.path.borrow_mut();
        path.truncate(HEADERS.len());
        path.extend_from_slice(name.as_bytes());
        Ok(self.told(abi::property(&path))?.map(Cow::Owned))
    }

    fn has_header(&self, name: &str) -> Result<bool, Unreadable> {
        Ok(self.told(abi::first_header(name))?.is_some())
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
        self.told(abi::unix_time())
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

const HEADERS: &[u8] = b"request\0headers\0";

/// Room for the names of headers that policies ask for.
const NAME_ROOM: usize = 48;

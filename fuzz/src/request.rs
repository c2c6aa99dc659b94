//! A request of plain values.

use std::borrow::Cow;
use std::time::Duration;

use policy::{Fact, Source, Unreadable};

/// A request without a peer, whose proxy answers every question.
pub struct Plain<'a> {
    /// `:method`.
    pub method: &'a [u8],
    /// `:path`.
    pub path: &'a [u8],
    /// `:authority`.
    pub host: Option<&'a [u8]>,
}

impl Source for Plain<'_> {
    fn header(&self, name: &str) -> Result<Option<Cow<'_, [u8]>>, Unreadable> {
        Ok(match name {
            ":method" => Some(self.method.into()),
            ":path" => Some(self.path.into()),
            ":authority" => self.host.map(Into::into),
            _ => None,
        })
    }

    fn fact(&self, fact: Fact) -> Result<Option<Cow<'_, [u8]>>, Unreadable> {
        Ok(match fact {
            Fact::SourceAddress => Some(b"203.0.113.9:51234".as_slice().into()),
            Fact::DestinationPort => Some(b"8443".as_slice().into()),
            Fact::Mtls => Some(b"false".as_slice().into()),
            _ => None,
        })
    }

    fn unix_time(&self) -> Result<Duration, Unreadable> {
        Ok(Duration::from_secs(1_800_000_000))
    }

    fn monotonic(&self) -> Result<Duration, Unreadable> {
        Ok(Duration::from_secs(1_000))
    }
}

/// A request for `/` with some headers, behind filters that have put something into metadata.
#[derive(Default)]
pub struct Carrying<'a> {
    /// `:path`; the root where it is empty.
    pub path: &'a [u8],
    /// Headers by their names in lower case.
    pub headers: Vec<(&'a str, &'a [u8])>,
    /// Dynamic metadata.
    pub metadata: Option<&'a [u8]>,
}

impl Source for Carrying<'_> {
    fn header(&self, name: &str) -> Result<Option<Cow<'_, [u8]>>, Unreadable> {
        let root: &[u8] = b"/";
        Ok(match name {
            ":method" => Some(b"GET".as_slice().into()),
            ":path" if self.path.is_empty() => Some(root.into()),
            ":path" => Some(self.path.into()),
            ":authority" => Some(b"shop.example.org".as_slice().into()),
            _ => {
                let mut headers = self.headers.iter();
                let found = headers.find(|(header, _)| *header == name);
                found.map(|(_, value)| (*value).into())
            }
        })
    }

    fn fact(&self, fact: Fact) -> Result<Option<Cow<'_, [u8]>>, Unreadable> {
        let metadata = self.metadata.filter(|_| fact == Fact::Metadata);
        Ok(metadata.map(Into::into))
    }

    fn unix_time(&self) -> Result<Duration, Unreadable> {
        Ok(Duration::from_secs(1_800_000_000))
    }

    fn monotonic(&self) -> Result<Duration, Unreadable> {
        Ok(Duration::from_secs(1_000))
    }
}

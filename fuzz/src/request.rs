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

//! A request of one header, for the tests of this crate's parts.

use std::borrow::Cow;
use std::time::Duration;

use policy::{Fact, Source, Unreadable};

/// A header's name and value, handed over borrowed or copied, as the proxy does.
pub(crate) enum Fake<'a> {
    Borrowed(&'a str, &'a [u8]),
    Copied(&'a str, &'a [u8]),
}

impl Source for Fake<'_> {
    fn header(&self, name: &str) -> Result<Option<Cow<'_, [u8]>>, Unreadable> {
        let (header, value) = match self {
            Self::Borrowed(header, value) => (header, Cow::Borrowed(*value)),
            Self::Copied(header, value) => (header, Cow::Owned(value.to_vec())),
        };
        Ok((*header == name).then_some(value))
    }

    fn fact(&self, _fact: Fact) -> Result<Option<Cow<'_, [u8]>>, Unreadable> {
        Err(Unreadable)
    }

    fn unix_time(&self) -> Result<Duration, Unreadable> {
        Err(Unreadable)
    }

    fn monotonic(&self) -> Result<Duration, Unreadable> {
        Err(Unreadable)
    }
}

//! A request of plain values, for the tests of this crate.

use std::borrow::Cow;
use std::cell::Cell;
use std::time::Duration;

use policy::{Fact, Source, Unreadable};

/// Evidence as a list of headers and a clock.
#[derive(Default)]
pub(crate) struct Fake {
    headers: Vec<(String, Vec<u8>)>,
    copies: bool,
    broken: bool,
    now: Duration,
    /// How many headers were asked for.
    pub(crate) asked: Cell<usize>,
}

impl Fake {
    pub(crate) fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers
            .push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    /// Headers are handed over as copies, as the proxy does.
    pub(crate) const fn copying(mut self) -> Self {
        self.copies = true;
        self
    }

    /// Nothing is answered.
    pub(crate) const fn broken(mut self) -> Self {
        self.broken = true;
        self
    }

    pub(crate) const fn at(mut self, seconds: u64) -> Self {
        self.now = Duration::from_secs(seconds);
        self
    }

    const fn answer<T>(&self, value: T) -> Result<T, Unreadable>
    where
        T: Copy,
    {
        if self.broken {
            Err(Unreadable)
        } else {
            Ok(value)
        }
    }
}

impl Source for Fake {
    fn header(&self, name: &str) -> Result<Option<Cow<'_, [u8]>>, Unreadable> {
        self.answer(())?;
        self.asked.set(self.asked.get() + 1);
        let values = self.headers.iter().filter(|(header, _)| header == name);
        let mut values = values.map(|(_, value)| value.as_slice());
        let Some(first) = values.next() else {
            return Ok(None);
        };
        let joined = values.fold(Cow::Borrowed(first), |all, one| {
            Cow::Owned([&all, b",".as_slice(), one].concat())
        });
        Ok(Some(match joined {
            Cow::Borrowed(value) if self.copies => Cow::Owned(value.to_vec()),
            other => other,
        }))
    }

    fn fact(&self, _fact: Fact) -> Result<Option<Cow<'_, [u8]>>, Unreadable> {
        Err(Unreadable)
    }

    fn unix_time(&self) -> Result<Duration, Unreadable> {
        self.answer(self.now)
    }

    fn monotonic(&self) -> Result<Duration, Unreadable> {
        Err(Unreadable)
    }
}

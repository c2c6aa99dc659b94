//! One element: what one proxy states about the certificate of its peer.

use std::fmt;

use super::{Value, XfccError};

/// What an element can state, in the order in which Envoy writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// The URI SAN of the proxy's own certificate.
    By,
    /// The SHA-256 digest of the peer's certificate, in hex.
    Hash,
    /// The peer's certificate as URL-encoded PEM, quoted.
    Cert,
    /// The peer's certificate and its chain, likewise.
    Chain,
    /// The subject of the peer's certificate after RFC 2253, quoted.
    Subject,
    /// The URI SAN of the peer's certificate; empty where it has none.
    Uri,
    /// A DNS SAN of the peer's certificate; the one key that Envoy itself repeats.
    Dns,
    /// The issuer of the peer's certificate, as the subject.
    Issuer,
}

impl Key {
    const ALL: [Self; 8] = [
        Self::By,
        Self::Hash,
        Self::Cert,
        Self::Chain,
        Self::Subject,
        Self::Uri,
        Self::Dns,
        Self::Issuer,
    ];

    /// The key as Envoy writes it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::By => "By",
            Self::Hash => "Hash",
            Self::Cert => "Cert",
            Self::Chain => "Chain",
            Self::Subject => "Subject",
            Self::Uri => "URI",
            Self::Dns => "DNS",
            Self::Issuer => "Issuer",
        }
    }

    /// The key of these bytes; case does not count (Envoy, "x-forwarded-client-cert").
    fn of(bytes: &[u8]) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|key| key.word().as_bytes().eq_ignore_ascii_case(bytes))
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// One element; `None` is a key that is not there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element<'a> {
    /// [`Key::By`].
    pub by: Option<Value<'a>>,
    /// [`Key::Hash`].
    pub hash: Option<Value<'a>>,
    /// [`Key::Cert`].
    pub cert: Option<Value<'a>>,
    /// [`Key::Chain`].
    pub chain: Option<Value<'a>>,
    /// [`Key::Subject`].
    pub subject: Option<Value<'a>>,
    /// [`Key::Uri`].
    pub uri: Option<Value<'a>>,
    /// [`Key::Dns`], in order.
    pub dns: Vec<Value<'a>>,
    /// [`Key::Issuer`].
    pub issuer: Option<Value<'a>>,
}

impl<'a> Element<'a> {
    /// Reads the first element, and gives what stands behind its comma.
    pub(super) fn parse(header: &'a [u8]) -> Result<(Self, Option<&'a [u8]>), XfccError> {
        let mut element = Self::default();
        let mut last = None;
        let mut rest = header;
        loop {
            let at = rest.iter().position(|byte| *byte == b'=');
            let (word, behind) = at
                .and_then(|at| rest.split_at_checked(at))
                .ok_or(XfccError::BadKey)?;
            let key = Key::of(word).ok_or(XfccError::BadKey)?;
            let (value, behind) = Value::parse(behind.get(1..).unwrap_or_default())?;
            element.set(key, value, last)?;
            last = Some(key);
            match behind.split_first() {
                None => return Ok((element, None)),
                Some((b',', behind)) => return Ok((element, Some(behind))),
                Some((b';', behind)) => rest = behind,
                Some(_) => return Err(XfccError::BadQuote),
            }
        }
    }

    fn set(&mut self, key: Key, value: Value<'a>, last: Option<Key>) -> Result<(), XfccError> {
        let place = match key {
            Key::By => &mut self.by,
            Key::Hash => &mut self.hash,
            Key::Cert => &mut self.cert,
            Key::Chain => &mut self.chain,
            Key::Subject => &mut self.subject,
            Key::Uri => &mut self.uri,
            Key::Issuer => &mut self.issuer,
            Key::Dns => return self.add_dns(value, last),
        };
        if place.is_some() {
            return Err(XfccError::Repeated(key));
        }
        if last.is_some_and(|last| key < last) {
            return Err(XfccError::OutOfOrder(key));
        }
        *place = Some(value);
        Ok(())
    }

    fn add_dns(&mut self, name: Value<'a>, last: Option<Key>) -> Result<(), XfccError> {
        if last > Some(Key::Dns) {
            return Err(XfccError::OutOfOrder(Key::Dns));
        }
        self.dns.push(name);
        Ok(())
    }

    /// Appends it as Envoy writes it.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let single = [
            (Key::By, self.by),
            (Key::Hash, self.hash),
            (Key::Cert, self.cert),
            (Key::Chain, self.chain),
            (Key::Subject, self.subject),
            (Key::Uri, self.uri),
        ];
        let single = single
            .into_iter()
            .filter_map(|(key, value)| Some((key, value?)));
        let dns = self.dns.iter().map(|value| (Key::Dns, *value));
        let issuer = self.issuer.map(|value| (Key::Issuer, value));
        let all = single.chain(dns).chain(issuer);
        for (index, (key, value)) in all.enumerate() {
            if index > 0 {
                out.push(b';');
            }
            out.extend_from_slice(key.word().as_bytes());
            out.push(b'=');
            value.write(out);
        }
    }
}

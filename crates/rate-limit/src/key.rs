//! What a limit counts by: the parts of its key, as bytes that cannot be confused.

use std::rc::Rc;

use policy::{Attribute, Context, Failure, Ipv6Prefix, Presence, Trust};

/// The most parts of a key.
pub(crate) const MAX_PARTS: usize = 4;

/// A compiled key; without parts it is one key for all requests.
#[derive(Clone, Debug, Default)]
pub(crate) struct Key(pub(crate) Vec<Part>);

/// One part of a key.
#[derive(Clone, Debug)]
pub(crate) enum Part {
    /// The client's address, an IPv6 address cut to so many bits: one client has a whole network
    /// of them (RFC 6177 §2).
    RemoteIp(Ipv6Prefix),
    /// What another part of the document knows about the request.
    Attribute(Rc<dyn Attribute>),
}

/// What a request lacks of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Lack {
    /// Nothing: every part has a value.
    Nothing,
    /// A part that the client or the network states.
    Unverified,
    /// A part that should have been verified.
    Verified,
}

const ABSENT: u8 = 0;
const PRESENT: u8 = 1;

impl Key {
    /// The key of one request, each part with its length in front, so that no two lists of values
    /// give the same bytes; and what it lacks. Requests that lack the same parts, and agree in the
    /// others, have the same key.
    pub(crate) fn read(&self, context: &Context<'_>) -> Result<(Vec<u8>, Lack), Failure> {
        let mut key = Vec::with_capacity(32);
        let mut value = Vec::new();
        let mut lack = Lack::Nothing;
        for part in &self.0 {
            value.clear();
            match part.append(context, &mut value)? {
                Presence::Present => {
                    key.push(PRESENT);
                    key.extend_from_slice(&(value.len() as u64).to_le_bytes());
                    key.extend_from_slice(&value);
                }
                Presence::Absent => {
                    key.push(ABSENT);
                    lack = lack.max(match part.trust() {
                        Trust::Unverified => Lack::Unverified,
                        Trust::Verified(_) => Lack::Verified,
                    });
                }
            }
        }
        Ok((key, lack))
    }

    /// The numbers of the parts that nobody verifies.
    pub(crate) fn unverified(&self) -> impl Iterator<Item = usize> + '_ {
        let parts = self.0.iter().enumerate();
        parts
            .filter(|(_, part)| part.trust() == Trust::Unverified)
            .map(|(index, _)| index)
    }

    /// The attributes whose credentials must be verified before the key can be read, each with its
    /// number and its section.
    pub(crate) fn verified(&self) -> impl Iterator<Item = (usize, &'static str, &dyn Attribute)> {
        let parts = self.0.iter().enumerate();
        parts.filter_map(|(index, part)| match part {
            Part::RemoteIp(_) => None,
            Part::Attribute(attribute) => match attribute.trust() {
                Trust::Unverified => None,
                Trust::Verified(section) => Some((index, section, &**attribute)),
            },
        })
    }
}

impl Part {
    fn trust(&self) -> Trust {
        match self {
            Self::RemoteIp(_) => Trust::Unverified,
            Self::Attribute(attribute) => attribute.trust(),
        }
    }

    fn append(&self, context: &Context<'_>, out: &mut Vec<u8>) -> Result<Presence, Failure> {
        match self {
            Self::Attribute(attribute) => attribute.append_key(context, out),
            Self::RemoteIp(prefix) => Ok(match context.request.remote_ip()? {
                Some(ip) => {
                    prefix.append(ip, out);
                    Presence::Present
                }
                None => Presence::Absent,
            }),
        }
    }
}

/// The values in a key that [`Key::read`] has made, in the order of its parts; `None` for a part
/// that the request lacks.
pub(crate) fn values(mut key: &[u8]) -> Vec<Option<&[u8]>> {
    let mut values = Vec::with_capacity(MAX_PARTS);
    while let Some((&mark, rest)) = key.split_first() {
        key = rest;
        values.push(if mark == PRESENT {
            let Some((length, rest)) = key.split_first_chunk::<8>() else {
                break;
            };
            let length = usize::try_from(u64::from_le_bytes(*length)).unwrap_or(usize::MAX);
            let Some((value, rest)) = rest.split_at_checked(length) else {
                break;
            };
            key = rest;
            Some(value)
        } else {
            None
        });
    }
    values
}

#[cfg(test)]
mod tests;

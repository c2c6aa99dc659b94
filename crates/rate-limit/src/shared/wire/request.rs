//! What a service is asked: `RateLimitRequest` with its descriptors.

use super::Unit;
use super::writer::Writer;

/// `envoy.service.ratelimit.v3.RateLimitRequest`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateLimitRequest<'a> {
    /// Whose limits; the service must have a configuration for it, which may be empty.
    pub domain: &'a str,
    /// What is counted, one limit's key each. Each is answered by its own status.
    pub descriptors: &'a [Descriptor],
}

/// `envoy.extensions.common.ratelimit.v3.RateLimitDescriptor`: one key of one limit, with the limit
/// itself, so that the service need not know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Descriptor {
    /// Names and values. Never a secret.
    pub entries: Vec<(Box<str>, Box<str>)>,
    /// How many per unit.
    pub requests: u32,
    /// The unit.
    pub unit: Unit,
    /// How many are taken; 0 only looks.
    pub hits: u32,
}

impl RateLimitRequest<'_> {
    /// The message's bytes.
    ///
    /// # Security
    /// Each descriptor says how much it takes. A service from before 2025 does not read that and
    /// goes by the message's own number, which is therefore the largest of all: such a service
    /// takes too much, never too little.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut message = Writer::default();
        message.bytes(1, self.domain.as_bytes());
        for descriptor in self.descriptors {
            message.message(2, &descriptor.encode());
        }
        let hits = self.descriptors.iter().map(|descriptor| descriptor.hits);
        message.number(3, u64::from(hits.fold(0, u32::max)));
        message.into_bytes()
    }
}

impl Descriptor {
    fn encode(&self) -> Vec<u8> {
        let mut message = Writer::default();
        for (key, value) in &self.entries {
            let mut entry = Writer::default();
            entry.bytes(1, key.as_bytes());
            entry.bytes(2, value.as_bytes());
            message.message(1, &entry.into_bytes());
        }
        let mut limit = Writer::default();
        limit.number(1, u64::from(self.requests));
        limit.number(2, u64::from(self.unit.number()));
        message.message(2, &limit.into_bytes());
        let mut hits = Writer::default();
        hits.number(1, u64::from(self.hits));
        message.message(3, &hits.into_bytes());
        message.into_bytes()
    }
}

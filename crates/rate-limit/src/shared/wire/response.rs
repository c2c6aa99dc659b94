//! What a service answers: `RateLimitResponse` with a status for each descriptor.

use std::time::Duration;

use super::reader::{Malformed, Reader};

/// The most statuses that are read. None is asked for more.
pub const MAX_STATUSES: usize = 256;

/// `envoy.service.ratelimit.v3.RateLimitResponse`, as far as it is used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RateLimitResponse {
    /// Over all descriptors.
    pub overall: Code,
    /// Of each descriptor, in the order in which they were asked.
    pub statuses: Vec<DescriptorStatus>,
}

/// Whether there was room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Code {
    /// Not said, or in a word that is not known: nothing to pass by.
    #[default]
    Unknown,
    /// There was room.
    Ok,
    /// There was none.
    OverLimit,
}

/// `RateLimitResponse.DescriptorStatus`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DescriptorStatus {
    /// Whether there was room.
    pub code: Code,
    /// The limit that the service went by; a service that knows none for the descriptor says OK
    /// and none here.
    pub limit: Option<CurrentLimit>,
    /// What is left of it in this window.
    pub remaining: u32,
    /// How long the window lasts from now on, to whole seconds; `None` where it is not said, or is
    /// no time.
    pub until_reset: Option<Duration>,
}

/// `RateLimitResponse.RateLimit`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CurrentLimit {
    /// How many per unit.
    pub requests: u32,
    /// The unit's number.
    pub unit: u32,
}

/// `google.protobuf.Duration`.
#[derive(Clone, Copy, Default)]
struct Time {
    seconds: u64,
    nanos: u32,
}

impl RateLimitResponse {
    /// Reads the message.
    ///
    /// # Errors
    /// It is none, or has more than [`MAX_STATUSES`].
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut response = Self::default();
        let mut reader = Reader(bytes);
        while let Some((field, value)) = reader.field()? {
            match field {
                1 => response.overall = Code::of(value.low()?),
                2 if response.statuses.len() == MAX_STATUSES => return Err(Malformed),
                2 => {
                    let status = DescriptorStatus::decode(value.bytes()?)?;
                    response.statuses.push(status);
                }
                _ => {}
            }
        }
        Ok(response)
    }
}

impl Code {
    const fn of(number: u32) -> Self {
        match number {
            1 => Self::Ok,
            2 => Self::OverLimit,
            _ => Self::Unknown,
        }
    }
}

impl DescriptorStatus {
    fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut status = Self::default();
        let mut time: Option<Time> = None;
        let mut reader = Reader(bytes);
        while let Some((field, value)) = reader.field()? {
            match field {
                1 => status.code = Code::of(value.low()?),
                // A message that comes in parts is put together (Encoding, "Last One Wins").
                2 => status.limit.get_or_insert_default().merge(value.bytes()?)?,
                3 => status.remaining = value.low()?,
                4 => time.get_or_insert_default().merge(value.bytes()?)?,
                _ => {}
            }
        }
        status.until_reset = time.and_then(Time::duration);
        Ok(status)
    }
}

impl CurrentLimit {
    fn merge(&mut self, bytes: &[u8]) -> Result<(), Malformed> {
        let mut reader = Reader(bytes);
        while let Some((field, value)) = reader.field()? {
            match field {
                1 => self.requests = value.low()?,
                2 => self.unit = value.low()?,
                _ => {}
            }
        }
        Ok(())
    }
}

impl Time {
    fn merge(&mut self, bytes: &[u8]) -> Result<(), Malformed> {
        let mut reader = Reader(bytes);
        while let Some((field, value)) = reader.field()? {
            match field {
                1 => self.seconds = value.number()?,
                2 => self.nanos = value.low()?,
                _ => {}
            }
        }
        Ok(())
    }

    /// `None` where it is negative or has more than a second of nanoseconds.
    fn duration(self) -> Option<Duration> {
        let seconds = i64::try_from(self.seconds).ok()?;
        let seconds = u64::try_from(seconds).ok()?;
        (self.nanos < 1_000_000_000).then(|| Duration::new(seconds, self.nanos))
    }
}

//! Leases that are read and written as one value.

use super::super::lease::Lease;
use crate::Moment;
use crate::table::{Bytes, Seed};

/// Leases in a set.
pub(super) const PLACES: usize = 4;

/// The bytes of a full set: the mark, the seal, and the leases.
pub(super) const SIZE: usize = 12 + PLACES * LEASE;

/// The bytes of a lease with its fingerprint.
const LEASE: usize = 4 * 4 + 6 * 8;

/// Marks a value as a set of leases, and its format.
const MAGIC: [u8; 4] = *b"PRG1";

/// Up to [`PLACES`] leases, each with the fingerprint of its key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct LeaseSet(Vec<(u64, Lease)>);

impl LeaseSet {
    /// The lease of this key, or a new one where there is room or an idle one gives up its place.
    pub(super) fn place(&mut self, fingerprint: u64, now: Moment) -> Option<&mut Lease> {
        let known = self.0.iter().position(|(other, _)| *other == fingerprint);
        let at = match known {
            Some(at) => at,
            None if self.0.len() < PLACES => {
                self.0.push((fingerprint, Lease::default()));
                self.0.len().saturating_sub(1)
            }
            None => {
                let idle = self.0.iter().position(|(_, lease)| lease.is_idle(now))?;
                *self.0.get_mut(idle)? = (fingerprint, Lease::default());
                idle
            }
        };
        self.0.get_mut(at).map(|(_, lease)| lease)
    }

    pub(super) fn to_bytes(&self, name: &str, seed: &Seed) -> Vec<u8> {
        let mut body = Vec::with_capacity(SIZE);
        for (fingerprint, lease) in &self.0 {
            body.extend_from_slice(&fingerprint.to_le_bytes());
            for number in [lease.tokens, lease.remaining, lease.batch, lease.wanted] {
                body.extend_from_slice(&number.to_le_bytes());
            }
            for moment in [lease.lasts, lease.over, lease.asked, lease.until] {
                body.extend_from_slice(&moment.nanos().to_le_bytes());
            }
            body.extend_from_slice(&lease.nonce.to_le_bytes());
        }
        let mut value = Vec::with_capacity(SIZE);
        value.extend_from_slice(&MAGIC);
        value.extend_from_slice(&seed.seal(name, &body).to_le_bytes());
        value.append(&mut body);
        value
    }

    /// Reads what is stored under `name`; `None` for anything that [`Self::to_bytes`] with the same
    /// seed and name does not write.
    pub(super) fn from_bytes(value: &[u8], name: &str, seed: &Seed) -> Option<Self> {
        let mut bytes = Bytes(value);
        if bytes.take::<4>()? != MAGIC || bytes.u64()? != seed.seal(name, bytes.0) {
            return None;
        }
        let mut set = Self::default();
        while !bytes.is_empty() {
            if set.0.len() == PLACES {
                return None;
            }
            let fingerprint = bytes.u64()?;
            let lease = Lease {
                tokens: bytes.u32()?,
                remaining: bytes.u32()?,
                batch: bytes.u32()?,
                wanted: bytes.u32()?,
                lasts: bytes.moment()?,
                over: bytes.moment()?,
                asked: bytes.moment()?,
                until: bytes.moment()?,
                nonce: bytes.u64()?,
            };
            set.0.push((fingerprint, lease));
        }
        Some(set)
    }
}

//! Shared data as a [`Store`]: compare-and-swap, and create-if-absent by a reserved number.
//!
//! The ABI leaves open what a number does for a key that is absent, and takes 0 for "do not check".
//! A number that no value bears (`u32::MAX`) creates where there is none and is refused where there
//! is one; because that is the proxy's habit and not its promise, it is tried before it is used.

use std::cell::Cell;
use std::num::NonZeroU32;

use policy::{Expected, Store, StoreError, Stored, Swap, Version};

use super::{HostError, abi};

/// The values that all workers of the proxy with the same `vm_id` share.
///
/// # Security
/// Other plugins with the same `vm_id` read and write the same keys: what is read is hostile input.
#[derive(Debug, Default)]
pub(crate) struct SharedData {
    trust: Cell<Trust>,
}

impl SharedData {
    /// Tries the proxy's compare-and-swap on the first use; once it failed, it stays refused.
    fn tried(&self) -> Result<(), StoreError> {
        if self.trust.get() == Trust::Untried {
            let fault = match trial() {
                Ok(None) => None,
                Ok(Some(promise)) => Some(promise.to_owned()),
                Err(error) => Some(error.to_string()),
            };
            self.trust.set(match &fault {
                None => Trust::Kept,
                Some(_) => Trust::Broken,
            });
            if let Some(fault) = fault {
                // The denial that follows says it too, should the log fail as well.
                log::error!("shared data cannot be trusted: {fault}");
            }
        }
        match self.trust.get() {
            Trust::Kept => Ok(()),
            Trust::Untried | Trust::Broken => Err(StoreError),
        }
    }
}

impl Store for SharedData {
    fn read(&self, key: &str) -> Result<Option<Stored>, StoreError> {
        self.tried()?;
        let Some((value, number)) = abi::shared_data(key).map_err(|_| StoreError)? else {
            return Ok(None);
        };
        let version = Version(NonZeroU32::new(number).ok_or(StoreError)?);
        Ok(Some(Stored { value, version }))
    }

    fn swap(&self, key: &str, value: &[u8], expected: Expected) -> Result<Swap, StoreError> {
        self.tried()?;
        let number = match expected {
            Expected::Absent => RESERVED,
            Expected::Version(version) => version.0.get(),
        };
        swap(key, value, number).map_err(|_| StoreError)
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Trust {
    #[default]
    Untried,
    Kept,
    Broken,
}

/// The number that stands for "no value yet". The proxy numbers its values from 1 upwards.
const RESERVED: u32 = u32::MAX;

/// The key that the trial writes to, and no one else.
const TRIAL_KEY: &str = "portcullis.1.trial";

/// How often the trial may lose to other workers' trials. Each of them writes twice at most.
const TRIAL_ROUNDS: usize = 1_024;

/// Sees whether the proxy keeps what [`Store`] promises; the promise that it broke, if any. Other
/// workers try at the same time, so nothing is concluded from what they too could have caused.
fn trial() -> Result<Option<&'static str>, HostError> {
    for _ in 0..TRIAL_ROUNDS {
        let _ = swap(TRIAL_KEY, b"0", RESERVED)?;
        let Some((_, number)) = abi::shared_data(TRIAL_KEY)? else {
            return Ok(Some("a value that was written is not there"));
        };
        if number == 0 || number == RESERVED {
            return Ok(Some("a value bears a reserved number"));
        }
        if swap(TRIAL_KEY, b"1", RESERVED)? == Swap::Done {
            return Ok(Some("a value was created over another"));
        }
        if swap(TRIAL_KEY, b"2", number)? == Swap::Lost {
            continue; // another worker was first
        }
        if swap(TRIAL_KEY, b"3", number)? == Swap::Done {
            return Ok(Some("a value was replaced by its old number"));
        }
        return Ok(None);
    }
    Ok(Some("a value could not be replaced by its number"))
}

fn swap(key: &str, value: &[u8], number: u32) -> Result<Swap, HostError> {
    match abi::set_shared_data(key, value, number) {
        Ok(()) => Ok(Swap::Done),
        Err(error) if error.status == abi::CAS_MISMATCH => Ok(Swap::Lost),
        Err(error) => Err(error),
    }
}

//! The proxy's two clocks: one for dates, one for durations.
//!
//! Limits and leases use the monotonic one; a clock that is set back must not refill a bucket.

use std::time::Duration;

use super::{HostError, abi};

/// Wall clock since the Unix epoch: only for what a standard states in dates.
pub(crate) fn unix_time() -> Result<Duration, HostError> {
    abi::unix_nanoseconds().map(Duration::from_nanos)
}

/// A clock that never goes back, the same for all workers of the process.
pub(crate) fn monotonic() -> Result<Duration, HostError> {
    abi::monotonic_nanoseconds().map(Duration::from_nanos)
}

//! What a process has used, from the system's own accounting.
//!
//! Processor time is summed over its threads in nanoseconds; no clock of ours is in it, so that
//! waiting for a busy machine costs nothing.

use std::fs;

/// Nanoseconds of processor time that a process has used.
///
/// # Panics
/// When the process is gone.
#[must_use]
pub(crate) fn processor_time(process: u32) -> u64 {
    let threads = fs::read_dir(format!("/proc/{process}/task")).expect("a running process");
    threads
        .filter_map(|thread| {
            let text = fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
            text.split_whitespace().next()?.parse::<u64>().ok()
        })
        .sum()
}

/// Bytes of a process in memory.
///
/// # Panics
/// When the process is gone.
#[must_use]
pub(crate) fn resident(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("a running process");
    let kilobytes = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.split_whitespace().next())
        .and_then(|number| number.parse::<u64>().ok());
    kilobytes.expect("a size in memory") * 1024
}

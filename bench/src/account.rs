//! What a process has used, from the system's own accounting.
//!
//! Processor time is summed over its threads in nanoseconds; no clock of ours is in it, so that
//! waiting for a busy machine costs nothing.

use std::{
    fs,
    ops::{AddAssign, Sub},
};

/// Nanoseconds of processor time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Used {
    /// Of the proxy's main thread and its workers.
    pub(crate) serving: u64,
    /// Of all other threads: those that compile wasm, above all.
    pub(crate) beside: u64,
}

impl Used {
    /// What a process has used so far.
    ///
    /// # Panics
    /// When the process is gone.
    #[must_use]
    pub(crate) fn by(process: u32) -> Self {
        let threads = fs::read_dir(format!("/proc/{process}/task")).expect("a running process");
        let mut used = Self::default();
        for thread in threads.flatten() {
            let read = |file| fs::read_to_string(thread.path().join(file)).unwrap_or_default();
            let time = read("schedstat");
            let time = time.split_whitespace().next();
            let time = time.and_then(|time| time.parse().ok()).unwrap_or(0);
            let main = thread.file_name().to_str() == Some(&process.to_string());
            if main || read("comm").starts_with(WORKER) {
                used.serving += time;
            } else {
                used.beside += time;
            }
        }
        used
    }

    /// All of it.
    #[must_use]
    pub(crate) const fn whole(self) -> u64 {
        self.serving + self.beside
    }

    /// The part of it that did not serve, per cent.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "nanoseconds of a run")]
    pub(crate) fn beside_percent(self) -> f64 {
        100.0 * self.beside as f64 / self.whole().max(1) as f64
    }
}

impl Sub for Used {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self {
            serving: self.serving.saturating_sub(before.serving),
            beside: self.beside.saturating_sub(before.beside),
        }
    }
}

impl AddAssign for Used {
    fn add_assign(&mut self, other: Self) {
        self.serving += other.serving;
        self.beside += other.beside;
    }
}

/// What the proxy calls the threads that serve.
const WORKER: &str = "wrk:worker";

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

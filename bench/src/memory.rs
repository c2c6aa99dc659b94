//! Memory by number of workers, and how long a configuration takes.

use std::{thread, time::Duration};

use serde_json::Value;

use crate::{account::resident, proxy::Setup, world::World};

/// Megabytes of a proxy with so many workers, once it has come to rest.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "megabytes")]
pub(crate) fn megabytes(filters: &[Value], workers: u32, world: &World) -> f64 {
    let mut setup = Setup::new(filters.to_vec());
    setup.workers = workers;
    let proxy = setup.start(world);
    let mut before = 0;
    for _ in 0..40 {
        thread::sleep(Duration::from_millis(250));
        let now = resident(proxy.process());
        if now.abs_diff(before) < 100_000 {
            break;
        }
        before = now;
    }
    resident(proxy.process()) as f64 / 1e6
}

/// Milliseconds that each thread took for `proxy_on_configure`, from the proxy's own log.
#[must_use]
pub(crate) fn configure_times(filters: &[Value], world: &World) -> Vec<f64> {
    let mut setup = Setup::new(filters.to_vec());
    setup.traced = true;
    let proxy = setup.start(world);
    for _ in 0..100 {
        let times = configures(&proxy.log());
        if times.len() >= THREADS {
            return times;
        }
        thread::sleep(Duration::from_millis(50));
    }
    configures(&proxy.log())
}

/// The clone that only tries, the main thread, and one worker.
const THREADS: usize = 3;

/// Each call's time between its line and that of its return; a thread makes one at a time.
fn configures(log: &str) -> Vec<f64> {
    let mut open: Vec<(&str, f64)> = Vec::new();
    let mut times = Vec::new();
    for line in log
        .lines()
        .filter(|line| line.contains("proxy_on_configure"))
    {
        let mut words = line.split_whitespace();
        let (Some(clock), Some(thread)) = (words.next(), words.next()) else {
            continue;
        };
        let Some(now) = milliseconds(clock) else {
            continue;
        };
        let began = open.iter().position(|(other, _)| *other == thread);
        match began {
            Some(at) if line.contains("return") => times.push(now - open.swap_remove(at).1),
            _ => open.push((thread, now)),
        }
    }
    times
}

/// `HH:MM:SS.micros` in milliseconds.
fn milliseconds(clock: &str) -> Option<f64> {
    let mut parts = clock.split(':').map(str::parse::<f64>);
    let (hours, minutes, seconds) = (
        parts.next()?.ok()?,
        parts.next()?.ok()?,
        parts.next()?.ok()?,
    );
    Some(((hours * 60.0 + minutes) * 60.0 + seconds) * 1_000.0)
}

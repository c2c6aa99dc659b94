//! How long an answer takes at a fixed rate, counted from when its request was due.
//!
//! A request that could not be sent in time because the one before it was slow has waited already;
//! a clock that starts when it is sent would hide that (Gil Tene's "coordinated omission").

use std::{
    net::SocketAddr,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use crate::{
    caller::Caller,
    sample::{Sample, quantile},
    traffic::Traffic,
    world::World,
};

/// Latencies of one lane, in microseconds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Latency {
    /// Round by round, each sorted.
    rounds: Vec<Vec<f64>>,
}

impl Latency {
    /// One round: sends [`RATE`] requests a second for so long.
    ///
    /// # Panics
    /// When the proxy does not permit.
    pub(crate) fn measure(&mut self, address: SocketAddr, world: &World, lasting: Duration) {
        let tls = world.client();
        let callers: Vec<Caller> = (0..CONNECTIONS)
            .map(|_| Caller::connect(address, &tls))
            .collect();
        let start = Instant::now() + Duration::from_millis(20);
        let step = Duration::from_secs(1) / RATE;
        let due = move |number: u32| start + step * number;
        let tokens = Arc::new(world.tokens().to_vec());
        let threads: Vec<_> = (0..)
            .zip(callers)
            .map(|(first, mut caller)| {
                let tokens = Arc::clone(&tokens);
                thread::spawn(move || {
                    let mut request = Vec::new();
                    let expected = Traffic::same().write_next(&tokens, &mut request);
                    let mut micros = Vec::new();
                    for number in (first..).step_by(CONNECTIONS as usize) {
                        let due = due(number);
                        if due.duration_since(start) >= lasting {
                            break;
                        }
                        thread::sleep(due.saturating_duration_since(Instant::now()));
                        caller.send(&request);
                        assert_eq!(caller.status(), expected, "a permit");
                        micros.push(due.elapsed().as_secs_f64() * 1e6);
                    }
                    micros
                })
            })
            .collect();
        let answers = threads.into_iter().map(thread::JoinHandle::join);
        self.rounds
            .push(sorted(answers.flat_map(|micros| micros.expect("a caller"))));
    }

    /// A quantile of all that was measured, in microseconds.
    #[must_use]
    pub(crate) fn quantile(&self, part: f64) -> f64 {
        quantile(&sorted(self.rounds.iter().flatten().copied()), part)
    }

    /// What it adds to a base at a quantile, over what another adds, round by round. A round in which the
    /// other added nothing says only that something else took all the time; `None` where all were such.
    #[must_use]
    pub(crate) fn ratio(&self, other: &Self, base: &Self, part: f64) -> Option<Sample> {
        let at = |latency: &Self| -> Vec<f64> {
            let rounds = latency.rounds.iter();
            rounds.map(|round| quantile(round, part)).collect()
        };
        let rounds = at(self).into_iter().zip(at(other)).zip(at(base));
        let added = rounds.map(|((ours, theirs), base)| (ours - base, theirs - base));
        let ratios: Vec<f64> = added
            .filter(|(_, theirs)| *theirs >= 1.0)
            .map(|(ours, theirs)| ours / theirs)
            .collect();
        (!ratios.is_empty()).then(|| Sample::of(ratios))
    }
}

fn sorted(micros: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut micros: Vec<f64> = micros.collect();
    micros.sort_by(f64::total_cmp);
    micros
}

/// Requests a second; few enough that a worker is idle most of the time, whatever its filters do.
pub(crate) const RATE: u32 = 1_000;

/// Connections that share the rate.
const CONNECTIONS: u32 = 16;

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(medians: &[f64]) -> Latency {
        Latency {
            rounds: medians.iter().map(|median| vec![*median; 3]).collect(),
        }
    }

    #[test]
    fn rounds_in_which_the_other_adds_nothing_tell_nothing() {
        let base = measured(&[100.0, 100.0, 100.0]);
        let service = measured(&[300.0, 90.0, 200.0]);
        let ours = measured(&[150.0, 500.0, 125.0]);
        let ratio = ours.ratio(&service, &base, 0.5).expect("two rounds");
        assert!((ratio.median - 0.25).abs() < 1e-9, "{ratio:?}");
        assert!(ours.ratio(&base, &base, 0.5).is_none());
    }
}

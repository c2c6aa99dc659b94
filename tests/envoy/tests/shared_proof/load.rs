//! A load at a fixed pace over two proxies, from the beginning of a second on.

use std::time::{Duration, SystemTime};

use portcullis_envoy_tests::{Client, Request};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep_until},
};

/// What came of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) offered: u32,
    pub(crate) admitted: u32,
    pub(crate) limited: u32,
    pub(crate) unavailable: u32,
    /// By whole seconds of the wall clock in which the answers came.
    pub(crate) by_second: Vec<u32>,
    /// Of every request, sorted.
    pub(crate) latencies: Vec<Duration>,
}

impl Outcome {
    /// The time that so many of a thousand requests stay below.
    pub(crate) fn quantile(&self, of_thousand: usize) -> Duration {
        let last = self.latencies.len() - 1;
        self.latencies[(self.latencies.len() * of_thousand / 1_000).min(last)]
    }
}

/// The next whole second of the wall clock, but for a moment.
fn next_second() -> Instant {
    let now = SystemTime::now();
    let since = now.duration_since(SystemTime::UNIX_EPOCH).unwrap();
    let left = 1_000_000_000 - u64::from(since.subsec_nanos());
    Instant::now() + Duration::from_nanos(left) + Duration::from_millis(3)
}

/// Sends so many requests a second for so many seconds, evenly, in turn at the clients.
pub(crate) async fn send(clients: &[Client], per_second: u32, seconds: u32) -> Outcome {
    let connections = (per_second / 10).clamp(8, 64);
    let mut open = Vec::new();
    for number in 0..connections {
        let client = &clients[number as usize % clients.len()];
        open.push(client.connect().await.unwrap());
    }
    let start = next_second();
    let offered = per_second * seconds;
    let mut tasks = JoinSet::new();
    for (first, mut connection) in (0..).zip(open) {
        tasks.spawn(async move {
            let mut outcome = Outcome {
                by_second: vec![0; seconds as usize + 1],
                ..Outcome::default()
            };
            for number in (first..offered).step_by(connections as usize) {
                sleep_until(start + Duration::from_secs(1) * number / per_second).await;
                let sent = Instant::now();
                let status = connection.send(&Request::get("/")).await.status;
                outcome.latencies.push(sent.elapsed());
                match status {
                    200 => {
                        outcome.admitted += 1;
                        let second = (Instant::now() - start).as_secs() as usize;
                        outcome.by_second[second.min(seconds as usize)] += 1;
                    }
                    429 => outcome.limited += 1,
                    503 => outcome.unavailable += 1,
                    other => panic!("status {other}"),
                }
            }
            outcome
        });
    }
    let mut sum = Outcome {
        offered,
        by_second: vec![0; seconds as usize + 1],
        ..Outcome::default()
    };
    for one in tasks.join_all().await {
        sum.admitted += one.admitted;
        sum.limited += one.limited;
        sum.unavailable += one.unavailable;
        for (all, one) in sum.by_second.iter_mut().zip(one.by_second) {
            *all += one;
        }
        sum.latencies.extend(one.latencies);
    }
    sum.latencies.sort_unstable();
    sum
}

//! A load of requests at a fixed pace, from many connections.

use std::time::Duration;

use portcullis_envoy_tests::{Envoy, Request};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep_until},
};

/// So many requests a second, for so long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    pub(crate) per_second: u32,
    pub(crate) time: Duration,
    pub(crate) connections: u32,
}

/// What came of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outcome {
    pub(crate) offered: u32,
    pub(crate) admitted: u32,
    /// From the first request sent to the last one sent.
    pub(crate) sent: Duration,
    /// From the first request sent to the last response.
    pub(crate) answered: Duration,
}

impl Load {
    /// Sends it. Each connection sends its share of the requests at their times; one that is late
    /// sends at once, so that none is left out.
    pub(crate) async fn send(self, envoy: &Envoy) -> Outcome {
        let offered = self.per_second * u32::try_from(self.time.as_secs()).unwrap();
        let connections = self.connections;
        let mut tasks = JoinSet::new();
        let start = Instant::now() + Duration::from_millis(50);
        for first in 0..connections {
            let mut connection = envoy.client().connect().await.unwrap();
            tasks.spawn(async move {
                let mut admitted = 0;
                let mut last = start;
                for number in (first..offered).step_by(connections as usize) {
                    sleep_until(start + Duration::from_secs(1) * number / self.per_second).await;
                    last = Instant::now();
                    let status = connection.send(&Request::get("/")).await.status;
                    assert!([200, 429].contains(&status), "{status}");
                    admitted += u32::from(status == 200);
                }
                (admitted, last, Instant::now())
            });
        }
        let all = tasks.join_all().await;
        let last_sent = all.iter().map(|(_, sent, _)| *sent).max().unwrap();
        let last_answer = all.iter().map(|(_, _, answer)| *answer).max().unwrap();
        Outcome {
            offered,
            admitted: all.iter().map(|(admitted, ..)| admitted).sum(),
            sent: last_sent - start,
            answered: last_answer - start,
        }
    }
}

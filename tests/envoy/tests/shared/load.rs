//! A load that goes on while something is killed.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use portcullis_envoy_tests::{Client, Request, until};
use tokio::task::JoinSet;

use crate::pair::Counted;

/// Requests at several clients, one after the other at each connection, until [`Self::end`].
pub(crate) struct Load {
    tasks: JoinSet<Duration>,
    so_far: Arc<SoFar>,
}

#[derive(Default)]
struct SoFar {
    permitted: AtomicUsize,
    limited: AtomicUsize,
    unavailable: AtomicUsize,
    over: AtomicBool,
}

impl Load {
    /// So many callers, in turn at these clients. A proxy that is gone answers nobody, which is not
    /// counted.
    pub(crate) fn begin(clients: &[Client], callers: usize) -> Self {
        let so_far = Arc::<SoFar>::default();
        let mut tasks = JoinSet::new();
        for client in clients.iter().cycle().take(callers) {
            tasks.spawn(call(client.clone(), Arc::clone(&so_far)));
        }
        Self { tasks, so_far }
    }

    pub(crate) fn counted(&self) -> Counted {
        let read = |counter: &AtomicUsize| counter.load(Ordering::Relaxed);
        Counted {
            permitted: read(&self.so_far.permitted),
            limited: read(&self.so_far.limited),
            unavailable: read(&self.so_far.unavailable),
        }
    }

    /// Waits until this is so of what was counted from now on.
    pub(crate) async fn until(&self, what: &str, is_so: impl Fn(Counted) -> bool) {
        let before = self.counted();
        until(what, async || {
            let now = self.counted();
            let since = Counted {
                permitted: now.permitted - before.permitted,
                limited: now.limited - before.limited,
                unavailable: now.unavailable - before.unavailable,
            };
            is_so(since).then_some(())
        })
        .await;
    }

    /// Ends; what became of all requests, and how long the slowest took.
    pub(crate) async fn end(mut self) -> (Counted, Duration) {
        self.so_far.over.store(true, Ordering::Relaxed);
        let mut slowest = Duration::ZERO;
        while let Some(took) = self.tasks.join_next().await {
            slowest = slowest.max(took.unwrap());
        }
        (self.counted(), slowest)
    }
}

/// One caller: its slowest answer.
async fn call(client: Client, so_far: Arc<SoFar>) -> Duration {
    let request = Request::get("/").to_bytes();
    let mut slowest = Duration::ZERO;
    while !so_far.over.load(Ordering::Relaxed) {
        let started = Instant::now();
        let Ok(response) = client.try_send(&request).await else {
            tokio::task::yield_now().await;
            continue;
        };
        slowest = slowest.max(started.elapsed());
        let counter = match response.status {
            200 => &so_far.permitted,
            429 => &so_far.limited,
            503 => &so_far.unavailable,
            other => panic!("status {other}"),
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }
    slowest
}

//! Requests without a pause, each with a token that is good, each of which must be let in.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use portcullis_envoy_tests::{Client, Request, until};
use tokio::task::JoinHandle;

use crate::edge::{WORKERS, orders};

/// A load that runs until it is stopped, on connections of its own.
pub(crate) struct Load {
    state: Arc<State>,
    tasks: Vec<JoinHandle<()>>,
}

struct State {
    client: Client,
    stop: AtomicBool,
    token: Mutex<String>,
    sent: AtomicUsize,
    failures: Mutex<Vec<String>>,
}

impl Load {
    /// Sends this token over and over, each time on a new connection, so that every worker sees it.
    pub(crate) fn start(client: Client, token: &str) -> Self {
        let state = Arc::new(State {
            client,
            stop: AtomicBool::new(false),
            token: Mutex::new(token.to_owned()),
            sent: AtomicUsize::new(0),
            failures: Mutex::default(),
        });
        let tasks = (0..2).map(|_| tokio::spawn(send(Arc::clone(&state))));
        Self {
            tasks: tasks.collect(),
            state,
        }
    }

    /// Goes on with another token.
    pub(crate) fn goes_on_with(&self, token: &str) {
        token.clone_into(&mut self.state.token.lock().unwrap());
    }

    /// Waits until it has sent some more.
    pub(crate) async fn sends_more(&self) {
        let sent = self.state.sent.load(Ordering::Relaxed);
        until("more requests", async || {
            (self.state.sent.load(Ordering::Relaxed) > sent + 50).then_some(())
        })
        .await;
    }

    /// Stops, and holds it to what it was for.
    pub(crate) async fn ends_without_a_failure(self) {
        self.state.stop.store(true, Ordering::Relaxed);
        for task in self.tasks {
            task.await.unwrap();
        }
        let failures = self.state.failures.lock().unwrap();
        let first = failures.first();
        assert_eq!(first, None, "the first of {}", failures.len());
        assert!(self.state.sent.load(Ordering::Relaxed) > 100);
    }
}

async fn send(state: Arc<State>) {
    while !state.stop.load(Ordering::Relaxed) {
        let token = state.token.lock().unwrap().clone();
        let request = orders(&token);
        let answer = state.client.try_send(&request.to_bytes()).await;
        state.sent.fetch_add(1, Ordering::Relaxed);
        let failure = match answer {
            Ok(response) if response.status == 200 => continue,
            Ok(response) => format!("{}: {}", response.status, response.text()),
            Err(error) => error.to_string(),
        };
        state.failures.lock().unwrap().push(failure);
    }
}

/// Waits until a request is answered like this on every worker: many times in a row, each time on a
/// new connection.
pub(crate) async fn settles(client: &Client, request: impl Fn() -> Request, code: Option<&str>) {
    let what = code.unwrap_or("permitted");
    until(&format!("all workers to say {what}"), async || {
        for _ in 0..WORKERS * 12 {
            let response = client.send(&request()).await;
            if response.code().as_deref() != code || (response.status == 200) != code.is_none() {
                return None;
            }
        }
        Some(())
    })
    .await;
}

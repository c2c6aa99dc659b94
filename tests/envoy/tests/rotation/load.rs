//! Requests without a pause, each of which must be answered well.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use portcullis_envoy_tests::{Client, Request, Response};
use tokio::task::JoinHandle;

/// What a load has come to so far.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) requests: usize,
    pub(crate) failures: Vec<String>,
    /// The certificates that the upstream was told about, by their digests.
    pub(crate) peers: BTreeSet<String>,
}

/// A load that runs until it is stopped.
pub(crate) struct Load {
    stop: Arc<AtomicBool>,
    client: Arc<Mutex<Client>>,
    tally: Arc<Mutex<Tally>>,
    task: JoinHandle<()>,
}

impl Load {
    /// Sends a request over and over, each on a connection of its own.
    pub(crate) fn start(client: Client, request: fn() -> Request) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let client = Arc::new(Mutex::new(client));
        let tally = Arc::<Mutex<Tally>>::default();
        let task = {
            let (stop, client, tally) =
                (Arc::clone(&stop), Arc::clone(&client), Arc::clone(&tally));
            tokio::spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    let client = client.lock().unwrap().clone();
                    let answer = client.try_send(&request().to_bytes()).await;
                    tally.lock().unwrap().add(answer);
                }
            })
        };
        Self {
            stop,
            client,
            tally,
            task,
        }
    }

    /// Goes on as another client.
    pub(crate) fn goes_on_as(&self, client: Client) {
        *self.client.lock().unwrap() = client;
    }

    /// How many different certificates the upstream has been told about.
    pub(crate) fn peers(&self) -> usize {
        self.tally.lock().unwrap().peers.len()
    }

    /// How many requests have been sent.
    pub(crate) fn requests(&self) -> usize {
        self.tally.lock().unwrap().requests
    }

    /// Stops, and gives all that it came to.
    pub(crate) async fn stop(self) -> Tally {
        self.stop.store(true, Ordering::Relaxed);
        self.task.await.unwrap();
        std::mem::take(&mut self.tally.lock().unwrap())
    }
}

impl Tally {
    fn add(&mut self, answer: std::io::Result<Response>) {
        self.requests += 1;
        let heard = match answer {
            Ok(response) if response.status == 200 => response.heard(),
            other => return self.failures.push(format!("{other:?}")),
        };
        let peer = heard.and_then(|heard| {
            let stated = heard.header("x-forwarded-client-cert");
            let hash = stated
                .first()?
                .split(';')
                .find(|part| part.starts_with("Hash="));
            hash.map(str::to_owned)
        });
        match peer {
            Some(peer) => drop(self.peers.insert(peer)),
            None => self
                .failures
                .push("the upstream was told no peer".to_owned()),
        }
    }
}

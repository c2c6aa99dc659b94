//! An issuer that can be told to fail.
//!
//! On a thread and a port of its own, which it keeps while it is down.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fixtures::Key;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinSet;

/// How it answers a request for its keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    /// As it should.
    Well,
    /// Only when it is [released](FaultyIssuer::release).
    Silent,
    /// Half of the body it has announced, and then the connection's end.
    Cut,
    /// With status 500, and the keys.
    Broken,
    /// With the keys as text/html.
    Html,
    /// With two megabytes of JSON.
    Huge,
    /// With a set that holds nothing.
    Empty,
}

/// The issuer.
pub(crate) struct FaultyIssuer {
    address: SocketAddr,
    shared: Arc<Shared>,
    switch: mpsc::UnboundedSender<(bool, std::sync::mpsc::Sender<()>)>,
}

struct Shared {
    state: Mutex<State>,
    released: Notify,
}

struct State {
    mood: Mood,
    keys: Vec<Value>,
    document: Value,
    fetches: Vec<String>,
}

impl FaultyIssuer {
    /// One that is down, with these keys.
    pub(crate) fn down_with(keys: &[&Key]) -> Self {
        let shared = Arc::new(Shared {
            state: Mutex::new(State {
                mood: Mood::Well,
                keys: keys.iter().map(|key| key.jwk()).collect(),
                document: Value::Null,
                fetches: Vec::new(),
            }),
            released: Notify::new(),
        });
        let (switch, switched) = mpsc::unbounded_channel();
        let (bound, address) = std::sync::mpsc::channel();
        let theirs = Arc::clone(&shared);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            runtime.unwrap().block_on(run(theirs, switched, bound));
        });
        Self {
            address: address.recv().unwrap(),
            shared,
            switch,
        }
    }

    /// One that is up.
    pub(crate) fn with(keys: &[&Key]) -> Self {
        let issuer = Self::down_with(keys);
        issuer.up();
        issuer
    }

    /// Where it listens when it is up.
    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Listens.
    pub(crate) fn up(&self) {
        self.switch_to(true);
    }

    /// Listens no more, and breaks every connection.
    pub(crate) fn down(&self) {
        self.switch_to(false);
    }

    fn switch_to(&self, up: bool) {
        let (done, when) = std::sync::mpsc::channel();
        self.switch.send((up, done)).unwrap();
        when.recv().unwrap();
    }

    /// Answers in this way from now on.
    pub(crate) fn be(&self, mood: Mood) {
        self.shared.state.lock().unwrap().mood = mood;
    }

    /// Answers well from now on, also those that have been waiting.
    pub(crate) fn release(&self) {
        self.be(Mood::Well);
        self.shared.released.notify_waiters();
    }

    /// Has these keys from now on.
    pub(crate) fn rotate(&self, keys: &[&Key]) {
        self.shared.state.lock().unwrap().keys = keys.iter().map(|key| key.jwk()).collect();
    }

    /// Publishes this discovery document.
    pub(crate) fn document(&self, document: Value) {
        self.shared.state.lock().unwrap().document = document;
    }

    /// How often its keys were asked for.
    pub(crate) fn fetches(&self) -> usize {
        let state = self.shared.state.lock().unwrap();
        let keys = |path: &&String| path.starts_with("/keys");
        state.fetches.iter().filter(keys).count()
    }
}

async fn run(
    shared: Arc<Shared>,
    mut switched: mpsc::UnboundedReceiver<(bool, std::sync::mpsc::Sender<()>)>,
    bound: std::sync::mpsc::Sender<SocketAddr>,
) {
    // Bound all the time, so that nobody else gets the port; who does not listen refuses.
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let keeper = socket(any);
    let address = keeper.local_addr().unwrap();
    bound.send(address).unwrap();
    let mut listener = None;
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            change = switched.recv() => {
                let Some((up, done)) = change else { return };
                listener = None;
                if up {
                    listener = Some(socket(address).listen(64).unwrap());
                } else {
                    connections.shutdown().await;
                }
                let _ = done.send(());
            }
            accepted = accept(listener.as_ref()) => {
                connections.spawn(serve(Arc::clone(&shared), accepted));
            }
        }
    }
}

fn socket(address: SocketAddr) -> TcpSocket {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_reuseaddr(true).unwrap();
    socket.set_reuseport(true).unwrap();
    socket.bind(address).unwrap();
    socket
}

async fn accept(listener: Option<&tokio::net::TcpListener>) -> TcpStream {
    match listener {
        Some(listener) => listener.accept().await.unwrap().0,
        None => std::future::pending().await,
    }
}

async fn serve(shared: Arc<Shared>, mut stream: TcpStream) {
    let mut pending = Vec::new();
    while let Some(path) = next_path(&mut stream, &mut pending).await {
        let released = shared.released.notified();
        let mood = {
            let mut state = shared.state.lock().unwrap();
            state.fetches.push(path.clone());
            state.mood
        };
        if mood == Mood::Silent {
            released.await;
        }
        let (body, mood) = {
            let state = shared.state.lock().unwrap();
            let set = json!({"keys": state.keys});
            let body = if path.starts_with("/keys") {
                &set
            } else {
                &state.document
            };
            (body.to_string(), state.mood)
        };
        if answer(&mut stream, mood, &body).await.is_err() {
            return;
        }
    }
}

async fn answer(stream: &mut TcpStream, mood: Mood, body: &str) -> std::io::Result<()> {
    let huge = format!(r#"{{"keys": [], "x": "{}"}}"#, "x".repeat(2 << 20));
    let (status, kind, body) = match mood {
        Mood::Well | Mood::Silent | Mood::Cut => ("200 OK", "application/json", body),
        Mood::Broken => ("500 Internal Server Error", "application/json", body),
        Mood::Html => ("200 OK", "text/html", body),
        Mood::Huge => ("200 OK", "application/json", huge.as_str()),
        Mood::Empty => ("200 OK", "application/json", r#"{"keys": []}"#),
    };
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n");
    stream.write_all(head.as_bytes()).await?;
    if mood == Mood::Cut {
        let half = body.as_bytes().get(..length / 2).unwrap_or_default();
        stream.write_all(half).await?;
        return Err(std::io::ErrorKind::BrokenPipe.into());
    }
    stream.write_all(body.as_bytes()).await
}

/// The target of the next request.
async fn next_path(stream: &mut TcpStream, pending: &mut Vec<u8>) -> Option<String> {
    loop {
        if let Some(end) = pending.windows(4).position(|part| part == b"\r\n\r\n") {
            let rest = pending.split_off(end + 4);
            let head = String::from_utf8_lossy(&std::mem::replace(pending, rest)).into_owned();
            return head.split(' ').nth(1).map(str::to_owned);
        }
        match tokio::time::timeout(Duration::from_secs(60), stream.read_buf(pending)).await {
            Ok(Ok(read)) if read > 0 => {}
            _ => return None,
        }
    }
}

//! nginx and axum, each with the areas, and what they answer to bytes.

use std::{net::SocketAddr, time::Duration};

use portcullis_envoy_tests::Nginx;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream, UnixStream},
    time::timeout,
};

use crate::area;

/// What a server took a request for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum View {
    /// An area, and the host it was asked of.
    Served { area: String, host: String },
    /// It served nothing, and said why by a status.
    Refused(u16),
}

/// Both upstreams, running.
pub(crate) struct Upstreams {
    nginx: Nginx,
    axum: SocketAddr,
}

impl View {
    pub(crate) fn area(&self) -> Option<&str> {
        match self {
            Self::Served { area, .. } => Some(area),
            Self::Refused(_) => None,
        }
    }

    /// The host as a name: without port and the dot at its end (RFC 1034 §3.1), in lower case.
    pub(crate) fn host(&self) -> Option<String> {
        match self {
            Self::Served { host, .. } => Some(name(host)),
            Self::Refused(_) => None,
        }
    }

    /// As it stands in the page.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Served { area, .. } => area.clone(),
            Self::Refused(status) => status.to_string(),
        }
    }
}

impl Upstreams {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let axum = listener.local_addr().expect("a bound port");
        tokio::spawn(async { axum::serve(listener, area::axum()).await });
        let nginx = Nginx::start(&area::nginx()).await;
        Self { nginx, axum }
    }

    pub(crate) async fn nginx(&self, request: &[u8]) -> View {
        let stream = UnixStream::connect(self.nginx.socket()).await;
        exchange(stream.expect("nginx listens"), request).await
    }

    pub(crate) async fn axum(&self, request: &[u8]) -> View {
        let stream = TcpStream::connect(self.axum).await;
        exchange(stream.expect("axum listens"), request).await
    }
}

/// A host's name of what stands in a header.
pub(crate) fn name(host: &str) -> String {
    let end = host.rfind(']').unwrap_or(0);
    let port = host.get(end..).and_then(|rest| rest.find(':'));
    let name = port.and_then(|at| host.get(..end + at)).unwrap_or(host);
    name.strip_suffix('.').unwrap_or(name).to_lowercase()
}

async fn exchange(mut stream: impl AsyncRead + AsyncWrite + Unpin, request: &[u8]) -> View {
    let mut answer = Vec::new();
    let talk = async {
        // A server may refuse and close before it has read everything: what it said counts.
        drop(stream.write_all(request).await);
        drop(stream.read_to_end(&mut answer).await);
    };
    let shown = String::from_utf8_lossy(request.get(..200).unwrap_or(request)).into_owned();
    let ended = timeout(PATIENCE, talk).await;
    ended.unwrap_or_else(|_| panic!("no end of the answer to {shown}"));
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
    let status = head.split(' ').nth(1).and_then(|word| word.parse().ok());
    match (status, body.split_once('\n')) {
        (Some(200), Some((area, host))) => View::Served {
            area: area.to_owned(),
            host: host.to_owned(),
        },
        (Some(status), _) => View::Refused(status),
        (None, _) => panic!("no answer to {shown}: {answer}"),
    }
}

const PATIENCE: Duration = Duration::from_secs(20);

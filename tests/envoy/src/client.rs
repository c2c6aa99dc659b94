//! A client that sends exactly the bytes it is given.
//!
//! One connection for each request unless a test asks for one that stays: a new source port each.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use fixtures::Identity;
use rustls::{ClientConfig, HandshakeKind};
use rustls_pki_types::ServerName;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpSocket,
    time::timeout,
};
use tokio_rustls::TlsConnector;

use crate::{Request, Response, tls::certificate};

/// Knows where to connect, and as whom.
#[derive(Clone)]
pub struct Client {
    address: SocketAddr,
    /// The address to connect from; unspecified: whichever the system takes.
    source: IpAddr,
    tls: Option<Arc<ClientConfig>>,
}

/// A connection that takes several requests, one after the other.
pub struct Connection {
    stream: Box<dyn Stream>,
    pending: Vec<u8>,
    handshake: Option<Handshake>,
}

/// What a TLS handshake came to.
struct Handshake {
    resumed: bool,
    server: Vec<u8>,
}

impl Client {
    pub(crate) const fn new(address: SocketAddr, tls: Option<Arc<ClientConfig>>) -> Self {
        Self {
            address,
            source: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            tls,
        }
    }

    /// The same client at this address, such as another one of loopback.
    #[must_use]
    pub const fn at(mut self, source: IpAddr) -> Self {
        self.source = source;
        self
    }

    /// Sends a request on a connection of its own.
    ///
    /// # Panics
    /// When no complete response comes.
    pub async fn send(&self, request: &Request) -> Response {
        self.try_send(&request.to_bytes())
            .await
            .unwrap_or_else(|error| panic!("no response to {request:?}: {error}"))
    }

    /// Sends any bytes on a connection of its own.
    ///
    /// # Errors
    /// When the connection or the handshake is refused, or no complete response comes.
    pub async fn try_send(&self, bytes: &[u8]) -> io::Result<Response> {
        self.connect().await?.try_send(bytes).await
    }

    /// Opens a connection.
    ///
    /// # Errors
    /// When it or its handshake is refused. With TLS 1.3 a server that refuses the client's
    /// certificate is heard only when the first response is read.
    pub async fn connect(&self) -> io::Result<Connection> {
        bounded(async {
            let socket = TcpSocket::new_v4()?;
            // A port that is chosen before the other end is known must be free altogether, and under load
            // all of them still wait for their last connection to fade.
            if !self.source.is_unspecified() {
                socket.bind(SocketAddr::new(self.source, 0))?;
            }
            let stream = socket.connect(self.address).await?;
            stream.set_nodelay(true)?;
            let (stream, handshake): (Box<dyn Stream>, _) = match &self.tls {
                None => (Box::new(stream), None),
                Some(config) => {
                    let name = ServerName::try_from("localhost").expect("a DNS name");
                    let connector = TlsConnector::from(Arc::clone(config));
                    let stream = connector.connect(name, stream).await?;
                    let handshake = Handshake::of(stream.get_ref().1);
                    (Box::new(stream), Some(handshake))
                }
            };
            Ok(Connection {
                stream,
                pending: Vec::new(),
                handshake,
            })
        })
        .await
    }
}

impl Connection {
    /// Sends a request and reads its response.
    ///
    /// # Panics
    /// When no complete response comes.
    pub async fn send(&mut self, request: &Request) -> Response {
        self.try_send(&request.to_bytes())
            .await
            .unwrap_or_else(|error| panic!("no response to {request:?}: {error}"))
    }

    /// Whether its TLS session goes on from an earlier one, without a certificate shown anew.
    #[must_use]
    pub fn is_resumed(&self) -> bool {
        self.handshake.as_ref().is_some_and(|tls| tls.resumed)
    }

    /// Whether the server has shown this certificate.
    #[must_use]
    pub fn server_is(&self, identity: &Identity) -> bool {
        let shown = self.handshake.as_ref().map(|tls| tls.server.as_slice());
        shown == Some(certificate(identity.cert_pem()).as_ref())
    }

    /// Waits until the server has closed it.
    ///
    /// # Errors
    /// When something else comes, or nothing.
    pub async fn closed(mut self) -> io::Result<()> {
        match bounded(self.read_more()).await {
            Ok(()) => Err(io::ErrorKind::InvalidData.into()),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Writes bytes as they are.
    pub(crate) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await?;
        self.stream.flush().await
    }

    /// Takes exactly this many bytes.
    pub(crate) async fn take(&mut self, length: usize) -> io::Result<Vec<u8>> {
        while self.pending.len() < length {
            bounded(self.read_more()).await?;
        }
        let rest = self.pending.split_off(length);
        Ok(std::mem::replace(&mut self.pending, rest))
    }

    async fn read_more(&mut self) -> io::Result<()> {
        match self.stream.read_buf(&mut self.pending).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }

    /// Sends any bytes and reads a response.
    ///
    /// # Errors
    /// When no complete response comes.
    pub async fn try_send(&mut self, bytes: &[u8]) -> io::Result<Response> {
        bounded(async {
            // A proxy may answer and close before it has read everything: the answer counts.
            let written = self.stream.write_all(bytes).await;
            drop(self.stream.flush().await);
            match Response::read(bytes, &mut self.stream, &mut self.pending).await {
                Ok(response) => Ok(response),
                Err(error) => Err(written.err().unwrap_or(error)),
            }
        })
        .await
    }
}

impl Handshake {
    fn of(tls: &rustls::ClientConnection) -> Self {
        let server = tls.peer_certificates().and_then(<[_]>::first);
        Self {
            resumed: tls.handshake_kind() == Some(HandshakeKind::Resumed),
            server: server.map_or_else(Vec::new, |certificate| certificate.to_vec()),
        }
    }
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

async fn bounded<T>(work: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    const PATIENCE: Duration = Duration::from_secs(60); // an answer takes milliseconds
    timeout(PATIENCE, work)
        .await
        .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

//! A client that sends exactly the bytes it is given.
//!
//! One connection for each request unless a test asks for one that stays: a new source port each.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use rustls::ClientConfig;
use rustls_pki_types::ServerName;
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::TlsConnector;

use crate::{Request, Response};

/// Knows where to connect, and as whom.
#[derive(Clone)]
pub struct Client {
    address: SocketAddr,
    tls: Option<Arc<ClientConfig>>,
}

/// A connection that takes several requests, one after the other.
pub struct Connection {
    stream: Box<dyn Stream>,
    pending: Vec<u8>,
}

impl Client {
    pub(crate) const fn new(address: SocketAddr, tls: Option<Arc<ClientConfig>>) -> Self {
        Self { address, tls }
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
            let stream = TcpStream::connect(self.address).await?;
            stream.set_nodelay(true)?;
            let stream: Box<dyn Stream> = match &self.tls {
                None => Box::new(stream),
                Some(config) => {
                    let name = ServerName::try_from("localhost").expect("a DNS name");
                    let connector = TlsConnector::from(Arc::clone(config));
                    Box::new(connector.connect(name, stream).await?)
                }
            };
            Ok(Connection {
                stream,
                pending: Vec::new(),
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

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

async fn bounded<T>(work: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    const PATIENCE: Duration = Duration::from_secs(60); // an answer takes milliseconds
    timeout(PATIENCE, work)
        .await
        .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

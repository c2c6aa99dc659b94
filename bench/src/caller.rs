//! A connection of the caller: HTTP/1.1 over mutual TLS, kept open.
//!
//! It costs as little as it can, since it shares the machine with what is measured.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    sync::Arc,
    time::Duration,
};

use rustls::{ClientConfig, ClientConnection, StreamOwned};
use rustls_pki_types::ServerName;

/// An open connection.
pub(crate) struct Caller {
    stream: StreamOwned<ClientConnection, TcpStream>,
    heard: Vec<u8>,
}

impl Caller {
    /// Connects and shakes hands.
    ///
    /// # Panics
    /// When the proxy refuses.
    #[must_use]
    pub(crate) fn connect(address: SocketAddr, tls: &Arc<ClientConfig>) -> Self {
        let socket = TcpStream::connect(address).expect("the proxy listens");
        socket.set_nodelay(true).expect("a socket");
        socket.set_read_timeout(Some(PATIENCE)).expect("a socket");
        let name = ServerName::try_from("localhost").expect("a name");
        let session = ClientConnection::new(Arc::clone(tls), name).expect("a TLS session");
        Self {
            stream: StreamOwned::new(session, socket),
            heard: Vec::with_capacity(4_096),
        }
    }

    /// Sends a request.
    ///
    /// # Panics
    /// When the proxy has closed the connection.
    pub(crate) fn send(&mut self, request: &[u8]) {
        self.stream.write_all(request).expect("an open connection");
    }

    /// Waits for the answer; its status.
    ///
    /// # Panics
    /// When none comes.
    pub(crate) fn status(&mut self) -> u16 {
        loop {
            if let Some((status, length)) = answer(&self.heard) {
                self.heard.drain(..length);
                return status;
            }
            let mut chunk = [0; 4_096];
            let size = self.stream.read(&mut chunk).expect("an answer");
            assert!(size > 0, "the proxy closed the connection");
            self.heard
                .extend_from_slice(chunk.get(..size).unwrap_or_default());
        }
    }
}

const PATIENCE: Duration = Duration::from_secs(60);

/// The status and the length of a whole answer.
fn answer(heard: &[u8]) -> Option<(u16, usize)> {
    const END: &[u8] = b"\r\n\r\n";
    const LENGTH: &[u8] = b"content-length: ";
    let end = heard.windows(END.len()).position(|part| part == END)? + END.len();
    let text = heard.get(..end)?;
    let status = number(text.get(9..)?)?;
    let length = text
        .windows(LENGTH.len())
        .position(|part| part == LENGTH)
        .and_then(|at| number(text.get(at + LENGTH.len()..)?))
        .unwrap_or(0);
    let whole = end + usize::try_from(length).ok()?;
    (heard.len() >= whole).then_some((u16::try_from(status).ok()?, whole))
}

fn number(text: &[u8]) -> Option<u32> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    str::from_utf8(text.get(..digits)?).ok()?.parse().ok()
}

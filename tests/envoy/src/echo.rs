//! An upstream that answers with what it heard.
//!
//! It shows what passed the proxy: duplicate headers stay apart, and no byte is lost.

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener as Bound},
    thread,
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// The upstream, on a thread of its own, so that proxies shared by several tests can use it.
#[derive(Clone, Copy, Debug)]
pub struct Echo {
    address: SocketAddr,
}

/// A request as the upstream heard it; bytes above 127 are shown as the character of that number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// The method.
    pub method: String,
    /// The request target.
    pub path: String,
    /// The headers, in order, names in lower case.
    pub headers: Vec<(String, String)>,
}

impl Echo {
    /// Starts it on a free port; it ends with the process.
    #[must_use]
    pub fn start() -> Self {
        let bound = Bound::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = bound.local_addr().expect("a bound port");
        bound.set_nonblocking(true).expect("a non-blocking socket");
        thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime")
                .block_on(accept(bound));
        });
        Self { address }
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Heard {
    /// The values of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Vec<&str> {
        self.headers
            .iter()
            .filter(|(found, _)| found == name)
            .map(|(_, value)| value.as_str())
            .collect()
    }

    pub(crate) fn from_json(value: &Value) -> Option<Self> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let headers = value["headers"].as_array()?;
        Some(Self {
            method: text(&value["method"])?,
            path: text(&value["path"])?,
            headers: headers
                .iter()
                .map(|pair| Some((text(&pair[0])?, text(&pair[1])?)))
                .collect::<Option<_>>()?,
        })
    }
}

async fn accept(bound: Bound) {
    let listener = TcpListener::from_std(bound).expect("a listener");
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(serve(stream));
    }
}

async fn serve(mut stream: TcpStream) {
    let mut pending = Vec::new();
    while let Some(head) = read_head(&mut stream, &mut pending).await {
        let body = head_as_json(&head).to_string();
        let close = head.windows(CLOSE.len()).any(|part| part == CLOSE);
        let answer = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n{}\r\n{body}",
            body.len(),
            if close { "connection: close\r\n" } else { "" },
        );
        if stream.write_all(answer.as_bytes()).await.is_err() || close {
            return;
        }
    }
}

/// A request whose head holds this is answered with `connection: close`.
const CLOSE: &[u8] = b"x-upstream-closes";

/// The next head; a request's body is not expected, and would be read as the next head.
async fn read_head(stream: &mut TcpStream, pending: &mut Vec<u8>) -> Option<Vec<u8>> {
    const END: &[u8] = b"\r\n\r\n";
    loop {
        if let Some(at) = pending.windows(END.len()).position(|part| part == END) {
            let rest = pending.split_off(at + END.len());
            let head = std::mem::replace(pending, rest);
            return Some(head);
        }
        if stream.read_buf(pending).await.ok()? == 0 {
            return None;
        }
    }
}

fn head_as_json(head: &[u8]) -> Value {
    let text: String = head.iter().map(|&byte| char::from(byte)).collect();
    let mut lines = text.split("\r\n").filter(|line| !line.is_empty());
    let mut start = lines.next().unwrap_or_default().split(' ');
    let headers: Vec<Value> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| json!([name.to_lowercase(), value.trim()]))
        .collect();
    json!({
        "method": start.next().unwrap_or_default(),
        "path": start.next().unwrap_or_default(),
        "headers": headers,
    })
}

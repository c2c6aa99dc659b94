//! Many requests on one connection, each with a key of its own.

use std::net::SocketAddr;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Requests sent before their answers are awaited. With more the proxy hangs up at a denial (seen).
const DEPTH: u32 = 1;

/// How many were permitted and how many denied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counted {
    pub(crate) permitted: u32,
    pub(crate) denied: u32,
}

/// Sends a request for each of these numbers, with the number as its key.
pub(crate) async fn send(address: SocketAddr, keys: std::ops::Range<u32>) -> Counted {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let mut counted = Counted::default();
    let mut next = keys.start;
    let mut pending = Vec::new();
    while next < keys.end {
        let until = keys.end.min(next + DEPTH);
        let batch: String = (next..until)
            .map(|key| format!("GET / HTTP/1.1\r\nhost: shop.test\r\nx-client: {key}\r\n\r\n"))
            .collect();
        stream.write_all(batch.as_bytes()).await.unwrap();
        pending.clear();
        loop {
            assert!(
                stream.read_buf(&mut pending).await.unwrap() > 0,
                "the proxy hung up"
            );
            let permitted = occurrences(&pending, b"HTTP/1.1 200");
            let denied = occurrences(&pending, b"HTTP/1.1 429");
            if permitted + denied == until - next && is_whole(&pending) {
                counted.permitted += permitted;
                counted.denied += denied;
                break;
            }
        }
        next = until;
    }
    counted
}

fn occurrences(text: &[u8], word: &[u8]) -> u32 {
    let found = text.windows(word.len()).filter(|part| part == &word);
    u32::try_from(found.count()).unwrap()
}

/// Whether the last answer has come to its end: the body of a permit, or of a denial.
fn is_whole(text: &[u8]) -> bool {
    text.ends_with(b"permitted") || text.ends_with(b"}")
}

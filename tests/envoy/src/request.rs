//! A request as bytes.
//!
//! An HTTP library would refuse to send most of what a hostile client sends.

use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering},
};

/// A request, written byte for byte as it was built.
#[derive(Clone)]
#[must_use]
pub struct Request {
    start: Vec<u8>,
    headers: Vec<(Vec<u8>, Vec<u8>)>,
    id: String,
}

impl Request {
    /// A request for a target, with a `host` of `shop.test` and an id to find its log line by.
    pub fn new(method: &str, target: impl AsRef<[u8]>) -> Self {
        Self::hostless(method, target).header("host", "shop.test")
    }

    /// `GET` of a target.
    pub fn get(target: impl AsRef<[u8]>) -> Self {
        Self::new("GET", target)
    }

    /// The same as [`Request::new`], without a host.
    pub fn hostless(method: &str, target: impl AsRef<[u8]>) -> Self {
        let id = next_id();
        let start = [method.as_bytes(), b" ", target.as_ref(), b" HTTP/1.1"].concat();
        Self {
            start,
            headers: Vec::new(),
            id: id.clone(),
        }
        .header(ID_HEADER, id)
    }

    /// Adds a header; adding one twice sends it twice.
    pub fn header(mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Self {
        let header = (name.as_ref().to_vec(), value.as_ref().to_vec());
        self.headers.push(header);
        self
    }

    /// Adds `authorization: Bearer TOKEN`.
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", format!("Bearer {token}"))
    }

    /// What its access-log line is found by.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The bytes that go out.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.start.clone();
        bytes.extend_from_slice(b"\r\n");
        for (name, value) in &self.headers {
            for part in [name.as_slice(), b": ", value, b"\r\n"] {
                bytes.extend_from_slice(part);
            }
        }
        bytes.extend_from_slice(b"\r\n");
        bytes
    }
}

/// As text, cut where it gets long: it stands in the message of a failed test.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 400;
        let bytes = self.to_bytes();
        let shown = bytes.get(..SHOWN).unwrap_or(&bytes);
        write!(
            f,
            "{:?} ({} bytes)",
            String::from_utf8_lossy(shown),
            bytes.len()
        )
    }
}

pub(crate) const ID_HEADER: &str = "x-test-id";

fn next_id() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("request-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

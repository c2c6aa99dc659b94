//! A response as it came.
//!
//! Parsed by hand, so that a doubled or misplaced header is seen and not folded away.

use std::io;

use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::Heard;

/// A complete response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The headers, in order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, chunks joined.
    pub body: Vec<u8>,
}

impl Response {
    /// The values of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Vec<&str> {
        self.headers
            .iter()
            .filter(|(found, _)| found == name)
            .map(|(_, value)| value.as_str())
            .collect()
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON, when it is.
    #[must_use]
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// What the upstream heard, when it was the upstream that answered.
    #[must_use]
    pub fn heard(&self) -> Option<Heard> {
        Heard::from_json(&self.json()?)
    }

    /// The reason code of a denial's problem body (RFC 9457).
    #[must_use]
    pub fn code(&self) -> Option<String> {
        Some(self.json()?["code"].as_str()?.to_owned())
    }

    /// Reads one response to a request; `pending` holds what was read beyond it.
    pub(crate) async fn read(
        request: &[u8],
        stream: &mut (impl AsyncRead + Unpin),
        pending: &mut Vec<u8>,
    ) -> io::Result<Self> {
        let head = take_through(stream, pending, b"\r\n\r\n").await?;
        let (status, headers) = parse_head(&head).ok_or(io::ErrorKind::InvalidData)?;
        let mut response = Self {
            status,
            headers,
            body: Vec::new(),
        };
        // RFC 9110 §9.3.2: the answer to HEAD states a length and has no body.
        if !request.starts_with(b"HEAD ") {
            response.body = response.read_body(stream, pending).await?;
        }
        Ok(response)
    }

    async fn read_body(
        &self,
        stream: &mut (impl AsyncRead + Unpin),
        pending: &mut Vec<u8>,
    ) -> io::Result<Vec<u8>> {
        if self.header("transfer-encoding").contains(&"chunked") {
            return read_chunks(stream, pending).await;
        }
        let Some(length) = self.header("content-length").first().copied() else {
            stream.read_to_end(pending).await?;
            return Ok(std::mem::take(pending));
        };
        let length = length.parse().map_err(|_| io::ErrorKind::InvalidData)?;
        take(stream, pending, length).await
    }
}

fn parse_head(head: &[u8]) -> Option<(u16, Vec<(String, String)>)> {
    let text = String::from_utf8_lossy(head);
    let mut lines = text.split("\r\n").filter(|line| !line.is_empty());
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
        .collect();
    Some((status, headers))
}

async fn read_chunks(
    stream: &mut (impl AsyncRead + Unpin),
    pending: &mut Vec<u8>,
) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = take_through(stream, pending, b"\r\n").await?;
        let digits = String::from_utf8_lossy(&line);
        let length = usize::from_str_radix(digits.trim(), 16)
            .map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
        let chunk = take(stream, pending, length).await?;
        take_through(stream, pending, b"\r\n").await?;
        if length == 0 {
            return Ok(body);
        }
        body.extend(chunk);
    }
}

async fn take_through(
    stream: &mut (impl AsyncRead + Unpin),
    pending: &mut Vec<u8>,
    end: &[u8],
) -> io::Result<Vec<u8>> {
    loop {
        if let Some(at) = pending.windows(end.len()).position(|part| part == end) {
            return take(stream, pending, at + end.len()).await;
        }
        more(stream, pending).await?;
    }
}

async fn take(
    stream: &mut (impl AsyncRead + Unpin),
    pending: &mut Vec<u8>,
    length: usize,
) -> io::Result<Vec<u8>> {
    while pending.len() < length {
        more(stream, pending).await?;
    }
    let rest = pending.split_off(length);
    Ok(std::mem::replace(pending, rest))
}

async fn more(stream: &mut (impl AsyncRead + Unpin), pending: &mut Vec<u8>) -> io::Result<()> {
    match stream.read_buf(pending).await? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(()),
    }
}

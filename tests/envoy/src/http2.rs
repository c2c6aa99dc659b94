//! HTTP/2 by hand, as much of it as shows how a connection ends.
//!
//! A library would hide the GOAWAY, or act on it.

use std::io;

use crate::{Connection, Request, request::ID_HEADER};

/// A connection that speaks HTTP/2.
pub struct Http2 {
    connection: Connection,
    next_stream: u32,
}

/// One frame (RFC 9113 §4.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// What it is: [`Frame::DATA`] and its sisters.
    pub kind: u8,
    /// The stream that it belongs to; 0 for the connection.
    pub stream: u32,
    /// What it holds.
    pub payload: Vec<u8>,
    ends_stream: bool,
}

impl Frame {
    /// Part of a body.
    pub const DATA: u8 = 0;
    /// Headers.
    pub const HEADERS: u8 = 1;
    /// The connection takes no more streams.
    pub const GOAWAY: u8 = 7;
}

impl Http2 {
    /// Begins on a fresh connection.
    ///
    /// # Errors
    /// When it is closed already.
    pub async fn start(mut connection: Connection) -> io::Result<Self> {
        // The preface and empty SETTINGS (RFC 9113 §3.4).
        let settings = [0, 0, 0, 4, 0, 0, 0, 0, 0];
        let preface = [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".as_slice(), &settings].concat();
        connection.write(&preface).await?;
        Ok(Self {
            connection,
            next_stream: 1,
        })
    }

    /// Sends `GET` of a path and gives every frame up to the end of its response.
    ///
    /// # Errors
    /// When the connection ends before.
    pub async fn get(&mut self, path: &str) -> io::Result<Vec<Frame>> {
        const END_STREAM_AND_HEADERS: u8 = 0x5;
        let stream = self.next_stream;
        self.next_stream += 2;
        let id = Request::get(path).id().to_owned();
        // RFC 7541: GET and https are whole entries of the static table, the rest are names of it.
        let mut block = vec![0x82, 0x87];
        literal(&mut block, &[0x04], path);
        literal(&mut block, &[0x01], "shop.test");
        let name = [&[0x00, short(ID_HEADER)], ID_HEADER.as_bytes()].concat();
        literal(&mut block, &name, &id);
        let mut frame = vec![0, 0, short(&block), 1, END_STREAM_AND_HEADERS];
        frame.extend(stream.to_be_bytes());
        frame.extend(block);
        self.connection.write(&frame).await?;
        let mut frames = Vec::new();
        loop {
            let frame = self.frame().await?;
            let last = frame.stream == stream && frame.ends_stream;
            frames.push(frame);
            if last {
                return Ok(frames);
            }
        }
    }

    async fn frame(&mut self) -> io::Result<Frame> {
        const END_STREAM: u8 = 0x1;
        let head = self.connection.take(9).await?;
        let number = |bytes: &[u8]| bytes.iter().fold(0_u32, |sum, &b| sum << 8 | u32::from(b));
        let length = number(&head[..3]) as usize;
        let (kind, flags) = (head[3], head[4]);
        let holds_flag = matches!(kind, Frame::DATA | Frame::HEADERS);
        Ok(Frame {
            kind,
            stream: number(&head[5..]),
            payload: self.connection.take(length).await?,
            ends_stream: holds_flag && flags & END_STREAM != 0,
        })
    }
}

/// A header that enters no table, its value not compressed (RFC 7541 §6.2.2).
fn literal(block: &mut Vec<u8>, name: &[u8], value: &str) {
    block.extend_from_slice(name);
    block.push(short(value));
    block.extend_from_slice(value.as_bytes());
}

fn short(bytes: impl AsRef<[u8]>) -> u8 {
    let length = u8::try_from(bytes.as_ref().len());
    length
        .ok()
        .filter(|&length| length < 0x7f)
        .expect("a length of one byte")
}

//! The least that a service asked for every request can be: it says yes to everything, by gRPC.
//!
//! One thread a connection, no parsing of the question, one write for the answer: what a proxy pays
//! for asking it, it pays for asking anybody. Of HTTP/2 (RFC 9113) it knows what an answer takes.

use std::{
    io::{self, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    thread,
};

use serde_json::{Value, json};

/// What it says yes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    /// `envoy.service.auth.v3.Authorization/Check`.
    Authorization,
    /// `envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit`.
    RateLimit,
}

impl Service {
    /// The answer's message: an empty `google.rpc.Status` in field 1, which is OK; or the code OK.
    const fn message(self) -> &'static [u8] {
        match self {
            Self::Authorization => b"\x0a\x00",
            Self::RateLimit => b"\x08\x01",
        }
    }

    /// Starts it on a free port of loopback; it ends with this process.
    ///
    /// # Panics
    /// When there is no free port.
    #[must_use]
    pub(crate) fn start(self) -> SocketAddr {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("a bound port");
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                thread::spawn(move || serve(stream, self.message()));
            }
        });
        address
    }
}

/// A cluster of this name with one HTTP/2 endpoint.
#[must_use]
pub(crate) fn cluster(name: &str, address: SocketAddr) -> Value {
    let socket = json!({"address": address.ip(), "port_value": address.port()});
    let endpoint = json!({"endpoint": {"address": {"socket_address": socket}}});
    json!({
        "name": name,
        "connect_timeout": "5s",
        "load_assignment": {"cluster_name": name, "endpoints": [{"lb_endpoints": [endpoint]}]},
        "typed_extension_protocol_options": {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
                "explicit_http_config": {"http2_protocol_options": {}},
            },
        },
    })
}

/// Answers until the proxy closes the connection.
fn serve(mut stream: TcpStream, message: &[u8]) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut preface = [0; 24];
    stream.read_exact(&mut preface)?;
    stream.write_all(&frame(SETTINGS, 0, 0, &[]))?;
    // As much as the proxy may ever want to send on this connection.
    stream.write_all(&frame(WINDOW_UPDATE, 0, 0, &0x3fff_ffff_u32.to_be_bytes()))?;
    let mut taken: u32 = 0;
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head)?;
        let [a, b, c, kind, flags, s0, s1, s2, s3] = head;
        let size = u32::from_be_bytes([0, a, b, c]);
        let mut payload = vec![0; size as usize];
        stream.read_exact(&mut payload)?;
        let id = u32::from_be_bytes([s0, s1, s2, s3]);
        match kind {
            SETTINGS if flags & ACK == 0 => stream.write_all(&frame(SETTINGS, ACK, 0, &[]))?,
            PING if flags & ACK == 0 => stream.write_all(&frame(PING, ACK, 0, &payload))?,
            DATA | HEADERS if flags & END_STREAM != 0 => stream.write_all(&answer(id, message))?,
            _ => {}
        }
        if kind == DATA {
            taken += size;
            if taken > 1 << 20 {
                stream.write_all(&frame(WINDOW_UPDATE, 0, 0, &taken.to_be_bytes()))?;
                taken = 0;
            }
        }
    }
}

/// Headers, the message with gRPC's five bytes before it, and trailers that say OK.
fn answer(id: u32, message: &[u8]) -> Vec<u8> {
    // RFC 7541: `:status: 200` is entry 8 of the static table, `content-type` the name of entry 31.
    let headers = [&[0x88, 0x0f, 0x10, 16], b"application/grpc".as_slice()].concat();
    let trailers = [&[0x00, 11], b"grpc-status".as_slice(), &[1], b"0"].concat();
    let length = u32::try_from(message.len()).unwrap_or_default();
    let data = [&[0], length.to_be_bytes().as_slice(), message].concat();
    [
        frame(HEADERS, END_HEADERS, id, &headers),
        frame(DATA, 0, id, &data),
        frame(HEADERS, END_HEADERS | END_STREAM, id, &trailers),
    ]
    .concat()
}

fn frame(kind: u8, flags: u8, id: u32, payload: &[u8]) -> Vec<u8> {
    let [_, a, b, c] = u32::try_from(payload.len())
        .unwrap_or_default()
        .to_be_bytes();
    let mut frame = vec![a, b, c, kind, flags];
    frame.extend(id.to_be_bytes());
    frame.extend(payload);
    frame
}

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const WINDOW_UPDATE: u8 = 8;
const END_STREAM: u8 = 1;
const ACK: u8 = 1;
const END_HEADERS: u8 = 4;

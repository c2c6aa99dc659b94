//! What a client can send: bytes of every kind and size in every field, and never a panic.

use crate::policies::{self, OPEN};
use crate::proxy::{Proxy, Went, get, is_marked, with};

/// Values that no field expects.
fn values() -> Vec<Vec<u8>> {
    vec![
        b"".to_vec(),
        b"\xff\xfe\x80".to_vec(),
        b"\x00".to_vec(),
        b"a\x00b\r\nx-user: root".to_vec(),
        b"%".to_vec(),
        b"%2".to_vec(),
        b"/%ff%c0%ae".to_vec(),
        b"\xe2\x80\xae".to_vec(),
        vec![b'a'; 60_000],
        vec![0xff; 60_000],
        [b"/".as_slice(), &[b'x'; 60_000]].concat(),
        b"/../".repeat(10_000),
        b",".repeat(60_000),
        (0..=255).collect(),
    ]
}

#[test]
fn any_bytes_in_any_header_are_decided_on() {
    let names = [
        ":method",
        ":path",
        ":authority",
        ":scheme",
        "host",
        "authorization",
        "cookie",
        "content-type",
        "x-user",
        "x_user",
        "x-anything",
        "x-http-method-override",
        "x-forwarded-for",
        "x-forwarded-client-cert",
    ];
    for install in [policies::routes, policies::writer, policies::curious] {
        let proxy = Proxy::configured(install, OPEN);
        for name in names {
            for value in values() {
                let mut headers = get("/").to_vec();
                headers.retain(|(other, _)| *other != name);
                headers.push((name, &value));
                let went = proxy.send(&headers);
                assert_eq!(is_marked(), went == Went::On);
                let replies = with(|state| state.replies.len());
                assert_eq!(replies, usize::from(went == Went::Nowhere), "{name}");
            }
        }
    }
}

#[test]
fn a_request_without_its_pseudo_headers_is_denied() {
    let proxy = Proxy::configured(policies::routes, OPEN);
    for (name, code) in [
        (":method", "request.bad_method"),
        (":path", "request.ambiguous_path"),
    ] {
        let mut headers = get("/").to_vec();
        headers.retain(|(other, _)| *other != name);
        assert_eq!(proxy.send(&headers), Went::Nowhere, "{name}");
        assert_eq!(crate::proxy::reply().details, code);
    }
    assert_eq!(proxy.send(&[]), Went::Nowhere);
}

#[test]
fn two_values_of_a_pseudo_header_are_seen() {
    let proxy = Proxy::configured(policies::routes, OPEN);
    for (name, second, code) in [
        (":method", b"POST".as_slice(), "request.bad_method"),
        (
            ":authority",
            b"other.example.org",
            "request.duplicate_header",
        ),
    ] {
        let mut headers = get("/").to_vec();
        headers.push((name, second));
        assert_eq!(proxy.send(&headers), Went::Nowhere, "{name}");
        assert_eq!(crate::proxy::reply().details, code);
    }
}

#[test]
fn any_bytes_in_any_fact_are_decided_on() {
    let proxy = Proxy::configured(policies::curious, OPEN);
    for path in [
        "source\0address",
        "destination\0port",
        "connection\0mtls",
        "connection\0sha256_peer_certificate_digest",
        "connection\0peer_certificate",
    ] {
        for value in values() {
            with(|state| {
                state.properties.clear();
                state.properties.insert(path.into(), value.clone());
            });
            let went = proxy.get("/");
            assert_eq!(is_marked(), went == Went::On);
        }
    }
}

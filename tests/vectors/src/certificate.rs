//! Peer certificates of the pure runs: built byte by byte, with a signature that nobody checks.
//!
//! The filter reads certificates that the listener has verified, so what it reads can be built
//! without a key, also in bare wasm.

use base64ct::{Base64, Encoding};

/// What kind of leaf certificate a peer shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// As an X509-SVID should be.
    Plain,
    /// Past its end.
    Expired,
    /// With a second URI SAN.
    TwoUris,
    /// Without a URI SAN.
    NoUri,
    /// A certificate authority.
    Authority,
}

impl Form {
    /// The form of this name in the file.
    #[must_use]
    pub fn named(name: &str) -> Self {
        match name {
            "plain" => Self::Plain,
            "expired" => Self::Expired,
            "two_uris" => Self::TwoUris,
            "no_uri" => Self::NoUri,
            "authority" => Self::Authority,
            other => unreachable!("no form {other}"),
        }
    }
}

const SEQUENCE: u8 = 0x30;
const OCTETS: u8 = 0x04;
const BITS: u8 = 0x03;
const TRUE: [u8; 3] = [0x01, 0x01, 0xff];
const ECDSA_WITH_SHA256: [u8; 10] = [0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
const EC_PUBLIC_KEY: [u8; 9] = [0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const P256: [u8; 10] = [0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const KEY_USAGE: [u8; 5] = [0x06, 0x03, 0x55, 0x1d, 0x0f];
const SUBJECT_ALT_NAME: [u8; 5] = [0x06, 0x03, 0x55, 0x1d, 0x11];
const BASIC_CONSTRAINTS: [u8; 5] = [0x06, 0x03, 0x55, 0x1d, 0x13];

/// A certificate as URL-encoded PEM, the way Envoy states it.
pub(crate) fn url_encoded_pem(id: &str, form: Form) -> String {
    let base64 = base64(id, form);
    let lines: Vec<String> = base64
        .as_bytes()
        .chunks(64)
        .map(|line| String::from_utf8_lossy(line).into_owned())
        .collect();
    let pem = format!(
        "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
        lines.join("\n")
    );
    let encode = |character: char| match character {
        'A'..='Z' | 'a'..='z' | '0'..='9' | '-' => character.to_string(),
        other => format!("%{:02X}", u32::from(other)),
    };
    pem.chars().map(encode).collect()
}

/// A certificate (RFC 5280 §4.1) in base64.
pub(crate) fn base64(id: &str, form: Form) -> String {
    let algorithm = tlv(SEQUENCE, &ECDSA_WITH_SHA256);
    let certificate = tlv(
        SEQUENCE,
        &[
            to_be_signed(id, form, &algorithm),
            algorithm,
            tlv(BITS, &[0, 0]),
        ]
        .concat(),
    );
    Base64::encode_string(&certificate)
}

fn to_be_signed(id: &str, form: Form, algorithm: &[u8]) -> Vec<u8> {
    let end: &[u8] = if form == Form::Expired {
        b"010101000000Z"
    } else {
        b"491231235959Z"
    };
    let validity = tlv(
        SEQUENCE,
        &[tlv(0x17, b"000101000000Z"), tlv(0x17, end)].concat(),
    );
    let key = tlv(
        SEQUENCE,
        &[
            tlv(SEQUENCE, &[&EC_PUBLIC_KEY[..], &P256].concat()),
            tlv(BITS, &[0; 66]),
        ]
        .concat(),
    );
    let empty_name = tlv(SEQUENCE, &[]);
    let version_3 = tlv(0xa0, &[0x02, 0x01, 0x02]);
    let serial = [0x02, 0x01, 0x01];
    let parts: [&[u8]; 8] = [
        &version_3,
        &serial,
        algorithm,
        &empty_name,
        &validity,
        &empty_name,
        &key,
        &extensions(id, form),
    ];
    tlv(SEQUENCE, &parts.concat())
}

fn extensions(id: &str, form: Form) -> Vec<u8> {
    let uri = |uri: &str| tlv(0x86, uri.as_bytes());
    let names = match form {
        Form::NoUri => tlv(0x82, b"shop.example.org"),
        Form::TwoUris => [uri(id), uri("spiffe://mesh.test/ns/other/sa/other")].concat(),
        _ => uri(id),
    };
    let authority: &[u8] = if form == Form::Authority { &TRUE } else { &[] };
    let usage: &[u8] = if form == Form::Authority {
        &[1, 0x06]
    } else {
        &[7, 0x80]
    };
    let all = [
        extension(&KEY_USAGE, &tlv(BITS, usage)),
        extension(&BASIC_CONSTRAINTS, &tlv(SEQUENCE, authority)),
        extension(&SUBJECT_ALT_NAME, &tlv(SEQUENCE, &names)),
    ];
    tlv(0xa3, &tlv(SEQUENCE, &all.concat()))
}

fn extension(oid: &[u8], value: &[u8]) -> Vec<u8> {
    tlv(SEQUENCE, &[oid, &TRUE, &tlv(OCTETS, value)].concat())
}

/// Tag, length and value of DER (X.690 §8.1).
fn tlv(tag: u8, value: &[u8]) -> Vec<u8> {
    let length = value.len();
    let mut out = vec![tag];
    match u8::try_from(length) {
        Ok(short @ 0..=127) => out.push(short),
        Ok(long) => out.extend([0x81, long]),
        Err(_) => {
            let length = u16::try_from(length)
                .expect("a small certificate")
                .to_be_bytes();
            out.extend([0x82, length[0], length[1]]);
        }
    }
    out.extend_from_slice(value);
    out
}

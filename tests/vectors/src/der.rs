//! As much of DER (X.690) as certificates of tests need, written so that it can also be written wrong.

use base64ct::{Base64, Encoding};

pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BITS: u8 = 0x03;
pub(crate) const OCTETS: u8 = 0x04;
pub(crate) const OBJECT: u8 = 0x06;
pub(crate) const UTF8: u8 = 0x0c;
pub(crate) const UTC_TIME: u8 = 0x17;
pub(crate) const GENERALIZED_TIME: u8 = 0x18;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;

/// Tag, length and value (X.690 §8.1), the length in as few bytes as it needs (§10.1).
pub(crate) fn tlv(tag: u8, value: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    match u8::try_from(value.len()) {
        Ok(short @ 0..=127) => out.push(short),
        _ => out.extend(long_length(value.len())),
    }
    out.extend_from_slice(value);
    out
}

/// A length in the long form.
pub(crate) fn long_length(length: usize) -> Vec<u8> {
    let bytes = length.to_be_bytes();
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let count = u8::try_from(bytes.len() - zeros).expect("a length of few bytes");
    [&[0x80 | count], &bytes[zeros..]].concat()
}

/// An object identifier (X.690 §8.19), written with dots.
pub(crate) fn oid(dotted: &str) -> Vec<u8> {
    let arcs: Vec<u32> = dotted
        .split('.')
        .map(|arc| arc.parse().expect("an arc is a number"))
        .collect();
    let mut value = Vec::new();
    for arc in std::iter::once(arcs[0] * 40 + arcs[1]).chain(arcs[2..].iter().copied()) {
        let mut groups = vec![arc & 0x7f];
        let mut rest = arc >> 7;
        while rest > 0 {
            groups.push(0x80 | rest & 0x7f);
            rest >>= 7;
        }
        value.extend(
            groups
                .iter()
                .rev()
                .filter_map(|group| u8::try_from(*group).ok()),
        );
    }
    tlv(OBJECT, &value)
}

/// Bytes that stand in the file as hex digits.
pub(crate) fn hex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().as_chunks::<2>();
    assert!(digits.1.is_empty(), "an odd number of hex digits: {text}");
    let byte = |pair: &[u8; 2]| {
        let pair = std::str::from_utf8(pair).expect("hex digits");
        u8::from_str_radix(pair, 16).expect("hex digits")
    };
    digits.0.iter().map(byte).collect()
}

/// A certificate in base64, 64 letters a line (RFC 7468 §2).
pub(crate) fn base64_lines(der: &[u8]) -> String {
    let base64 = Base64::encode_string(der);
    let lines = base64.as_bytes().chunks(64);
    lines
        .map(|line| String::from_utf8_lossy(line) + "\n")
        .collect()
}

/// A certificate as PEM (RFC 7468 §5.1).
pub(crate) fn pem(der: &[u8]) -> String {
    let lines = base64_lines(der);
    format!("-----BEGIN CERTIFICATE-----\n{lines}-----END CERTIFICATE-----\n")
}

/// A text as Envoy URL-encodes it: letters and digits as they are, all else as `%` and two digits.
pub(crate) fn url_encoded(text: &str) -> String {
    let encode = |character: char| match character {
        'A'..='Z' | 'a'..='z' | '0'..='9' | '-' => character.to_string(),
        other => format!("%{:02X}", u32::from(other)),
    };
    text.chars().map(encode).collect()
}

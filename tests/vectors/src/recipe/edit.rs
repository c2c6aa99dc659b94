//! What is done to a certificate after it was signed: another encoding of the same, or damage.

use serde_json::Value;

use crate::der::{SEQUENCE, hex, long_length};

/// A change to the bytes of a certificate.
#[derive(Clone, Debug)]
pub(crate) enum Edit {
    /// These bytes behind it.
    Append(Vec<u8>),
    /// So many bytes less at its end.
    Cut(usize),
    /// Another first byte.
    Tag(u8),
    /// A zero in front of its length (X.690 §10.1 asks for the shortest).
    LongLength,
    /// No length, and two zeros at its end (X.690 §8.1.3.6: BER, not DER).
    Indefinite,
}

impl Edit {
    /// Reads `"long_length"`, `"indefinite"` or `{"append": "00"}`, `{"cut": 1}`, `{"tag": "31"}`.
    pub(crate) fn read(value: &Value) -> Self {
        match (value.as_str(), value.as_object()) {
            (Some("long_length"), _) => Self::LongLength,
            (Some("indefinite"), _) => Self::Indefinite,
            (None, Some(object)) => {
                let (word, argument) = object.iter().next().expect("a word");
                let text = || argument.as_str().expect("hex digits");
                match word.as_str() {
                    "append" => Self::Append(hex(text())),
                    "tag" => Self::Tag(hex(text())[0]),
                    "cut" => Self::Cut(serde_json::from_value(argument.clone()).expect("a number")),
                    other => unreachable!("no edit {other}"),
                }
            }
            _ => unreachable!("no edit {value}"),
        }
    }

    pub(crate) fn made_to(&self, mut der: Vec<u8>) -> Vec<u8> {
        match self {
            Self::Append(bytes) => der.extend(bytes),
            Self::Cut(count) => der.truncate(der.len() - count),
            Self::Tag(tag) => der[0] = *tag,
            Self::LongLength => {
                let value = value(&der);
                let mut length = long_length(value.len());
                length[0] += 1;
                length.insert(1, 0);
                der = [&[SEQUENCE], length.as_slice(), value].concat();
            }
            Self::Indefinite => der = [&[SEQUENCE, 0x80], value(&der), &[0, 0]].concat(),
        }
        der
    }
}

/// The value of a certificate, whose length is in the long form.
fn value(der: &[u8]) -> &[u8] {
    &der[2 + usize::from(der[1] & 0x7f)..]
}

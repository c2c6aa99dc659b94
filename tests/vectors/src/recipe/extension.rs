//! The extensions that an X509-SVID has (X509-SVID §4), and any other.

use crate::der::{BITS, OCTETS, SEQUENCE, hex, oid, tlv};
use crate::recipe::name;

pub(crate) const KEY_USAGE: &str = "2.5.29.15";
pub(crate) const NAMES: &str = "2.5.29.17";
pub(crate) const BASIC_CONSTRAINTS: &str = "2.5.29.19";
pub(crate) const EXTENDED_KEY_USAGE: &str = "2.5.29.37";

const TRUE: [u8; 3] = [0x01, 0x01, 0xff];

/// An extension (RFC 5280 §4.2).
#[derive(Clone, Debug)]
pub(crate) struct Extension {
    pub(crate) oid: String,
    pub(crate) critical: bool,
    /// The DER inside of the OCTET STRING, or what stands in its place.
    pub(crate) value: Vec<u8>,
}

impl Extension {
    pub(crate) fn new(oid: &str, critical: bool, value: Vec<u8>) -> Self {
        Self {
            oid: oid.to_owned(),
            critical,
            value,
        }
    }

    /// What a leaf has: SPIRE and Istio issue these four, so marked.
    pub(crate) fn of_a_leaf(id: &str) -> Vec<Self> {
        vec![
            Self::new(KEY_USAGE, true, key_usage(&["digitalSignature"])),
            Self::new(BASIC_CONSTRAINTS, true, basic_constraints("")),
            Self::new(
                EXTENDED_KEY_USAGE,
                false,
                extended_key_usage(&["serverAuth", "clientAuth"]),
            ),
            Self::names(&[&format!("uri:{id}")]),
        ]
    }

    /// Subject alternative names, critical as beside an empty subject (RFC 5280 §4.2.1.6).
    pub(crate) fn names(list: &[&str]) -> Self {
        Self::new(NAMES, true, names(list))
    }

    /// The basic constraints of a certificate authority.
    pub(crate) fn authority() -> Self {
        Self::new(BASIC_CONSTRAINTS, true, basic_constraints("ca"))
    }

    /// A key usage that signs certificates beside requests.
    pub(crate) fn signer() -> Self {
        Self::new(
            KEY_USAGE,
            true,
            key_usage(&["digitalSignature", "keyCertSign"]),
        )
    }

    /// An extended key usage of a certificate that signs programs.
    pub(crate) fn for_code() -> Self {
        Self::new(
            EXTENDED_KEY_USAGE,
            false,
            extended_key_usage(&["codeSigning"]),
        )
    }

    pub(crate) fn der(&self) -> Vec<u8> {
        let critical: &[u8] = if self.critical { &TRUE } else { &[] };
        let value = tlv(OCTETS, &self.value);
        tlv(SEQUENCE, &[&oid(&self.oid), critical, &value].concat())
    }
}

/// A bit string with these bits of RFC 5280 §4.2.1.3, without trailing zeros (X.690 §11.2.2).
pub(crate) fn key_usage(usages: &[&str]) -> Vec<u8> {
    const BITS_OF: [&str; 9] = [
        "digitalSignature",
        "nonRepudiation",
        "keyEncipherment",
        "dataEncipherment",
        "keyAgreement",
        "keyCertSign",
        "cRLSign",
        "encipherOnly",
        "decipherOnly",
    ];
    let place = |usage: &&str| {
        let found = BITS_OF.iter().position(|bit| bit == usage);
        found.unwrap_or_else(|| unreachable!("no key usage {usage}"))
    };
    let Some(last) = usages.iter().map(place).max() else {
        return tlv(BITS, &[0]);
    };
    let mut bytes = vec![0_u8; last / 8 + 1];
    for at in usages.iter().map(place) {
        bytes[at / 8] |= 0x80 >> (at % 8);
    }
    let unused = u8::try_from(7 - last % 8).expect("seven at most");
    tlv(BITS, &[&[unused], bytes.as_slice()].concat())
}

/// Purposes (RFC 5280 §4.2.1.12), by name or as an identifier.
pub(crate) fn extended_key_usage(purposes: &[&str]) -> Vec<u8> {
    let purpose = |name: &&str| {
        oid(match *name {
            "any" => "2.5.29.37.0",
            "serverAuth" => "1.3.6.1.5.5.7.3.1",
            "clientAuth" => "1.3.6.1.5.5.7.3.2",
            "codeSigning" => "1.3.6.1.5.5.7.3.3",
            "OCSPSigning" => "1.3.6.1.5.5.7.3.9",
            dotted => dotted,
        })
    };
    let purposes: Vec<Vec<u8>> = purposes.iter().map(purpose).collect();
    tlv(SEQUENCE, &purposes.concat())
}

/// `ca` or nothing, and behind a comma the length of the path (RFC 5280 §4.2.1.9).
pub(crate) fn basic_constraints(words: &str) -> Vec<u8> {
    let (ca, length) = words.split_once(',').unwrap_or((words, ""));
    let ca: &[u8] = match ca {
        "ca" => &TRUE,
        "" => &[],
        other => unreachable!("no basic constraints {other}"),
    };
    let length = match length {
        "" => Vec::new(),
        number => tlv(0x02, &[number.parse().expect("a small number")]),
    };
    tlv(SEQUENCE, &[ca, &length].concat())
}

/// Names, each with its kind in front (RFC 5280 §4.2.1.6); `hex:` is a whole name as it stands.
pub(crate) fn names(names: &[&str]) -> Vec<u8> {
    let one = |text: &&str| {
        let (kind, value) = text.split_once(':').expect("a kind and a colon");
        match kind {
            "other" => tlv(0xa0, &hex(value)),
            "email" => tlv(0x81, value.as_bytes()),
            "dns" => tlv(0x82, value.as_bytes()),
            "directory" => tlv(0xa4, &name(value)),
            "uri" => tlv(0x86, value.as_bytes()),
            "ip" => tlv(0x87, &hex(value)),
            "registered" => tlv(0x88, &oid(value)[2..]),
            "hex" => hex(value),
            other => unreachable!("no kind of name {other}"),
        }
    };
    let names: Vec<Vec<u8>> = names.iter().map(one).collect();
    tlv(SEQUENCE, &names.concat())
}

//! What the service knows a key by: names and values, bounded, and never a secret.
//!
//! The service writes all of them into one string with `_` between, so that no value may hold one:
//! else whoever chooses one value could be taken for another's key.

use std::fmt::Write;
use std::net::IpAddr;

use hmac_sha256::Hash;

/// One part of a key: what it is called, and how its value is written.
#[derive(Clone, Debug)]
pub(crate) struct PartName {
    /// The attribute as the document names it.
    pub(crate) name: Box<str>,
    /// How its value is written.
    pub(crate) form: Form,
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// As it is, if it is short and plain; else hashed.
    Plain,
    /// An address, given by its bytes.
    Address,
    /// Hashed: it may be a credential.
    Secret,
}

/// The longest value that is written as it is.
const LONGEST: usize = 64;

/// Stands before a hash, and before nothing else.
const HASHED: &str = "sha256:";

/// The entries of a key's parts, where the key has them: the value of each, or nothing.
pub(super) fn entries(
    parts: &[PartName],
    values: &[Option<&[u8]>],
) -> impl Iterator<Item = (Box<str>, Box<str>)> {
    parts.iter().zip(values).filter_map(|(part, value)| {
        let value = part.form.write((*value)?);
        Some((part.name.clone(), value.into()))
    })
}

impl Form {
    fn write(self, value: &[u8]) -> String {
        match self {
            Self::Secret => hashed(value),
            Self::Address => address(value).unwrap_or_else(|| hashed(value)),
            Self::Plain => match std::str::from_utf8(value) {
                Ok(text) if is_plain(text) => text.to_owned(),
                _ => hashed(value),
            },
        }
    }
}

fn is_plain(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-./:@".contains(&byte);
    (1..=LONGEST).contains(&text.len()) && text.bytes().all(plain) && !text.starts_with(HASHED)
}

fn address(value: &[u8]) -> Option<String> {
    let ip = match value.len() {
        4 => IpAddr::from(<[u8; 4]>::try_from(value).ok()?),
        16 => IpAddr::from(<[u8; 16]>::try_from(value).ok()?),
        _ => return None,
    };
    Some(ip.to_string())
}

/// The first half of its SHA-256: what two values share is chosen by nobody.
fn hashed(value: &[u8]) -> String {
    let mut text = String::from(HASHED);
    for byte in Hash::hash(value).iter().take(16) {
        let _ = write!(text, "{byte:02x}"); // a String takes all
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(form: Form, value: &[u8]) -> String {
        form.write(value)
    }

    #[test]
    fn short_and_plain_values_can_be_read() {
        assert_eq!(written(Form::Plain, b"acme"), "acme");
        assert_eq!(written(Form::Plain, b"/v1/orders"), "/v1/orders");
        assert_eq!(written(Form::Address, &[203, 0, 113, 9]), "203.0.113.9");
        let mut v6 = [0; 16];
        v6[..2].copy_from_slice(&[0x20, 0x01]);
        assert_eq!(written(Form::Address, &v6), "2001::");
    }

    #[test]
    fn all_else_is_hashed() {
        // echo -n "a_b" | sha256sum
        assert_eq!(
            written(Form::Plain, b"a_b"),
            "sha256:648fa9b31bc7ff7eb914e7a7180f07e0"
        );
        let long = [b'a'; 65];
        for value in [
            &b""[..],
            &long,
            b"\xff",
            b"a b",
            b"a\n",
            b"sha256:00",
            "\u{e9}".as_bytes(),
        ] {
            let text = written(Form::Plain, value);
            assert_eq!(text.len(), 39, "{value:?}");
            assert!(text.starts_with(HASHED), "{text}");
        }
        assert_eq!(written(Form::Secret, b"a_b"), written(Form::Plain, b"a_b"));
        assert!(written(Form::Secret, b"acme").starts_with(HASHED));
        assert!(written(Form::Address, b"odd").starts_with(HASHED));
    }

    #[test]
    fn a_part_without_a_value_has_no_entry() {
        let part = |name: &str| PartName {
            name: name.into(),
            form: Form::Plain,
        };
        let parts = [part("a"), part("b")];
        let told: Vec<_> = entries(&parts, &[None, Some(b"x")]).collect();
        assert_eq!(told, [("b".into(), "x".into())]);
    }
}

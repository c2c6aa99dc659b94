//! The form in which Envoy states a certificate: PEM (RFC 7468), plain or with URL encoding over it.
//!
//! Envoy 1.40 states `connection.peer_certificate` plain; in XFCC and in other hosts the same PEM is
//! URL-encoded. The two cannot be confused: the boundary of a PEM has spaces, which URL encoding has
//! not. Strict on both layers, since what two readers could decode differently could name two callers.

use std::borrow::Cow;

use x509_cert::der::pem;

use super::{Svid, SvidError};

const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";
const END: &[u8] = b"-----END CERTIFICATE-----";
/// The label of both boundaries (RFC 7468 §5.1).
const LABEL: &str = "CERTIFICATE";

/// The first certificate in DER.
pub(super) fn first_certificate(encoded: &[u8]) -> Result<Vec<u8>, SvidError> {
    if encoded.len() > Svid::MAX_BYTES {
        return Err(SvidError::TooLarge);
    }
    let text = if encoded.starts_with(BEGIN) {
        Cow::Borrowed(encoded)
    } else {
        Cow::Owned(percent_decoded(encoded).ok_or(SvidError::Unreadable)?)
    };
    let first = first_block(&text).ok_or(SvidError::Unreadable)?;
    match pem::decode_vec(first) {
        Ok((LABEL, der)) => Ok(der),
        _ => Err(SvidError::Unreadable),
    }
}

/// Undoes URL encoding: `%` with two hex digits is a byte, any other printable ASCII is itself,
/// and everything else is an error. A `+` is a plus: this is no form.
fn percent_decoded(encoded: &[u8]) -> Option<Vec<u8>> {
    let mut decoded = Vec::with_capacity(encoded.len());
    let mut bytes = encoded.iter().copied();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => hex_byte(bytes.next()?, bytes.next()?)?,
            b'!'..=b'~' => byte,
            _ => return None,
        });
    }
    Some(decoded)
}

/// The byte of two hex digits.
pub(crate) fn hex_byte(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| {
        char::from(byte)
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
    };
    Some(digit(high)? << 4 | digit(low)?)
}

/// The first PEM block, boundaries included; it must be a certificate and stand at the start.
fn first_block(text: &[u8]) -> Option<&[u8]> {
    if !text.starts_with(BEGIN) {
        return None;
    }
    let at = text.windows(END.len()).position(|window| window == END)?;
    text.get(..at.checked_add(END.len())?)
}

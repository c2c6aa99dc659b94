//! The `client-cert` header: a certificate as one Byte Sequence (RFC 9440 §2.1).
//!
//! The standard's form for what XFCC says in Envoy's own: the certificate itself, for whoever reads
//! it to judge.

use base64ct::{Base64, Encoding};

use crate::Svid;

/// Why a header is not one certificate after RFC 9440.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClientCertError {
    /// Longer than [`Svid::MAX_BYTES`].
    #[error("the header is longer than 64 KiB")]
    TooLong,
    /// Not one colon, base64 with its padding (RFC 4648 §4), one colon. A header that was given
    /// twice ends here: it holds a comma.
    #[error("the header is not one byte sequence")]
    NotOneByteSequence,
}

/// The certificate in DER that a header states.
///
/// # Errors
/// The header is not exactly one Byte Sequence (RFC 8941 §3.3.5), without parameters.
///
/// # Security
/// Anybody can send this header, with anybody's certificate: certificates are public.
///
/// ```
/// assert_eq!(spiffe::client_cert(b":AAECAw==:").unwrap(), [0, 1, 2, 3]);
/// assert!(spiffe::client_cert(b":AAECAw==:,:AAECAw==:").is_err());
/// ```
pub fn client_cert(header: &[u8]) -> Result<Vec<u8>, ClientCertError> {
    if header.len() > Svid::MAX_BYTES {
        return Err(ClientCertError::TooLong);
    }
    let inside = header
        .strip_prefix(b":")
        .and_then(|header| header.strip_suffix(b":"));
    let text = inside.and_then(|inside| std::str::from_utf8(inside).ok());
    text.filter(|text| !text.is_empty())
        .and_then(|text| Base64::decode_vec(text).ok())
        .ok_or(ClientCertError::NotOneByteSequence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_byte_sequence_is_read_and_nothing_else() {
        assert_eq!(client_cert(b":/+8=:"), Ok(vec![0xff, 0xef]));
        for header in [
            "",
            ":",
            "::",
            "AAECAw==",
            ":AAECAw==",
            "AAECAw==:",
            "\":AAECAw==:\"",
            ":AAECAw==:;a=1",
            ":AAECAw==: ",
            " :AAECAw==:",
            ":AAECAw==:,:AAECAw==:",
            ":AAECAw==:, :AAECAw==:",
            ":AAEC Aw==:",
            ":AAEC\nAw==:",
            ":AAECAw:",
            ":AAECAw=:",
            ":AAECAx==:",
            ":_-8=:",
            ":AAECAw==::",
            ":%41AECAw==:",
            ":-----BEGIN:",
        ] {
            assert_eq!(
                client_cert(header.as_bytes()),
                Err(ClientCertError::NotOneByteSequence),
                "{header:?}"
            );
        }
        assert_eq!(
            client_cert(b":\xff\xfe\xfd\xfc:"),
            Err(ClientCertError::NotOneByteSequence)
        );
        let long = vec![b':'; Svid::MAX_BYTES + 1];
        assert_eq!(client_cert(&long), Err(ClientCertError::TooLong));
    }
}

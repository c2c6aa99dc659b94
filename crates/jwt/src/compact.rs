//! A JWS in compact form (RFC 7515 §7.1), taken apart strictly and without believing it.
//!
//! Bytes in; never a panic. Each part has one spelling only: base64url without padding and with
//! no stray bits, so that the exact bytes of a token can stand for it in a cache.

use base64ct::{Base64UrlUnpadded, Encoding};
use policy::Reason;

use crate::reason;

/// The three parts of a compact JWS. It has no `Debug`, since it holds the token.
pub struct Compact<'a> {
    text: &'a str,
    signing_input: &'a str,
    header: Vec<u8>,
    payload: Vec<u8>,
    signature: Vec<u8>,
}

impl<'a> Compact<'a> {
    /// Takes a token apart. Its length is the caller's to bound, before.
    ///
    /// An empty signature is taken apart like any other (that is how `alg: none` looks): whether
    /// it verifies is another question.
    ///
    /// # Errors
    /// `jwt.malformed` where the bytes are not three parts of canonical base64url.
    ///
    /// # Examples
    /// ```
    /// let jws = jwt::Compact::parse(b"e30.e30.AAAA").unwrap();
    /// assert_eq!(jws.signing_input(), "e30.e30");
    /// assert_eq!(jws.header(), b"{}");
    /// assert_eq!(jws.signature(), [0, 0, 0]);
    /// assert!(jwt::Compact::parse(b"e30=.e30.AAAA").is_err());
    /// ```
    pub fn parse(token: &'a [u8]) -> Result<Self, Reason> {
        Self::take_apart(token).ok_or(reason::MALFORMED)
    }

    /// The whole token.
    #[must_use]
    pub const fn text(&self) -> &'a str {
        self.text
    }

    /// What the signature is over: header and payload as they were sent (RFC 7515 §5.2).
    #[must_use]
    pub const fn signing_input(&self) -> &'a str {
        self.signing_input
    }

    /// The header's bytes, which may be anything.
    #[must_use]
    pub fn header(&self) -> &[u8] {
        &self.header
    }

    /// The payload's bytes, which may be anything.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The signature's bytes, which may be anything.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// The signature's bytes, taken out.
    pub(crate) fn into_signature(self) -> Vec<u8> {
        self.signature
    }

    fn take_apart(token: &'a [u8]) -> Option<Self> {
        let text = std::str::from_utf8(token).ok()?;
        let (signing_input, signature) = text.rsplit_once('.')?;
        let (header, payload) = signing_input.split_once('.')?; // a fourth part fails to decode
        if header.is_empty() {
            return None;
        }
        let decode = |part: &str| Base64UrlUnpadded::decode_vec(part).ok();
        Some(Self {
            text,
            signing_input,
            header: decode(header)?,
            payload: decode(payload)?,
            signature: decode(signature)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_three_parts_of_canonical_base64url_are_a_token() {
        let malformed: [&[u8]; 17] = [
            b"",
            b".",
            b"..",
            b"e30",
            b"e30.e30",
            b".e30.AAAA",
            b"e30.e30.AAAA.AAAA",
            b"e30.e30.AAAA.AAAA.AAAA",
            b"e30=.e30.AAAA",
            b"e30.e30.AAA=",
            b"e31.e30.AAAA",  // stray bits behind the last byte
            b"e30.e30.AB",    // the same in the signature
            b"e30.e30.A",     // a length that base64 cannot have
            b"e30.e30.+/+/",  // the other alphabet
            b"e30.e3 0.AAAA", // white space
            b"e30.e30.AAAA\n",
            b"\xff30.e30.AAAA",
        ];
        for token in malformed {
            let parsed = Compact::parse(token).err();
            assert_eq!(parsed, Some(reason::MALFORMED), "{}", token.escape_ascii());
        }
        assert!(Compact::parse(b"{\"payload\":\"e30\"}").is_err());
        assert_eq!(Compact::parse(b"e30.e30.").unwrap().signature(), b"");
        assert_eq!(Compact::parse(b"e30..AA").unwrap().payload(), b"");
    }

    proptest! {
        #[test]
        fn hostile_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = Compact::parse(&bytes);
        }

        #[test]
        fn a_token_has_one_spelling(text in "[A-Za-z0-9_.=-]{0,40}") {
            if let Ok(jws) = Compact::parse(text.as_bytes()) {
                let encode = Base64UrlUnpadded::encode_string;
                let again = [jws.header(), jws.payload(), jws.signature()].map(encode).join(".");
                prop_assert_eq!(again, text);
            }
        }
    }
}

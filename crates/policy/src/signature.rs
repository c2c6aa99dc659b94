//! The proxy's own function for signatures, many times faster than code in the VM.
//!
//! A seam: what is asked and answered, not how the proxy is called. Whoever asks has tried it on
//! signatures that it knows, and falls back on an answer that is neither yes nor no.

/// The digest that is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Digest {
    /// 32 bytes.
    Sha256,
    /// 48 bytes.
    Sha384,
    /// 64 bytes.
    Sha512,
}

/// A signature to be verified. It has no `Debug`, since it holds a token.
#[derive(Clone, Copy)]
pub struct Signed<'a> {
    /// The digest.
    pub digest: Digest,
    /// The key: a `SubjectPublicKeyInfo` in DER (RFC 5280 §4.1.2.7), which says whether it is for
    /// RSA, then PKCS#1 v1.5 (RFC 8017 §8.2), or for ECDSA.
    pub public_key: &'a [u8],
    /// RSA: as long as the modulus. ECDSA: r and s as DER (RFC 3279 §2.2.3).
    pub signature: &'a [u8],
    /// What was signed.
    pub message: &'a [u8],
}

/// Signatures verified by the proxy.
pub trait ProxySignatures {
    /// Whether the signature is the key's over the message; `None` where the proxy has no such
    /// function, refused the key, or gave an answer that is none.
    fn verify(&self, signed: &Signed<'_>) -> Option<bool>;
}

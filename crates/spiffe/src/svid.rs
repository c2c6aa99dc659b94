//! An X509-SVID, read from the certificate itself.
//!
//! The proxy's validator has checked the chain and the proof of the key; here stands what SPIFFE
//! asks of the leaf besides (X509-SVID §5.2). Input is hostile all the same: a listener may take
//! certificates that it does not validate.

mod encoded;
mod extensions;
mod leaf;
#[cfg(test)]
mod tests;

pub(crate) use self::encoded::hex_byte;

use x509_cert::Certificate;
use x509_cert::der::Decode;

use policy::Reason;

use self::extensions::Extensions;
use crate::{IdError, SpiffeId, reason};

/// Why a certificate is not an X509-SVID of a workload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SvidError {
    /// Not a certificate after RFC 5280, not one in the form expected, or one that two readers could
    /// read differently: an extension twice, a critical one that is not processed.
    #[error("the certificate cannot be read")]
    Unreadable,
    /// Larger than [`Svid::MAX_BYTES`].
    #[error("the certificate is larger than 64 KiB")]
    TooLarge,
    /// It is a CA's (X509-SVID §4.1).
    #[error("the certificate is a CA's")]
    NotALeaf,
    /// keyCertSign or cRLSign is set, or digitalSignature is not (X509-SVID §4.3).
    #[error("the key usage is not a leaf's")]
    BadKeyUsage,
    /// There is an extended key usage without serverAuth or clientAuth (X509-SVID §4.4).
    #[error("the extended key usage is not a workload's")]
    BadPurposes,
    /// No URI SAN (X509-SVID §2).
    #[error("the certificate has no URI SAN")]
    NoUriSan,
    /// More than one URI SAN (X509-SVID §2).
    #[error("the certificate has more than one URI SAN")]
    SeveralUriSans,
    /// The URI SAN is not a SPIFFE ID (SPIFFE-ID §2).
    #[error("the URI SAN is not a SPIFFE ID: {0}")]
    BadId(#[from] IdError),
    /// The SPIFFE ID names a trust domain and no workload (X509-SVID §3.1, §5.2).
    #[error("the SPIFFE ID has no path")]
    NoPath,
}

impl SvidError {
    /// The reason with which a request is denied for it.
    #[must_use]
    pub const fn reason(self) -> Reason {
        match self {
            Self::Unreadable | Self::TooLarge => reason::BAD_CERTIFICATE,
            Self::NotALeaf => reason::NOT_A_LEAF,
            Self::BadKeyUsage => reason::BAD_KEY_USAGE,
            Self::BadPurposes => reason::BAD_EXTENDED_KEY_USAGE,
            Self::NoUriSan => reason::NO_URI_SAN,
            Self::SeveralUriSans => reason::SEVERAL_URI_SANS,
            Self::BadId(_) | Self::NoPath => reason::BAD_ID,
        }
    }
}

/// What an X509-SVID says: whose it is, and when it holds.
///
/// # Security
/// To hold one means that a certificate says so, not that anybody vouched for it: only the
/// proxy's validation context does. Whether it holds *now* is asked with [`Self::not_before`] and
/// [`Self::not_after`] on every use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Svid {
    id: SpiffeId,
    not_before: u64,
    not_after: u64,
}

impl Svid {
    /// The largest certificate read, in bytes as they come. A leaf has one or two thousand, and
    /// URL encoding at worst triples it; the rest is room, and a bound on what a stranger can have
    /// parsed.
    pub const MAX_BYTES: usize = 64 * 1024;

    /// Reads the first certificate of a PEM text, plain or URL-encoded, the forms in which Envoy states
    /// one. What follows the first certificate is a chain, and not the caller's.
    ///
    /// # Errors
    /// The first rule that the certificate breaks.
    pub fn from_pem(encoded: &[u8]) -> Result<Self, SvidError> {
        Self::from_der(&encoded::first_certificate(encoded)?)
    }

    /// Reads a certificate in DER.
    ///
    /// # Errors
    /// The first rule that the certificate breaks.
    pub fn from_der(der: &[u8]) -> Result<Self, SvidError> {
        if der.len() > Self::MAX_BYTES {
            return Err(SvidError::TooLarge);
        }
        let certificate = Certificate::from_der(der).map_err(|_| SvidError::Unreadable)?;
        let tbs = certificate.tbs_certificate();
        let extensions = Extensions::of(tbs)?;
        leaf::check_constraints(&extensions)?;
        let uri = leaf::only_uri(&extensions)?;
        leaf::check_key_usage(&extensions)?;
        leaf::check_purposes(&extensions)?;
        let id = SpiffeId::parse(uri.as_bytes())?;
        if id.path().is_empty() {
            return Err(SvidError::NoPath);
        }
        let validity = tbs.validity();
        Ok(Self {
            id,
            not_before: validity.not_before.to_unix_duration().as_secs(),
            not_after: validity.not_after.to_unix_duration().as_secs(),
        })
    }

    /// The workload's SPIFFE ID.
    #[must_use]
    pub const fn id(&self) -> &SpiffeId {
        &self.id
    }

    /// The first second in which it holds, since the Unix epoch (RFC 5280 §4.1.2.5).
    #[must_use]
    pub const fn not_before(&self) -> u64 {
        self.not_before
    }

    /// The last second in which it holds, since the Unix epoch (RFC 5280 §4.1.2.5).
    #[must_use]
    pub const fn not_after(&self) -> u64 {
        self.not_after
    }
}

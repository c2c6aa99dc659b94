//! The extensions of a certificate: each once, and none of them critical that nobody processes.
//!
//! A reader who takes the first of two and one who takes the last see two callers; a critical
//! extension that is passed over may have said that the certificate is not for this.

use x509_cert::der::asn1::ObjectIdentifier;
use x509_cert::der::oid::AssociatedOid;
use x509_cert::der::{Decode, Error};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::{
    BasicConstraints, CertificatePolicies, ExtendedKeyUsage, KeyUsage, SubjectAltName,
};
use x509_cert::{TbsCertificate, Version};

use super::SvidError;

/// The most extensions of a certificate. Leaves have ten; the bound is on what a stranger can have
/// compared.
const MAX_EXTENSIONS: usize = 64;

/// What may be critical: the rules of a leaf, which are looked at here, and certificate policies, which
/// are the path validation's, as the proxy does it (RFC 5280 §6.1).
const PROCESSED: [ObjectIdentifier; 5] = [
    BasicConstraints::OID,
    KeyUsage::OID,
    ExtendedKeyUsage::OID,
    SubjectAltName::OID,
    CertificatePolicies::OID,
];

/// The extensions of one certificate.
pub(super) struct Extensions<'c>(&'c [Extension]);

impl<'c> Extensions<'c> {
    /// # Errors
    /// Two of one kind (RFC 5280 §4.2), more than [`MAX_EXTENSIONS`], a critical one that is not
    /// processed (§4.2), or any in a version that has none (§4.1.2.9).
    pub(super) fn of(tbs: &'c TbsCertificate) -> Result<Self, SvidError> {
        let all = tbs.extensions().map_or(&[][..], Vec::as_slice);
        let unique = all.iter().enumerate().all(|(index, extension)| {
            let mut before = all.iter().take(index);
            before.all(|other| other.extn_id != extension.extn_id)
        });
        let processed = |extension: &Extension| PROCESSED.contains(&extension.extn_id);
        let version = all.is_empty() || tbs.version() == Version::V3;
        // the number first: it bounds the comparisons
        if all.len() <= MAX_EXTENSIONS
            && unique
            && version
            && all.iter().all(|it| !it.critical || processed(it))
        {
            Ok(Self(all))
        } else {
            Err(SvidError::Unreadable)
        }
    }

    /// The one of this kind, if there is one; `read` takes its DER.
    pub(super) fn read<T: AssociatedOid, R>(
        &self,
        read: impl FnOnce(&'c [u8]) -> Result<R, Error>,
    ) -> Result<Option<R>, SvidError> {
        let found = self.0.iter().find(|it| it.extn_id == T::OID);
        found
            .map(|it| read(it.extn_value.as_bytes()))
            .transpose()
            .map_err(|_| SvidError::Unreadable)
    }

    /// The same, as the type that it has a name for.
    pub(super) fn decode<T: AssociatedOid + Decode<'c, Error = Error>>(
        &self,
    ) -> Result<Option<T>, SvidError> {
        self.read::<T, T>(T::from_der)
    }
}

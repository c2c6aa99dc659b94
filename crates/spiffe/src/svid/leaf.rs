//! What makes a certificate a workload's own, and no authority's (X509-SVID §4, §5.2).
//!
//! The standard tells issuers more than it tells validators. What issuers MUST do is asked for
//! here where its absence would be read in two ways: an absent key usage is no restriction to one
//! reader and every power to another. Where all read the same, as with absent basic constraints or a key
//! usage that is not critical, it is not.

use x509_cert::der::Decode;
use x509_cert::der::asn1::{BitStringRef, Ia5String, ObjectIdentifier};
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectAltName};

use super::SvidError;
use super::extensions::Extensions;

/// The first byte of a key usage (RFC 5280 §4.2.1.3).
const DIGITAL_SIGNATURE: u8 = 0x80;
const SIGNS_OTHERS: u8 = 0x04 | 0x02; // keyCertSign, cRLSign

/// What an SVID is for, on either end of a connection (X509-SVID §4.4).
const SERVER_AUTH: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.1");
const CLIENT_AUTH: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.2");

/// Refuses an authority's certificate (X509-SVID §4.1). Absent constraints mean "no CA" (RFC 5280
/// §4.2.1.9), and some CAs leave them out.
pub(super) fn check_constraints(extensions: &Extensions<'_>) -> Result<(), SvidError> {
    match extensions.decode::<BasicConstraints>()? {
        Some(constraints) if constraints.ca => Err(SvidError::NotALeaf),
        // without a CA there is no path to bound: one reader calls it invalid, another a leaf
        Some(constraints) if constraints.path_len_constraint.is_some() => {
            Err(SvidError::Unreadable)
        }
        _ => Ok(()),
    }
}

/// The one URI SAN (X509-SVID §2). Other kinds of names may stand beside it.
pub(super) fn only_uri(extensions: &Extensions<'_>) -> Result<Ia5String, SvidError> {
    let names = extensions.decode::<SubjectAltName>()?;
    let names = names.map_or_else(Vec::new, |names| names.0);
    let mut uris = names.into_iter().filter_map(|name| match name {
        GeneralName::UniformResourceIdentifier(uri) => Some(uri),
        _ => None,
    });
    match (uris.next(), uris.next()) {
        (Some(uri), None) => Ok(uri),
        (None, _) => Err(SvidError::NoUriSan),
        (Some(_), Some(_)) => Err(SvidError::SeveralUriSans),
    }
}

/// Refuses a key that may sign certificates or revocations, or that may not sign at all
/// (X509-SVID §4.3).
pub(super) fn check_key_usage(extensions: &Extensions<'_>) -> Result<(), SvidError> {
    let bits = extensions
        .read::<KeyUsage, _>(BitStringRef::from_der)?
        .ok_or(SvidError::BadKeyUsage)?;
    let (first, last) = match bits.raw_bytes() {
        [] => (0, 0),
        [only] => (*only, *only),
        [first, last] => (*first, *last),
        _ => return Err(SvidError::Unreadable), // nine bits are all there are
    };
    // Unused bits are zero (X.690 §11.2.1): who does not count them would see a usage there.
    if last.trailing_zeros() < u32::from(bits.unused_bits()) {
        return Err(SvidError::Unreadable);
    }
    if first & DIGITAL_SIGNATURE != 0 && first & SIGNS_OTHERS == 0 {
        Ok(())
    } else {
        Err(SvidError::BadKeyUsage)
    }
}

/// Refuses a key that is for something else: purposes, where there are any, name both ends of a
/// connection (X509-SVID §4.4).
pub(super) fn check_purposes(extensions: &Extensions<'_>) -> Result<(), SvidError> {
    match extensions.decode::<ExtendedKeyUsage>()? {
        Some(ExtendedKeyUsage(purposes))
            if !purposes.contains(&SERVER_AUTH) || !purposes.contains(&CLIENT_AUTH) =>
        {
            Err(SvidError::BadPurposes)
        }
        _ => Ok(()),
    }
}

//! Certificates for the tests of this crate, made when they run.
//!
//! Each can be bent in one way, so that every rule has a certificate that breaks just that one.

pub(crate) use rcgen::{BasicConstraints, KeyUsagePurpose};
use rcgen::{CertificateParams, CustomExtension, DistinguishedName, IsCa, KeyPair, SanType};

/// 2026-01-01T00:00:00Z, when every certificate begins.
pub(crate) const NOT_BEFORE: u64 = 1_767_225_600;
/// 2026-02-01T00:00:00Z, when every certificate ends.
pub(crate) const NOT_AFTER: u64 = NOT_BEFORE + 31 * 86_400;

/// A good SVID of a workload, to be bent.
pub(crate) fn svid(id: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.not_before = rcgen::date_time_ymd(2026, 1, 1);
    params.not_after = rcgen::date_time_ymd(2026, 2, 1);
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.subject_alt_names = vec![uri(id)];
    params
}

/// A URI SAN.
pub(crate) fn uri(text: &str) -> SanType {
    SanType::URI(text.try_into().unwrap())
}

/// A DNS SAN.
pub(crate) fn dns(text: &str) -> SanType {
    SanType::DnsName(text.try_into().unwrap())
}

/// An extension as it stands: the last number of its identifier 2.5.29.N, and its DER.
pub(crate) fn extension(number: u64, der: &[u8]) -> CustomExtension {
    CustomExtension::from_oid_content(&[2, 5, 29, number], der.to_vec())
}

/// The certificate in DER. Nobody looks at its signature here.
pub(crate) fn der(params: &CertificateParams) -> Vec<u8> {
    signed(params).der().to_vec()
}

/// The certificate in PEM.
pub(crate) fn pem(params: &CertificateParams) -> String {
    signed(params).pem()
}

/// A text as Envoy URL-encodes it.
pub(crate) fn url_encoded(pem: &str) -> Vec<u8> {
    let pem = pem.replace("\r\n", "\n");
    let encoded = pem
        .replace('\n', "%0A")
        .replace(' ', "%20")
        .replace('+', "%2B");
    encoded.replace('/', "%2F").replace('=', "%3D").into_bytes()
}

fn signed(params: &CertificateParams) -> rcgen::Certificate {
    params.self_signed(&KeyPair::generate().unwrap()).unwrap()
}

//! A client's side of TLS, with or without a certificate.
//!
//! The server is always verified, so that a wrong server certificate is a test's failure.

use std::sync::Arc;

use fixtures::{Ca, Identity};
use rustls::{ClientConfig, RootCertStore, crypto::ring::default_provider};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};

/// A client that trusts `ca` and shows `identity`, or nothing.
pub(crate) fn client_config(ca: &Ca, identity: Option<&Identity>) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots
        .add(certificate(ca.cert_pem()))
        .expect("a CA certificate");
    let builder = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .expect("TLS versions of the provider")
        .with_root_certificates(roots);
    Arc::new(match identity {
        None => builder.with_no_client_auth(),
        Some(identity) => builder
            .with_client_auth_cert(vec![certificate(identity.cert_pem())], key(identity))
            .expect("a client certificate"),
    })
}

fn certificate(pem: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(pem.as_bytes()).expect("a PEM certificate")
}

fn key(identity: &Identity) -> PrivateKeyDer<'static> {
    PrivateKeyDer::from_pem_slice(identity.key_pem().as_bytes()).expect("a PEM key")
}

//! A client's side of TLS: whom it trusts, who it is, which version it speaks.
//!
//! The server is always verified, so that a wrong server certificate is a test's failure.

use std::sync::Arc;

use fixtures::{Ca, Identity};
use rustls::{
    ClientConfig, DEFAULT_VERSIONS, RootCertStore, SupportedProtocolVersion,
    crypto::ring::default_provider,
    sign::{CertifiedKey, SingleCertAndKey},
    version::TLS12,
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};

/// A client's TLS settings. What is made of them keeps its sessions and resumes them.
#[derive(Clone)]
#[must_use]
pub struct ClientTls {
    roots: RootCertStore,
    identity: Option<Identity>,
    versions: &'static [&'static SupportedProtocolVersion],
}

impl ClientTls {
    /// A client that trusts servers of `ca` and has no certificate.
    pub fn trusting(ca: &Ca) -> Self {
        Self {
            roots: RootCertStore::empty(),
            identity: None,
            versions: DEFAULT_VERSIONS,
        }
        .and_trusting(ca)
    }

    /// Trusts servers of another authority too.
    pub fn and_trusting(mut self, ca: &Ca) -> Self {
        let added = self.roots.add(certificate(ca.cert_pem()));
        added.expect("a CA certificate");
        self
    }

    /// Shows a certificate.
    pub fn identity(mut self, identity: &Identity) -> Self {
        self.identity = Some(identity.clone());
        self
    }

    /// Speaks TLS 1.2 and nothing newer.
    pub const fn tls12(mut self) -> Self {
        self.versions = ONLY_TLS12;
        self
    }

    pub(crate) fn config(self) -> Arc<ClientConfig> {
        let builder = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_protocol_versions(self.versions)
            .expect("TLS versions of the provider")
            .with_root_certificates(self.roots);
        Arc::new(match self.identity {
            None => builder.with_no_client_auth(),
            // A resolver, since rustls would look at the certificate itself, and refuse what a proxy
            // is to refuse.
            Some(identity) => {
                let key = default_provider()
                    .key_provider
                    .load_private_key(key(&identity))
                    .expect("a client's key");
                let shown = CertifiedKey::new(vec![certificate(identity.cert_pem())], key);
                builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(shown)))
            }
        })
    }
}

/// A PEM certificate as DER.
pub(crate) fn certificate(pem: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(pem.as_bytes()).expect("a PEM certificate")
}

fn key(identity: &Identity) -> PrivateKeyDer<'static> {
    PrivateKeyDer::from_pem_slice(identity.key_pem().as_bytes()).expect("a PEM key")
}

const ONLY_TLS12: &[&SupportedProtocolVersion] = &[&TLS12];

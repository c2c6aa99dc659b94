//! Who takes part: the mesh's authority, the server, the caller, the issuer and its tokens.

use std::sync::Arc;

use fixtures::{Algorithm, Ca, Identity, Issuer};
use rustls::{ClientConfig, RootCertStore, crypto::ring::default_provider};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};

/// The issuer of tokens.
pub(crate) const ISSUER: &str = "https://login.example.org";
/// Whom tokens are for.
pub(crate) const AUDIENCE: &str = "shop";
/// Who calls.
pub(crate) const CALLER: &str = "spiffe://mesh.test/ns/shop/sa/checkout";

/// Made anew for each run.
pub(crate) struct World {
    ca: Ca,
    server: Identity,
    caller: Identity,
    issuer: Issuer,
    tokens: Vec<String>,
}

impl World {
    /// With so many different RS256 tokens.
    #[must_use]
    pub(crate) fn new(tokens: usize) -> Self {
        let ca = Ca::new("mesh.test");
        let server = ca.local_svid("spiffe://mesh.test/ns/shop/sa/orders");
        let caller = ca.svid(CALLER);
        let issuer = Issuer::new(ISSUER, Algorithm::Rs256);
        let tokens = (0..tokens)
            .map(|number| {
                let mut claims = issuer.claims(&format!("user-{number}"), AUDIENCE);
                claims["scope"] = "orders:read".into();
                claims["exp"] = (fixtures::now() + 7_200).into();
                issuer.sign(&claims)
            })
            .collect();
        Self {
            ca,
            server,
            caller,
            issuer,
            tokens,
        }
    }

    /// The authority of the mesh.
    #[must_use]
    pub(crate) const fn ca(&self) -> &Ca {
        &self.ca
    }

    /// The proxy's own identity.
    #[must_use]
    pub(crate) const fn server(&self) -> &Identity {
        &self.server
    }

    /// The issuer.
    #[must_use]
    pub(crate) const fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    /// All tokens; each is of another subject.
    #[must_use]
    pub(crate) fn tokens(&self) -> &[String] {
        &self.tokens
    }

    /// The caller's side of mutual TLS.
    ///
    /// # Panics
    /// Never: all of it was made here.
    #[must_use]
    pub(crate) fn client(&self) -> Arc<ClientConfig> {
        let mut roots = RootCertStore::empty();
        roots
            .add(certificate(self.ca.cert_pem()))
            .expect("an authority");
        let key = PrivateKeyDer::from_pem_slice(self.caller.key_pem().as_bytes()).expect("a key");
        let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .expect("TLS versions")
            .with_root_certificates(roots)
            .with_client_auth_cert(vec![certificate(self.caller.cert_pem())], key)
            .expect("a certificate with its key");
        Arc::new(config)
    }
}

fn certificate(pem: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(pem.as_bytes()).expect("a certificate")
}

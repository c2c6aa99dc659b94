//! How a listener is reached: in plain text, over TLS, or over TLS with a client certificate.
//!
//! These are the three listeners of the shipped configurations.

use fixtures::{Ca, Identity};
use serde_json::{Value, json};

/// A listener's transport.
#[derive(Clone)]
pub struct Transport(Option<Value>);

impl Transport {
    /// Plain text.
    #[must_use]
    pub const fn plain() -> Self {
        Self(None)
    }

    /// TLS; no client certificate is asked for: an edge.
    #[must_use]
    pub fn https(server: &Identity) -> Self {
        Self::tls(json!({"common_tls_context": {"tls_certificates": [certificate(server)]}}))
    }

    /// TLS with a client certificate that is required and validated: a service's proxy.
    #[must_use]
    pub fn mtls(server: &Identity, clients: &Ca) -> Self {
        Self::tls(json!({
            "require_client_certificate": true,
            "common_tls_context": {
                "tls_certificates": [certificate(server)],
                "validation_context": {"trusted_ca": {"inline_string": clients.cert_pem()}},
            },
        }))
    }

    /// TLS with a client certificate of any of several authorities, whatever it says of itself: no way
    /// to serve two trust domains.
    #[must_use]
    pub fn mtls_of_any(server: &Identity, clients: &[&Ca]) -> Self {
        let bundle: String = clients.iter().map(|ca| ca.cert_pem()).collect();
        Self::tls(json!({
            "require_client_certificate": true,
            "common_tls_context": {
                "tls_certificates": [certificate(server)],
                "validation_context": {"trusted_ca": {"inline_string": bundle}},
            },
        }))
    }

    /// TLS with a client certificate that is validated where one is given: callers with and without
    /// an identity on one listener.
    #[must_use]
    pub fn optional_mtls(server: &Identity, clients: &Ca) -> Self {
        Self::tls(json!({
            "common_tls_context": {
                "tls_certificates": [certificate(server)],
                "validation_context": {"trusted_ca": {"inline_string": clients.cert_pem()}},
            },
        }))
    }

    /// Whether a client must speak TLS.
    #[must_use]
    pub const fn is_tls(&self) -> bool {
        self.0.is_some()
    }

    /// The `transport_socket` of a filter chain.
    pub(crate) const fn socket(&self) -> Option<&Value> {
        self.0.as_ref()
    }

    fn tls(mut context: Value) -> Self {
        let name =
            "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext";
        context["@type"] = json!(name);
        Self(Some(
            json!({"name": "envoy.transport_sockets.tls", "typed_config": context}),
        ))
    }
}

/// The `transport_socket` of a cluster whose servers these authorities signed, with a certificate
/// to show them.
pub(crate) fn towards(identity: &Identity, servers: &Ca) -> Value {
    let context = json!({
        "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext",
        "common_tls_context": {
            "tls_certificates": [certificate(identity)],
            "validation_context": {"trusted_ca": {"inline_string": servers.cert_pem()}},
        },
    });
    json!({"name": "envoy.transport_sockets.tls", "typed_config": context})
}

fn certificate(identity: &Identity) -> Value {
    json!({
        "certificate_chain": {"inline_string": identity.cert_pem()},
        "private_key": {"inline_string": identity.key_pem()},
    })
}

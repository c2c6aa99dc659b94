//! The `identity` section of the document.
//!
//! A document without it has an identity all the same: the caller's own certificate.

use policy::language::{Place, Report, Span};

use crate::TrustDomain;

/// The longest grace: a day, in milliseconds. More would make short-lived certificates pointless.
const MAX_GRACE_MS: u64 = 86_400_000;

policy::words! {
    /// Where an identity comes from.
    pub enum Origin {
        /// The certificate on the caller's own connection.
        PeerCertificate = "peer_certificate",
    }
    later ["forwarded_client_cert", "istio_waypoint", "jwt_svid"];
}

policy::model! {
    /// Where the calling workload's identity comes from, and whom to believe.
    ///
    /// Always on: exactly one URI SAN, the syntax of SPIFFE-ID, a leaf that is no CA. The listener
    /// must require and validate the certificate.
    pub struct Section {
        /// Sources of the identity, in order; the first that is present is used. One that is
        /// present and invalid denies, and never falls to the next.
        default sources: Vec<Origin> = vec![Origin::PeerCertificate], "[peer_certificate]";
        /// The own trust domain, in which `service_accounts` and `namespaces` stand.
        optional trust_domain: TrustDomain;
        /// How long a certificate is taken past its end (`notAfter`) on a connection that was
        /// opened before; then every request on it is denied.
        default expiry_grace: Span<0, MAX_GRACE_MS> = Span::from_millis(0), "0s";
    }
    later ["trust_domain_aliases", "trusted_forwarders", "jwt_svid_provider"];
    instead [
        ("trustDomain", "trust_domain"),
        ("trust_domains", "trust_domain (one; a principal of another domain is written in full)"),
        ("trustDomainAliases", "trust_domain_aliases"),
        ("source", "sources: [...]"),
    ];
}

impl Section {
    /// Reports a source that is listed twice.
    pub(super) fn refuse_repeated_sources(&self, place: &Place<'_>, report: &mut Report) {
        let place = place.field("sources");
        for (index, origin) in self.sources.iter().enumerate() {
            if self
                .sources
                .iter()
                .take(index)
                .any(|earlier| earlier == origin)
            {
                report.error(
                    &place.index(index),
                    format_args!("\"{}\" is listed twice", origin.word()),
                );
            }
        }
    }
}

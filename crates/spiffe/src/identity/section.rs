//! The `identity` section of the document.
//!
//! A document without it has an identity all the same: the caller's own certificate.

use policy::language::{Fields, Json, Map, Place, Report, Span};

use crate::{IdTemplate, TrustDomain};

/// The longest grace: a day, in milliseconds. More would make short-lived certificates pointless.
const MAX_GRACE_MS: u64 = 86_400_000;

policy::words! {
    /// Where an identity comes from.
    pub enum Origin {
        /// The certificate on the caller's own connection.
        PeerCertificate = "peer_certificate",
        /// What the connection's peer states, where it is a trusted forwarder.
        ForwardedClientCert = "forwarded_client_cert",
        /// What an Istio waypoint states in filter state.
        IstioWaypoint = "istio_waypoint",
    }
    later ["jwt_svid"];
}

policy::words! {
    /// A header in which a forwarder states its client's certificate.
    pub enum ForwardedHeader {
        /// Envoy's own.
        Xfcc = "x-forwarded-client-cert",
        /// That of RFC 9440.
        ClientCert = "client-cert",
    }
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
        /// Trust domains that stand for another, for the time of a change of name: the domain, and
        /// its aliases. An ID in an alias is compared, in rules that let in as in those that keep
        /// out, as if in the domain itself, and logged as presented. Exact names; an alias has no
        /// aliases. `trusted_forwarders` are compared without them.
        optional trust_domain_aliases: Map<Vec<TrustDomain>>;
        /// SPIFFE ID templates of proxies that are believed about their clients; needed by the
        /// source `forwarded_client_cert`. Whom such a peer states is the caller; without a valid
        /// statement the request is denied, and never decided on the forwarder's own identity.
        /// Where the stated client is a forwarder as well, its own statement is asked for.
        optional trusted_forwarders: Vec<IdTemplate>;
        /// Where forwarders state their clients; where they use both headers, these must agree.
        /// `client-cert` is safe only where every forwarder removes the one that its own client
        /// sent, which Envoy does not do by itself.
        default forwarded_headers: Vec<ForwardedHeader> = vec![ForwardedHeader::Xfcc],
            "[x-forwarded-client-cert]";
        /// How long a certificate is taken past its end (`notAfter`) on a connection that was
        /// opened before; then every request on it is denied.
        default expiry_grace: Span<0, MAX_GRACE_MS> = Span::from_millis(0), "0s";
    }
    later ["jwt_svid_provider"];
    instead [
        ("trustDomain", "trust_domain"),
        ("trust_domains", "trust_domain (one; a principal of another domain is written in full)"),
        ("trustDomainAliases", "trust_domain_aliases"),
        ("source", "sources: [...]"),
        ("trustedForwarders", "trusted_forwarders"),
    ];
}

impl Section {
    /// Reports words that are listed twice, and settings that another one needs.
    pub(super) fn refuse_slips(&self, place: &Place<'_>, report: &mut Report) {
        let words: Vec<&str> = self.sources.iter().map(|origin| origin.word()).collect();
        refuse_repeated(&words, &place.field("sources"), report);
        let headers = self.forwarded_headers.iter();
        let words: Vec<&str> = headers.map(|header| header.word()).collect();
        refuse_repeated(&words, &place.field("forwarded_headers"), report);
        let mut sources = self.sources.iter();
        let source = sources.position(|origin| *origin == Origin::ForwardedClientCert);
        match (source, &self.trusted_forwarders) {
            (Some(index), None) => report.error(
                &place.field("sources").index(index),
                "forwarded_client_cert needs identity.trusted_forwarders: without it any client \
                 could state any identity",
            ),
            (None, Some(_)) => report.error(
                &place.field("trusted_forwarders"),
                "nobody is believed without the source forwarded_client_cert, so a forwarder would \
                 be taken for its clients; add it to identity.sources",
            ),
            _ => {}
        }
        if self
            .forwarded_headers
            .contains(&ForwardedHeader::ClientCert)
        {
            report.note(
                &place.field("forwarded_headers"),
                "client-cert is believed as a forwarder passes it on; each must remove the one its \
                 own client sent (Envoy: request_headers_to_remove, before it sets its own)",
            );
        }
    }

    /// Reports ports, where a waypoint is a source: it does not see the one that was asked for.
    pub(super) fn refuse_ports(&self, document: &Fields<'_>, report: &mut Report) {
        if !self.sources.contains(&Origin::IstioWaypoint) {
            return;
        }
        for (list, entries) in document.rest() {
            let (Json::List(entries), "routes" | "deny" | "require") = (entries, list) else {
                continue;
            };
            let place = document.place().field(list);
            for (index, entry) in entries.iter().enumerate() {
                if entry.member("ports").is_some() {
                    report.error(
                        &place.item(index, entry).field("ports"),
                        "never matches with the source istio_waypoint, where the port is the \
                         waypoint's own; remove it",
                    );
                }
            }
        }
    }
}

fn refuse_repeated(words: &[&str], place: &Place<'_>, report: &mut Report) {
    for (index, word) in words.iter().enumerate() {
        if words.iter().take(index).any(|earlier| earlier == word) {
            report.error(
                &place.index(index),
                format_args!("\"{word}\" is listed twice"),
            );
        }
    }
}

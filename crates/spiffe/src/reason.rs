//! Why a workload's identity was not taken, or not enough.
//!
//! All that a client can mend are 403: one that is asked for another certificate in the middle of a
//! connection cannot give one, so 401 would only make it try again.

policy::reasons! {
    /// No certificate was presented.
    MISSING_IDENTITY = "spiffe.missing_identity", Forbidden,
        "None of identity.sources names a caller: no certificate was presented. Call over mTLS, \
         and set require_client_certificate and a validation context on the listener. Behind an Istio \
         waypoint the source is istio_waypoint.";
    /// The proxy verified a certificate that it cannot tell the plugin.
    CERTIFICATE_NOT_STATED = "spiffe.certificate_not_stated", Unavailable,
        "The caller presented a certificate, and the proxy has no property connection.peer_certificate \
         in which the plugin could read it: Envoy has it from 1.38 on. Run a newer proxy.";
    /// The certificate cannot be read.
    BAD_CERTIFICATE = "spiffe.bad_certificate", Forbidden,
        "The caller's certificate cannot be read after RFC 5280, is larger than 64 KiB, states one \
         extension twice, or has a critical one that is not known. Look at how it was issued.";
    /// No SPIFFE ID in the certificate.
    NO_URI_SAN = "spiffe.no_uri_san", Forbidden,
        "The caller's certificate has no URI SAN, so it names no workload. Issue it with its \
         SPIFFE ID as the one URI SAN; a DNS name or common name does not count.";
    /// More than one URI SAN in the certificate.
    SEVERAL_URI_SANS = "spiffe.several_uri_sans", Forbidden,
        "The caller's certificate has more than one URI SAN, which X509-SVID §2 forbids: two \
         readers could each take another one. Issue it with its SPIFFE ID alone.";
    /// The URI SAN is not a workload's SPIFFE ID.
    BAD_ID = "spiffe.bad_id", Forbidden,
        "The URI SAN of the caller's certificate is not the SPIFFE ID of a workload (SPIFFE-ID §2): \
         scheme spiffe, a lower-case trust domain, and a path that does not end in a slash.";
    /// A signing certificate was presented.
    NOT_A_LEAF = "spiffe.not_a_leaf", Forbidden,
        "The caller presented a CA's certificate. It signs others and may not speak for itself \
         (X509-SVID §3.2).";
    /// The certificate may sign others, or may not sign at all.
    BAD_KEY_USAGE = "spiffe.bad_key_usage", Forbidden,
        "The key usage of the caller's certificate is missing or not a leaf's (X509-SVID §4.3): \
         set digitalSignature, and neither keyCertSign nor cRLSign.";
    /// The certificate is for something else.
    BAD_EXTENDED_KEY_USAGE = "spiffe.bad_extended_key_usage", Forbidden,
        "The caller's certificate has an extended key usage without serverAuth or clientAuth. \
         X509-SVID §4.4 asks for both, or for none.";
    /// The certificate's time has not come.
    NOT_YET_VALID = "spiffe.not_yet_valid", Forbidden,
        "The caller's certificate is not valid before a later time. Compare the clocks of the \
         proxy and of the CA.";
    /// The certificate's time is over.
    SVID_EXPIRED = "spiffe.svid_expired", Forbidden,
        "The caller's certificate has expired, if only since its connection was opened. The reply \
         closes the connection, so that the caller comes back with a new one; \
         identity.expiry_grace gives slow callers more time.";
    /// The waypoint's filter state names no one workload.
    BAD_PEER_PRINCIPAL = "spiffe.bad_peer_principal", Forbidden,
        "The waypoint states something else than exactly one workload's SPIFFE ID in filter state \
         io.istio.peer_principal: the caller's certificate has several URI SANs, or one that is no \
         SPIFFE ID. Issue it with its SPIFFE ID alone.";
    /// Somebody who is no forwarder, where only forwarders are asked.
    UNTRUSTED_FORWARDER = "spiffe.untrusted_forwarder", Forbidden,
        "The peer is none of identity.trusted_forwarders, so that what it states is not believed. \
         Name it there if it is a proxy that states its clients; add peer_certificate to \
         identity.sources if it calls for itself. A forwarder in a trust domain's alias is \
         named as presented.";
    /// A forwarder that states nobody.
    MISSING_STATEMENT = "spiffe.missing_statement", Forbidden,
        "The peer is a trusted forwarder and does not state who its client is, so that nobody is \
         known to call: its client showed no certificate, or the forwarder or this listener drops \
         x-forwarded-client-cert. Set forward_client_cert_details to APPEND_FORWARD here, and to \
         APPEND_FORWARD or SANITIZE_SET with set_current_client_cert_details {uri: true} there.";
    /// A statement that cannot be read in one way.
    BAD_STATEMENT = "spiffe.bad_statement", Forbidden,
        "What the trusted forwarder passed on is not what Envoy writes about one client with one \
         SPIFFE ID: a key twice or in another order, By not the forwarder itself, no URI, several, \
         or Envoy's JSON form; or client-cert is not one certificate. If a client sent it, it was \
         a forgery; else look at the forwarder's set_current_client_cert_details.";
    /// Two statements about one client that name two.
    CONFLICTING_STATEMENTS = "spiffe.conflicting_statements", Forbidden,
        "The trusted forwarder states two different clients: in x-forwarded-client-cert and in \
         client-cert, or in an element's URI and its Cert. Let it remove the headers that its own \
         clients send.";
    /// A good identity that is not on the list.
    NOT_ALLOWED = "spiffe.not_allowed", Forbidden,
        "The caller's identity is good and is not among the route's principals, service accounts \
         or namespaces. Add it there if it may call.";
}

//! Why a workload's identity was not taken, or not enough.
//!
//! All are 403: a client that is asked for another certificate in the middle of a connection
//! cannot give one, so 401 would only make it try again.

policy::reasons! {
    /// No certificate was presented.
    MISSING_IDENTITY = "spiffe.missing_identity", Forbidden,
        "The caller presented no certificate. Call over mTLS, and set require_client_certificate \
         and a validation context on the listener.";
    /// The certificate cannot be read.
    BAD_CERTIFICATE = "spiffe.bad_certificate", Forbidden,
        "The caller's certificate cannot be read after RFC 5280, is larger than 64 KiB, or states \
         one extension twice. Look at how it was issued.";
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
        "The key usage of the caller's certificate is not a leaf's (X509-SVID §4.3): set \
         digitalSignature, and neither keyCertSign nor cRLSign.";
    /// The certificate's time has not come.
    NOT_YET_VALID = "spiffe.not_yet_valid", Forbidden,
        "The caller's certificate is not valid before a later time. Compare the clocks of the \
         proxy and of the CA.";
    /// The certificate's time is over.
    SVID_EXPIRED = "spiffe.svid_expired", Forbidden,
        "The caller's certificate has expired, if only since its connection was opened. The reply \
         closes the connection, so that the caller comes back with a new one; \
         identity.expiry_grace gives slow callers more time.";
    /// A good identity that is not on the list.
    NOT_ALLOWED = "spiffe.not_allowed", Forbidden,
        "The caller's identity is good and is not among the route's principals, service accounts \
         or namespaces. Add it there if it may call.";
}

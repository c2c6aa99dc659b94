//! Why a token did not let a request in: the closed set of this policy's reason codes.
//!
//! The client sees the status and the `WWW-Authenticate` header of RFC 6750; the code is for the
//! log, the metric and the reference page.

policy::reasons! {
    /// No token where one is asked for.
    MISSING = "jwt.missing", Unauthorized,
        "The route asks for a token and the request carries none where the provider reads it. \
         Look at the provider's from_headers and at the client.";
    /// Not a compact JWS with JSON header and claims.
    MALFORMED = "jwt.malformed", Unauthorized,
        "The token is not a JWS in compact form (RFC 7515 §7.1) with a JSON header and JSON claims \
         that hold an exp and give no member twice. Look at how the client builds the header.";
    /// Longer than the provider's `max_token_bytes`.
    TOO_LARGE = "jwt.too_large", Unauthorized,
        "The token is longer than the provider's max_token_bytes. Raise it, or have the issuer \
         leave out claims.";
    /// More than one token for one provider.
    SEVERAL_TOKENS = "jwt.several_tokens", BadRequest,
        "The request carries more than one token for the same provider, in one header given twice \
         or in several headers. Send one.";
    /// Signed with an algorithm that the provider does not list.
    ALGORITHM_NOT_ALLOWED = "jwt.algorithm_not_allowed", Unauthorized,
        "The token's alg is not among the provider's algorithms. `none` never is.";
    /// No key of the provider fits the token.
    UNKNOWN_KEY = "jwt.unknown_key", Unauthorized,
        "The provider's JWK set has no key of the token's kid and algorithm, or several fit a token \
         that names none. Look whether the issuer has rotated its keys.";
    /// None of the issuer's key sets was ever fetched, or the last too long ago.
    KEYS_UNAVAILABLE = "jwt.keys_unavailable", Unavailable,
        "The provider's key set was not fetched yet, or fetching has failed for longer than \
         max_stale. Look in the log for the provider's name, and whether its cluster is there: \
         docs/key-sets.md.";
    /// The signature is not that of the key.
    BAD_SIGNATURE = "jwt.bad_signature", Unauthorized,
        "The signature does not verify under the key that the token names. The token was altered or \
         forged, or the JWK set is another issuer's.";
    /// Another `iss` than the provider's.
    UNKNOWN_ISSUER = "jwt.unknown_issuer", Unauthorized,
        "The token's iss is not, byte for byte, the issuer of a provider that the route accepts.";
    /// A `sub` that is no SPIFFE ID of the provider's trust domain.
    BAD_SUBJECT = "jwt.bad_subject", Unauthorized,
        "The JWT-SVID's sub is not a SPIFFE ID in the provider's trust_domain (JWT-SVID §3.1).";
    /// None of the provider's `audiences` in `aud`.
    WRONG_AUDIENCE = "jwt.wrong_audience", Unauthorized,
        "The token's aud names none of the provider's audiences: it is meant for another service.";
    /// Past `exp`.
    EXPIRED = "jwt.expired", Unauthorized,
        "The token's exp has passed by more than clock_skew. The client has to fetch a new one.";
    /// Before `nbf` or `iat`.
    NOT_YET_VALID = "jwt.not_yet_valid", Unauthorized,
        "The token's nbf or iat lies in the future by more than clock_skew. Compare the clocks.";
    /// Another `typ` than the profile's.
    BAD_TYPE = "jwt.bad_type", Unauthorized,
        "The token's typ is not one that the provider's profile takes, so it was made for another \
         purpose (RFC 8725 §3.11).";
    /// A claim that the provider's profile asks for is not there.
    MISSING_CLAIM = "jwt.missing_claim", Unauthorized,
        "The token lacks a claim that the provider's profile asks for: access_token asks for iat, \
         jti, sub and client_id (RFC 9068 §2.2), jwt_svid for sub.";
    /// Meant to live longer than the provider's `max_lifetime`.
    LIFETIME = "jwt.lifetime_too_long", Unauthorized,
        "From iat (or from now) to exp is longer than the provider's max_lifetime. Raise it, or have \
         the issuer make shorter tokens.";
    /// Bound to another key than the client's certificate has, or to none.
    NOT_BOUND = "jwt.not_bound", Unauthorized,
        "The token's cnf.x5t#S256 is not the certificate that the client showed on this connection, or \
         to the trusted forwarder it came through; or certificate_bound is require and the token is \
         bound to none (RFC 8705 §3).";
    /// A JWT-SVID that somebody else presents.
    WRONG_PRESENTER = "jwt.wrong_presenter", Unauthorized,
        "The JWT-SVID names another workload than the one that the caller has proved to be, and the \
         caller is none of those whom the provider's presented_by lets act for others.";
    /// A token of a kind that is never taken.
    UNSUPPORTED = "jwt.unsupported", Unauthorized,
        "The token asks for what is never honoured (crit, b64, or a key it brings along: jku, jwk, \
         x5u, x5c), or is bound to a key of another kind than a certificate's (cnf).";
    /// The caller has sent too many bad tokens.
    TOO_MANY_FAILURES = "jwt.too_many_failures", TooManyRequests,
        "This caller (an address, or the peer's certificate) has sent more bad tokens than \
         jwt.budgets.failures has room for, so a token of it that is not known was not looked at. Look \
         who sends them; where many clients share an address, raise the budget.";
    /// This worker has verified as many signatures as it may.
    TOO_MANY_SIGNATURES = "jwt.too_many_signatures", TooManyRequests,
        "More tokens that are not known came in than jwt.budgets.signatures lets a worker verify. In a \
         flood that is what it is for; otherwise raise it, or let jwt.cache hold more tokens.";
    /// Verified, without the scopes.
    INSUFFICIENT_SCOPE = "jwt.insufficient_scope", Forbidden,
        "The token is good but its scope or scp lacks a scope that the route asks for.";
    /// Verified, with other claims than asked for.
    CLAIM_NOT_ALLOWED = "jwt.claim_not_allowed", Forbidden,
        "The token is good but a claim is missing or has none of the values that the route asks for.";
}

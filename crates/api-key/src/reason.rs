//! Why an API key did not let a request in: the closed set of this policy's reason codes.

policy::reasons! {
    /// No key where one is asked for.
    MISSING = "api_key.missing", Unauthorized,
        "The route asks for an API key and the request carries none where the section reads it. Look \
         at from_headers, from_cookies and from_params, and at the client.";
    /// A key that is nobody's.
    UNKNOWN = "api_key.unknown", Unauthorized,
        "The request carries a key whose SHA-256 is not among api_key.keys: mistyped, cut short, \
         revoked, or of another environment. `portcullis key hash` gives the digest of a key.";
    /// Past its `not_after`.
    EXPIRED = "api_key.expired", Unauthorized,
        "The key's not_after has passed; the log names the client. Hand out a new key.";
    /// More than one key, or one that can be read in two ways.
    SEVERAL = "api_key.several", BadRequest,
        "The request carries more than one key, in one place or in several, or one that two servers \
         could read differently. Send one, once, plainly.";
    /// The key of a client that this route does not let in.
    WRONG_CLIENT = "api_key.wrong_client", Forbidden,
        "The key is good but its client, which the log names, is not among those that the route \
         takes.";
}

//! Why a limit denies.
//!
//! What fails inside is `internal.state` or `internal.host_call` of [`policy::internal`].

policy::reasons! {
    /// The limit has no room for this request.
    EXCEEDED = "rate_limit.exceeded", TooManyRequests,
        "A limit is used up; the log names it. Wait as `retry-after` says, or raise its `rates`.";
    /// Other workers were first, more often than this one tries again.
    CONTENTION = "rate_limit.contention", TooManyRequests,
        "Too many workers changed the same entry at once, so the limit could not count this \
         request. Say `on_contention: allow` if such requests should rather pass uncounted.";
    /// The service that counts a shared limit has not answered, and `on_error` says `deny`.
    UNAVAILABLE = "rate_limit.unavailable", Unavailable,
        "The rate limit service of `rate_limit.service` cannot be reached, failed, or did not answer \
         within `timeout`; the log says which. Say `on_error: local` to go on by this proxy's own \
         count meanwhile.";
    /// A part of the limit's key has no value, and the limit says `missing: deny`.
    MISSING_KEY = "rate_limit.missing_key", Forbidden,
        "The request lacks a fact that the limit counts by. Send it, narrow the limit with \
         `routes`, or say `missing: share` or `missing: skip`.";
}

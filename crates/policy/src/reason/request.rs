//! Reasons that lie in the request itself: what two servers could read in two ways.

crate::reasons! {
    /// The path can be read in more than one way.
    AMBIGUOUS_PATH = "request.ambiguous_path", BadRequest,
        "The path holds something that two servers read differently: an encoded slash or \
         backslash, an empty or dot segment, `;`, a control byte, bytes that are not UTF-8, a \
         double encoding. Or a character is encoded that needs it not, and the path is on another \
         route with it than without. Send it in its plain form, or let the route \
         `accept_ambiguous` it.";
    /// The host is missing its form.
    BAD_HOST = "request.bad_host", BadRequest,
        "The host is empty, holds a user or a byte that no host has, or is on another route without \
         its trailing dot than with it. Send one plain host name.";
    /// The method is not a token.
    BAD_METHOD = "request.bad_method", BadRequest,
        "The method is absent or not a token (RFC 9110 §5.6.2).";
    /// CONNECT without a route that names it.
    CONNECT = "request.connect", Forbidden,
        "CONNECT opens a tunnel that no policy sees into; a route must name the method.";
    /// A header that may stand once stands twice.
    DUPLICATE_HEADER = "request.duplicate_header", BadRequest,
        "A header that decides (host, authorization, ...) was given twice, or a cookie that decides \
         was, or is written so that two servers could read it differently. Send it once, plainly.";
    /// The client asks the upstream for another method than the one decided on.
    METHOD_OVERRIDE = "request.method_override", BadRequest,
        "A header such as X-HTTP-Method-Override would change the method behind the policy's \
         back, on a route that lists methods. Send the method itself.";
}

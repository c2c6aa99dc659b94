//! Reasons of the route table and the guards.

crate::reasons! {
    /// No route matches.
    UNMATCHED = "route.unmatched", Forbidden,
        "No route of the document matches host, port, method and path, and what no route matches \
         is denied. Add a route, or look for a typing error in its paths.";
    /// The route allows nobody, or a part of its condition without a code of its own failed.
    NOT_ALLOWED = "route.not_allowed", Forbidden,
        "The route is closed (`allow: none`), or its address or attribute conditions do not hold.";
    /// A `deny` entry holds.
    DENIED = "route.denied", Forbidden,
        "An entry of `deny` names this caller. The log line says which.";
}

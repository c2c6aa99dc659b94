//! Which of the explained kinds a difference is of.

use crate::cases::Case;

/// The kind of a difference between the plugin and `jwt_authn`, by what is odd about the token and what
/// the plugin made of it; `None` when no kind explains it.
pub(crate) fn kind(case: &Case, ours: &str) -> Option<&'static str> {
    let found = match (ours, case.odd.as_str()) {
        ("permit", "scheme-case") => "case-of-the-scheme",
        ("jwt.bad_type" | "jwt.missing_claim", "profile") => "access-token-profile",
        ("jwt.bad_type", "id-token") => "id-token",
        ("jwt.bad_type", "typ") => "type",
        ("jwt.malformed", "header-type") if case.name.starts_with("typ") => "type",
        ("jwt.lifetime_too_long", "lifetime") => "whole-lifetime",
        ("jwt.unknown_key", "unknown-kid") if case.name == "\"\"" => "empty-key-id",
        ("jwt.unknown_key", "no-kid-several-keys") => "one-of-several-keys",
        ("jwt.unknown_key", "key-for-another-use") => "key-for-another-use",
        ("jwt.unsupported", "brings-a-key") => "key-in-the-header",
        ("jwt.unsupported", "changes-how-it-is-read") => "critical-header",
        ("jwt.unsupported" | "jwt.not_bound", "bound-token") => "bound-token",
        ("jwt.malformed", "header-text" | "payload-text") => "lenient-json",
        ("jwt.malformed", "deep-header" | "deep-claims") => "deep-json",
        ("jwt.malformed", "many-values") => "many-values",
        ("jwt.malformed", "date-type") if case.name.starts_with("exp") => "date-out-of-range",
        ("jwt.malformed", "claim-type") if case.name.starts_with("nonce") => {
            "nonce-of-another-type"
        }
        ("jwt.malformed", "parts") if case.name.starts_with("a dot") => "dots-around",
        ("jwt.malformed", "padding" | "white-space-inside" | "second-spelling") => {
            "second-spelling"
        }
        ("jwt.wrong_audience", "audience-spelling") => "spelling-of-an-audience",
        ("jwt.not_yet_valid", "issued-in-future") => "issued-in-the-future",
        ("jwt.too_large", "too-large") => "size",
        ("jwt.bad_signature", "signature") if case.name.ends_with("a byte more") => {
            "longer-signature"
        }
        ("jwt.missing", "other-credential") => "scheme-anywhere",
        ("jwt.missing", "elsewhere") if !case.query.is_empty() => "query-parameter",
        _ => return None,
    };
    Some(found)
}

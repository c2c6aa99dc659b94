//! Which of the explained kinds a difference is of.

use crate::cases::Case;

/// What the plugin decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ours {
    Permit,
    /// With this code.
    Deny(String),
}

/// The kind of a difference between the plugin and `rbac`; `None` when no kind explains it.
pub(crate) fn kind(
    case: &Case,
    peer: &str,
    about_hosts: bool,
    ours: &Ours,
    native: bool,
) -> Option<&'static str> {
    match (ours, native) {
        (Ours::Deny(code), true) => stricter(case, peer, code),
        (Ours::Permit, false) => wider(case, about_hosts),
        _ => None,
    }
}

/// We deny what `rbac` lets in.
fn stricter(case: &Case, peer: &str, code: &str) -> Option<&'static str> {
    let path = case.bare_path();
    let is_longer = peer.starts_with("longer");
    let found = match code {
        "request.ambiguous_path" if is_odd(path) => "ambiguous-path",
        "request.bad_host" if case.host.contains('@') => "bad-host",
        "request.duplicate_header" if case.host.contains(',') => "bad-host",
        "request.method_override" if case.overrides_the_method() => "method-override",
        "spiffe.several_uri_sans" if peer == "two-names" => "several-names",
        "spiffe.no_uri_san" if peer == "dns-name" => "name-of-another-type",
        "spiffe.bad_id" if peer == "bad-id" => "bad-spiffe-id",
        "spiffe.not_allowed" if is_longer => "beginning-of-an-id",
        "spiffe.not_allowed" if path.starts_with("/v1/admin") => "narrowest-route",
        "route.not_allowed" | "spiffe.not_allowed" if case.repeats_a_header() => "header-twice",
        _ if path.contains('%') => "encoded-path",
        _ => return None,
    };
    Some(found)
}

/// We let in what `rbac` denies.
fn wider(case: &Case, about_hosts: bool) -> Option<&'static str> {
    const ROOTS: [&str; 6] = [
        "/v1",
        "/v1/orders",
        "/v1/admin",
        "/files",
        "/internal",
        "/internal/keys",
    ];
    let path = case.bare_path();
    let host = case.host;
    let respelled = host.ends_with('.') || host.contains(':') || host != host.to_lowercase();
    if path.contains('%') {
        Some("encoded-path")
    } else if path.len() > 1 && path.ends_with('/') {
        Some("trailing-slash")
    } else if !about_hosts && ROOTS.contains(&resolved(path).as_str()) {
        Some("root-of-a-subtree")
    } else if about_hosts && respelled {
        Some("spelling-of-a-host")
    } else {
        None
    }
}

/// The path as the listener makes it: without dot segments and doubled slashes.
fn resolved(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(kept.pop()),
            other => kept.push(other),
        }
    }
    format!("/{}", kept.join("/"))
}

/// Whether two servers could read the path differently.
fn is_odd(path: &str) -> bool {
    path.contains(['%', ';', '\\']) || path.contains("//") || path.contains("/.")
}

//! What a path, an address or an image reference is named after.
//!
//! The same rule for `dist/gateway.wasm` and `oci://host:5000/team/gateway:v1@sha256:...`, so that
//! a plugin is known wherever it is loaded from.

/// The last segment without query, digest, tag and extension.
pub(crate) fn stem(text: &str) -> &str {
    let text = text.split(['?', '#']).next().unwrap_or(text);
    let last = text.rsplit('/').next().unwrap_or(text);
    let last = last.split(['@', ':']).next().unwrap_or(last);
    last.strip_suffix(".wasm").unwrap_or(last)
}

//! Finds the documents that a file holds: alone, in an Envoy configuration, in a manifest.
//!
//! People keep the document where it is used, so that is where it has to be checked.

mod clusters;
mod embedded;
mod envoy;
mod manifest;
mod proto;
mod seal;
mod sources;
mod surroundings;
mod tls;
mod trail;

use policy::language::Json;

use crate::plugin::Plugin;
use crate::remarks::Remarks;
use crate::yaml::Reading;

/// A document that a file holds.
#[derive(Debug)]
pub(crate) struct Located {
    /// Where in the file; empty where the file is the document.
    pub(crate) place: String,
    /// The plugin that the file loads it into, where it says so.
    pub(crate) plugin: Option<Plugin>,
    /// The document; `None` where it is missing or unreadable, which the remarks say.
    pub(crate) reading: Option<Reading>,
    /// What there is to say about its surroundings.
    pub(crate) remarks: Remarks,
}

/// What a file holds.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// The documents.
    pub(crate) documents: Vec<Located>,
    /// What looked like a place for a document and was passed over, and why.
    pub(crate) skipped: Vec<String>,
}

/// What is looked for, in the words of an error where nothing was found.
pub(crate) const LOOKED_FOR: &str = "no document in it: looked for a map with \"version\" and \
     \"routes\", for wasm HTTP filters of Envoy that load one of spiffe_authz.wasm, \
     jwt_authn.wasm, rate_limit.wasm, gateway.wasm, and for manifests of kind WasmPlugin or \
     TrafficExtension with a pluginConfig";

/// Words that stand at the top of a document and of nothing else that is looked at.
const TOP_WORDS: [&str; 11] = [
    "version",
    "mode",
    "request",
    "identity",
    "jwt",
    "api_key",
    "deny",
    "require",
    "routes",
    "rate_limit",
    "fragment",
];

/// Finds the documents of one reading of a file. With `forced`, filters and images of any name
/// count as ours.
pub(crate) fn documents(reading: Reading, forced: Option<Plugin>, findings: &mut Findings) {
    let kind = reading.json.member("kind").and_then(Json::text);
    manifest::find(&reading, forced, findings);
    if kind.is_some_and(manifest::is_ours) {
        return;
    }
    if envoy::find(&reading, forced, findings) || !is_document(&reading.json) {
        return;
    }
    findings.documents.push(Located {
        place: String::new(),
        plugin: None,
        reading: Some(reading),
        remarks: Remarks::default(),
    });
}

/// Whether a value that stands alone is meant to be a document.
fn is_document(json: &Json) -> bool {
    json.member("apiVersion").is_none() && TOP_WORDS.iter().any(|word| json.member(word).is_some())
}

/// Whether the configuration of a plugin that we do not know by name reads like a document.
fn reads_like_ours(json: &Json) -> bool {
    json.member("version").is_some()
        && ["routes", "rate_limit"]
            .iter()
            .any(|word| json.member(word).is_some())
}

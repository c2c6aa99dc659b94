//! Documents in Kubernetes manifests: Istio's WasmPlugin, and TrafficExtension, which follows it.

use policy::language::Json;

use super::trail::{Step, Trail};
use super::{Findings, Located, reads_like_ours};
use crate::plugin::Plugin;
use crate::remarks::Remarks;
use crate::yaml::Reading;

/// Whether a manifest of this kind may hold a document.
pub(super) fn is_ours(kind: &str) -> bool {
    matches!(kind, "WasmPlugin" | "TrafficExtension")
}

/// Finds the document of a manifest, or of each in a list of manifests.
pub(super) fn find(reading: &Reading, forced: Option<Plugin>, findings: &mut Findings) {
    let root = Trail::new(&reading.json);
    let list = root.clone().into_field("items");
    match (kind(&root), list) {
        (Some("List"), Some(list)) => {
            let Json::List(items) = list.end() else {
                return;
            };
            for (index, item) in items.iter().enumerate() {
                let mut trail = list.clone();
                trail.step(Step::Item(index), item);
                locate(&trail, reading, forced, findings);
            }
        }
        _ => locate(&root, reading, forced, findings),
    }
}

fn kind<'f>(manifest: &Trail<'f>) -> Option<&'f str> {
    manifest.end().member("kind").and_then(Json::text)
}

fn locate(
    manifest: &Trail<'_>,
    reading: &Reading,
    forced: Option<Plugin>,
    findings: &mut Findings,
) {
    let Some(kind) = kind(manifest).filter(|kind| is_ours(kind)) else {
        return;
    };
    let metadata = manifest.end().member("metadata");
    let name = metadata.and_then(|metadata| metadata.member("name")?.text());
    let name = name.unwrap_or("without a name");
    let wasm = manifest.clone().into_field("spec").and_then(|spec| {
        if kind == "TrafficExtension" {
            spec.into_field("wasm") // it can hold Lua instead
        } else {
            Some(spec)
        }
    });
    let Some(wasm) = wasm else {
        let skipped = format!("{kind} {name}: has no wasm plugin");
        findings.skipped.push(skipped);
        return;
    };
    let url = wasm.end().member("url").and_then(Json::text);
    let plugin = url.and_then(Plugin::of_artefact);
    let mut remarks = Remarks::default();
    let document = wasm.clone().into_field("pluginConfig");
    let unknown = match (url, plugin.or(forced)) {
        (Some(url), None) => Some(format!(
            "loads \"{url}\", which has the name of none of our plugins"
        )),
        (None, None) => Some("is a patch without url".to_owned()),
        (_, Some(_)) => None,
    };
    if let Some(unknown) = unknown {
        let document = document.as_ref().map(Trail::end);
        if !document.is_some_and(|json| url.is_none() || reads_like_ours(json)) {
            let skipped = format!("{kind} {name}: {unknown}; --plugin NAME checks it as that one");
            findings.skipped.push(skipped);
            return;
        }
        remarks.note(format!("url: {unknown}; checked for gateway.wasm"));
    }
    let way = if kind == "TrafficExtension" {
        "spec.wasm.pluginConfig"
    } else {
        "spec.pluginConfig"
    };
    if document.is_none() {
        remarks.error(format!(
            "{way}: missing; the plugin does not load without a document"
        ));
    }
    if wasm.end().member("failStrategy").and_then(Json::text) == Some("FAIL_OPEN") {
        remarks.warning(
            "failStrategy: FAIL_OPEN lets every request pass while the plugin cannot run; write \
             FAIL_RELOAD (Istio 1.27 and later) or FAIL_CLOSE",
        );
    }
    if let (Some(document), Some(_)) = (&document, &reading.cautious)
        && let Some(key) = boolean_key(document.end())
    {
        remarks.note(format!(
            "the key {key}: kubectl, helm and kustomize take it for a boolean where it stands \
             without quotes; write \"{key}\": ..."
        ));
    }
    findings.documents.push(Located {
        place: format!("{kind} {name}, {way}"),
        plugin,
        reading: document.map(|document| Reading {
            json: document.end().clone(),
            cautious: reading
                .cautious
                .as_ref()
                .and_then(|root| document.follow(root).cloned()),
        }),
        remarks,
    });
}

/// The first key that YAML 1.1 reads as a boolean; the `y` of an elliptic-curve JWK is one.
fn boolean_key(value: &Json) -> Option<&str> {
    const KEYS: [&str; 6] = ["y", "n", "yes", "no", "on", "off"];
    match value {
        Json::Object(members) => members.iter().find_map(|(name, value)| {
            let is_boolean = KEYS.iter().any(|key| name.eq_ignore_ascii_case(key));
            is_boolean
                .then_some(name.as_str())
                .or_else(|| boolean_key(value))
        }),
        Json::List(items) => items.iter().find_map(boolean_key),
        _ => None,
    }
}

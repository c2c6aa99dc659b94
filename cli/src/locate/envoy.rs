//! Documents in the wasm HTTP filters of an Envoy configuration, wherever these stand: in a
//! listener, in an `EnvoyFilter`, in a file of discovered resources.

use policy::language::Json;

use super::trail::{Step, Trail};
use super::{Findings, Located, embedded, proto, reads_like_ours, surroundings};
use crate::plugin::Plugin;
use crate::remarks::Remarks;
use crate::yaml::Reading;

/// The type of the filter.
const WASM: &str = "envoy.extensions.filters.http.wasm.v3.Wasm";

/// Types that hold another message by name (xDS, and what came before).
const TYPED_STRUCTS: [&str; 2] = ["xds.type.v3.TypedStruct", "udpa.type.v1.TypedStruct"];

/// Finds the filters and their documents; false where there is no wasm filter at all.
pub(super) fn find(reading: &Reading, forced: Option<Plugin>, findings: &mut Findings) -> bool {
    let mut filters = Vec::new();
    walk(&mut Trail::new(&reading.json), &mut filters);
    for filter in &filters {
        locate(filter, reading.cautious.as_ref(), forced, findings);
    }
    !filters.is_empty()
}

/// Collects the ways to the `config` of each wasm filter.
fn walk<'f>(trail: &mut Trail<'f>, filters: &mut Vec<Trail<'f>>) {
    let value = trail.end();
    if let Some(config) = config_of(trail) {
        filters.push(config);
        return;
    }
    match value {
        Json::Object(members) => {
            for (name, member) in members {
                trail.step(Step::Field(name), member);
                walk(trail, filters);
                trail.back();
            }
        }
        Json::List(items) => {
            for (index, item) in items.iter().enumerate() {
                trail.step(Step::Item(index), item);
                walk(trail, filters);
                trail.back();
            }
        }
        _ => {}
    }
}

/// The way to `config`, where the value is a wasm filter's `typed_config`.
fn config_of<'f>(trail: &Trail<'f>) -> Option<Trail<'f>> {
    let value = trail.end();
    if proto::is_type(value, WASM) {
        return trail.clone().into_field("config");
    }
    let is_typed_struct = TYPED_STRUCTS.iter().any(|name| proto::is_type(value, name));
    let url = proto::field(value, "type_url").and_then(Json::text)?;
    (is_typed_struct && proto::names_type(url, WASM))
        .then(|| trail.clone().into_field("value")?.into_field("config"))
        .flatten()
}

fn locate(
    config: &Trail<'_>,
    cautious: Option<&Json>,
    forced: Option<Plugin>,
    findings: &mut Findings,
) {
    let filter = config.up_to(|value| value.member("name").is_some() && !is_config(value));
    let place = filter.as_ref().unwrap_or(config).to_string();
    let artefact = artefact(config.end());
    let plugin = artefact.and_then(Plugin::of_artefact);
    let mut remarks = Remarks::default();
    let reading = embedded::document(config, cautious, &mut remarks);
    if plugin.is_none() && forced.is_none() {
        let loads = artefact.map_or_else(
            || "says not what it loads".to_owned(),
            |artefact| format!("loads \"{artefact}\", which has the name of none of our plugins"),
        );
        let ours = reading
            .as_ref()
            .is_some_and(|reading| reads_like_ours(&reading.json));
        if !ours {
            let skipped = format!("{place}: {loads}; --plugin NAME checks it as that one");
            findings.skipped.push(skipped);
            return;
        }
        remarks.note(format!("vm_config.code: {loads}; checked for gateway.wasm"));
    }
    let document = reading.as_ref().map(|reading| &reading.json);
    let name = plugin.or(forced).unwrap_or(Plugin::Gateway).name();
    surroundings::look(config, document, name, &mut remarks);
    findings.documents.push(Located {
        place,
        plugin,
        reading,
        remarks,
    });
}

/// A plugin's own `config` has a name too, which is not the filter's.
fn is_config(value: &Json) -> bool {
    proto::field(value, "vm_config").is_some()
}

/// The file or address that the plugin is loaded from.
fn artefact(config: &Json) -> Option<&str> {
    let code = proto::at(config, &["vm_config", "code"])?;
    let local = proto::at(code, &["local", "filename"]);
    local
        .or_else(|| proto::at(code, &["remote", "http_uri", "uri"]))
        .and_then(Json::text)
}

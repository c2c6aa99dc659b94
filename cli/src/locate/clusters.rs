//! The clusters that a document has the proxy call: whether the file defines them.
//!
//! A plugin learns only when it calls that a cluster is not there, and then it has to do without keys or
//! without the count of a limit.

use policy::language::Json;

use super::proto;
use crate::remarks::Remarks;

/// The extension that says how a cluster speaks HTTP.
const OPTIONS: &str = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

/// Looks for the document's clusters in a whole Envoy configuration. Where the file is a part of one,
/// or clusters come from a control plane, there is no telling.
pub(super) fn look(file: &Json, document: &Json, remarks: &mut Remarks) {
    let Some(resources) = proto::field(file, "static_resources") else {
        return;
    };
    let clusters = proto::items(resources, "clusters");
    let is_complete = proto::at(file, &["dynamic_resources", "cds_config"]).is_none();
    let mut called = Vec::new();
    collect(document, &mut called);
    called.sort_unstable();
    called.dedup();
    for name in called {
        if is_complete && find(clusters, name).is_none() {
            remarks.warning(format!(
                "static_resources.clusters: the document has the proxy call \"{name}\", which is not \
                 among them; define it"
            ));
        }
    }
    let service = proto::at(document, &["rate_limit", "service", "cluster"]).and_then(Json::text);
    if let Some(cluster) = service.and_then(|name| find(clusters, name))
        && !speaks_http2(cluster)
    {
        remarks.warning(format!(
            "static_resources.clusters[{}]: not by HTTP/2, and a rate limit service is called by gRPC; \
             write \"typed_extension_protocol_options\" with \
             \"explicit_http_config: {{http2_protocol_options: {{}}}}\"",
            service.unwrap_or_default()
        ));
    }
}

/// The names behind every `cluster:` of the document.
fn collect<'j>(value: &'j Json, called: &mut Vec<&'j str>) {
    match value {
        Json::Object(members) => {
            for (name, member) in members {
                match member.text() {
                    Some(text) if name == "cluster" => called.push(text),
                    _ => collect(member, called),
                }
            }
        }
        Json::List(items) => items.iter().for_each(|item| collect(item, called)),
        _ => {}
    }
}

fn find<'j>(clusters: &'j [Json], name: &str) -> Option<&'j Json> {
    let mut clusters = clusters.iter();
    clusters.find(|cluster| proto::is_text(cluster, &["name"], name))
}

fn speaks_http2(cluster: &Json) -> bool {
    let options = proto::field(cluster, "typed_extension_protocol_options");
    let options = options.and_then(|options| options.member(OPTIONS));
    let explicit = options.and_then(|options| {
        proto::at(options, &["explicit_http_config", "http2_protocol_options"])
    });
    explicit
        .or_else(|| proto::field(cluster, "http2_protocol_options"))
        .is_some()
}

//! What Envoy must be told beside the document, so that the document means what it says.
//!
//! The plugin cannot see these settings; whoever copies half of a shipped configuration has a
//! gap that no request shows.

use policy::language::Json;

use super::trail::Trail;
use super::{clusters, proto, seal, sources, tls};
use crate::remarks::Remarks;

/// A setting of the connection manager that the decision on a path or host leans on.
struct Setting {
    way: &'static [&'static str],
    wanted: &'static str,
    without: &'static str,
}

/// Those without which one path has two readings.
const PATH_SETTINGS: [Setting; 4] = [
    Setting {
        way: &["normalize_path"],
        wanted: "true",
        without: "the router could take another route for a path with dot segments than the one \
                  decided on",
    },
    Setting {
        way: &["merge_slashes"],
        wanted: "true",
        without: "the router tells //admin from /admin, where most services do not",
    },
    Setting {
        way: &["path_with_escaped_slashes_action"],
        wanted: "REJECT_REQUEST",
        without: "a %2f could be unescaped before the plugin sees it, or after",
    },
    Setting {
        way: &[
            "common_http_protocol_options",
            "headers_with_underscores_action",
        ],
        wanted: "REJECT_REQUEST",
        without: "x_user can pass for x-user in the service",
    },
];

/// Looks at what stands around a filter's `config`.
pub(super) fn look(
    config: &Trail<'_>,
    document: Option<&Json>,
    plugin: &str,
    remarks: &mut Remarks,
) {
    look_at_vm(config.end(), remarks);
    if let Some(document) = document {
        clusters::look(config.root(), document, remarks);
    }
    let manager = config.up_to(|value| proto::field(value, "http_filters").is_some());
    let Some(manager) = manager else {
        remarks.note(
            "http_connection_manager: not in this file, so its settings and the seal behind the \
             plugin were not looked at",
        );
        return;
    };
    seal::look(&manager, config, plugin, remarks);
    look_at_manager(manager.end(), document, remarks);
    if let Some(document) = document.filter(|document| tls::asks_who_calls(document)) {
        sources::look(&manager, document, remarks);
    }
}

fn look_at_vm(config: &Json, remarks: &mut Remarks) {
    let id = proto::at(config, &["vm_config", "vm_id"]).and_then(Json::text);
    if id.unwrap_or_default().is_empty() {
        remarks.warning(
            "vm_config.vm_id: missing; shared counters belong to a vm_id, and \"\" is that of \
             every plugin without one; write \"vm_id: portcullis\"",
        );
    }
    if proto::is_text(config, &["failure_policy"], "FAIL_OPEN")
        || proto::is_true(config, &["fail_open"])
    {
        remarks.warning(
            "failure_policy: open lets every request pass while the plugin cannot run; write \
             FAIL_RELOAD",
        );
    }
}

fn look_at_manager(manager: &Json, document: Option<&Json>, remarks: &mut Remarks) {
    for setting in &PATH_SETTINGS {
        let set = match proto::at(manager, setting.way) {
            Some(Json::Bool(value)) => value.to_string() == setting.wanted,
            Some(Json::Text(word)) => word == setting.wanted,
            _ => false,
        };
        if !set {
            let (field, wanted) = (setting.way.join("."), setting.wanted);
            let without = setting.without;
            remarks.warning(format!(
                "{field}: not {wanted}; {without}; write \"{field}: {wanted}\""
            ));
        }
    }
    let by_address = document.is_some_and(asks_for_address);
    if by_address && !proto::is_true(manager, &["use_remote_address"]) {
        remarks.warning(
            "use_remote_address: not true, and the document decides by remote.ip: a client that \
             writes another X-Forwarded-For is another client; write \"use_remote_address: true\" \
             (behind another proxy, xff_num_trusted_hops as well)",
        );
    }
    if !proto::is_true(manager, &["strip_any_host_port"]) {
        remarks.note(
            "strip_any_host_port: not true; the plugin compares hosts without port, the router \
             with it",
        );
    }
}

/// Whether the document counts or decides by the client's address.
fn asks_for_address(document: &Json) -> bool {
    match document {
        Json::Object(members) => members.iter().any(|(name, value)| {
            name == "remote_ip_blocks"
                || (name == "key" && names_address(value))
                || asks_for_address(value)
        }),
        Json::List(items) => items.iter().any(asks_for_address),
        _ => false,
    }
}

fn names_address(key: &Json) -> bool {
    match key {
        Json::Text(name) => name == "remote.ip",
        Json::List(names) => names.iter().any(names_address),
        _ => false,
    }
}

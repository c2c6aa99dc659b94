//! The HTTP side of a listener: hygiene settings, the plugin, the seal behind it, the router.
//!
//! The same shape as the shipped configurations; a test that leaves a part out says so.

use std::path::Path;

use serde_json::{Value, json};

use crate::request::ID_HEADER;

/// What the listener does to a request before the plugin sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hygiene {
    /// The settings that we ship: paths normalised, escaped slashes and underscores refused.
    Shipped,
    /// Nothing: the plugin sees the bytes that the client sent, also CONNECT and large headers.
    Raw,
    /// What the proxy does where a listener sets nothing at all.
    Defaults,
}

/// A wasm filter in a VM of its own.
#[must_use]
pub fn wasm_filter(module: &Path, vm_id: &str, configuration: Option<&str>) -> Value {
    let mut plugin = json!({
        "name": "portcullis",
        "vm_config": {
            "vm_id": vm_id,
            "runtime": "envoy.wasm.runtime.v8",
            "code": {"local": {"filename": module}},
        },
        "failure_policy": "FAIL_RELOAD",
    });
    if let Some(text) = configuration {
        plugin["configuration"] = json!({
            "@type": "type.googleapis.com/google.protobuf.StringValue",
            "value": text,
        });
    }
    filter("wasm", "wasm.v3.Wasm", json!({ "config": plugin }))
}

/// A native filter that sets filter state before the plugin sees the request, by one of Envoy's
/// object factories and its format of access logs; nothing where the value is empty.
#[must_use]
pub fn filter_state(key: &str, factory: &str, format: &str) -> Value {
    let value = json!({
        "object_key": key,
        "factory_key": factory,
        "format_string": {
            "text_format_source": {"inline_string": format},
            "omit_empty_values": true,
        },
        "skip_if_empty": true,
    });
    let config = json!({"on_request_headers": [value]});
    filter("set_filter_state", "set_filter_state.v3.Config", config)
}

/// The native filter that permits only what carries the plugin's mark.
pub(crate) fn seal(plugin: &str) -> Value {
    let marked = json!({
        "filter_state": {"key": mark(plugin), "string_match": {"exact": "1"}},
    });
    let policy = json!({"permissions": [{"any": true}], "principals": [marked]});
    let rules = json!({"action": "ALLOW", "policies": {"marked": policy}});
    filter("rbac", "rbac.v3.RBAC", json!({ "rules": rules }))
}

/// The filter state that a plugin sets on what it lets pass.
fn mark(plugin: &str) -> String {
    format!("wasm.portcullis.{plugin}.pass")
}

/// The HTTP connection manager with these filters, the last of which is the router.
pub(crate) fn connection_manager(
    (hygiene, answer): (Hygiene, Option<&str>),
    filters: &[Value],
    plugin: &str,
    log: &Path,
    more: &Value,
) -> Value {
    let router = filter("router", "router.v3.Router", json!({}));
    let filters: Vec<&Value> = filters.iter().chain([&router]).collect();
    let mut manager = json!({
        "@type": format!("{EXTENSIONS}.network.http_connection_manager.v3.HttpConnectionManager"),
        "stat_prefix": "test",
        "stream_idle_timeout": "20s",
        "request_timeout": "20s",
        "access_log": [access_log(log, plugin)],
        "http_filters": filters,
        "route_config": {"virtual_hosts": [{
            "name": "all", "domains": ["*"], "routes": routes(hygiene, answer),
        }]},
    });
    let hygiene = match hygiene {
        Hygiene::Defaults => json!({}),
        Hygiene::Shipped => json!({
            "use_remote_address": true,
            "strip_any_host_port": true,
            "normalize_path": true,
            "merge_slashes": true,
            "path_with_escaped_slashes_action": "REJECT_REQUEST",
            "common_http_protocol_options": {
                "headers_with_underscores_action": "REJECT_REQUEST",
                "max_stream_duration": "30s",
            },
        }),
        Hygiene::Raw => json!({
            "use_remote_address": true,
            "strip_any_host_port": true,
            "normalize_path": false,
            "merge_slashes": false,
            "path_with_escaped_slashes_action": "KEEP_UNCHANGED",
            "max_request_headers_kb": 96,
            "upgrade_configs": [{"upgrade_type": "CONNECT"}],
            "http_protocol_options": {"accept_http_10": true},
            "forward_client_cert_details": "ALWAYS_FORWARD_ONLY",
        }),
    };
    merge(&mut manager, hygiene);
    merge(&mut manager, more.clone());
    json!({"name": "envoy.filters.network.http_connection_manager", "typed_config": manager})
}

fn routes(hygiene: Hygiene, answer: Option<&str>) -> Value {
    if let Some(body) = answer {
        let direct = json!({"status": 200, "body": {"inline_string": body}});
        return json!([{"match": {"prefix": "/"}, "direct_response": direct}]);
    }
    let upstream = json!({"cluster": "upstream"});
    let all = json!({"match": {"prefix": "/"}, "route": upstream});
    let connect = json!({"match": {"connect_matcher": {}}, "route": upstream});
    match hygiene {
        Hygiene::Shipped | Hygiene::Defaults => json!([all]),
        Hygiene::Raw => json!([all, connect]),
    }
}

fn access_log(path: &Path, plugin: &str) -> Value {
    let format = json!({
        "id": format!("%REQ({ID_HEADER})%"),
        "status": "%RESPONSE_CODE%",
        "details": "%RESPONSE_CODE_DETAILS%",
        "pass": format!("%FILTER_STATE({}:PLAIN)%", mark(plugin)),
        "decision": format!("%FILTER_STATE(wasm.portcullis.{plugin}.decision:PLAIN)%"),
        "claim": "%FILTER_STATE(wasm.portcullis.claim.tenant:PLAIN)%",
        "denied_by": "%FILTER_STATE(wasm.portcullis.denied_by:PLAIN)%",
        "upstream": "%UPSTREAM_HOST%",
        "shadow_rbac": "%DYNAMIC_METADATA(envoy.filters.http.rbac:shadow_engine_result)%",
    });
    json!({
        "name": "envoy.access_loggers.file",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog",
            "path": path,
            "log_format": {"json_format": format},
        },
    })
}

fn filter(name: &str, message: &str, mut config: Value) -> Value {
    config["@type"] = json!(format!("{EXTENSIONS}.http.{message}"));
    json!({"name": format!("envoy.filters.http.{name}"), "typed_config": config})
}

fn merge(into: &mut Value, from: Value) {
    if let (Some(into), Value::Object(from)) = (into.as_object_mut(), from) {
        into.extend(from);
    }
}

const EXTENSIONS: &str = "type.googleapis.com/envoy.extensions.filters";

//! Words of Envoy's RBAC configuration.

use serde_json::{Value, json};

/// A policy: any of these permissions by any of these principals.
pub(crate) fn policy(permission: Value, principals: impl IntoIterator<Item = Value>) -> Value {
    let principals: Vec<Value> = principals.into_iter().collect();
    json!({"permissions": [permission], "principals": principals})
}

/// The filter, which only notes what it would have decided.
pub(crate) fn filter(policies: &[Value]) -> Value {
    let named = policies.iter().enumerate();
    let policies: serde_json::Map<String, Value> = named
        .map(|(number, policy)| (number.to_string(), policy.clone()))
        .collect();
    json!({
        "name": "envoy.filters.http.rbac",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC",
            "shadow_rules": {"action": "ALLOW", "policies": policies},
        },
    })
}

pub(crate) fn all(rules: impl IntoIterator<Item = Value>) -> Value {
    json!({"and_rules": {"rules": rules.into_iter().collect::<Vec<_>>()}})
}

pub(crate) fn either(rules: impl IntoIterator<Item = Value>) -> Value {
    json!({"or_rules": {"rules": rules.into_iter().collect::<Vec<_>>()}})
}

pub(crate) fn not(rule: &Value) -> Value {
    json!({"not_rule": rule})
}

pub(crate) fn method(name: &str) -> Value {
    header_is(":method", name)
}

pub(crate) fn methods(names: &[&str]) -> Value {
    either(names.iter().map(|name| method(name)))
}

pub(crate) fn host(name: &str) -> Value {
    header_is(":authority", name)
}

pub(crate) fn header_is(name: &str, value: &str) -> Value {
    header(name, &json!({"exact": value}))
}

pub(crate) fn header(name: &str, matcher: &Value) -> Value {
    json!({"header": {"name": name, "string_match": matcher}})
}

/// The path without its query.
pub(crate) fn path(matcher: &Value) -> Value {
    json!({"url_path": {"path": matcher}})
}

pub(crate) fn path_is(path_: &str) -> Value {
    path(&json!({"exact": path_}))
}

pub(crate) fn path_begins(prefix: &str) -> Value {
    path(&json!({"prefix": prefix}))
}

pub(crate) fn port(number: u16) -> Value {
    json!({"destination_port": number})
}

pub(crate) fn id(spiffe_id: &str) -> Value {
    json!({"authenticated": {"principal_name": {"exact": spiffe_id}}})
}

pub(crate) fn id_begins(prefix: &str) -> Value {
    json!({"authenticated": {"principal_name": {"prefix": prefix}}})
}

pub(crate) fn address(prefix: &str, length: u32) -> Value {
    json!({"remote_ip": {"address_prefix": prefix, "prefix_len": length}})
}

pub(crate) fn anybody() -> Value {
    json!({"any": true})
}

pub(crate) fn all_ids(ids: impl IntoIterator<Item = Value>) -> Value {
    json!({"and_ids": {"ids": ids.into_iter().collect::<Vec<_>>()}})
}

pub(crate) fn not_id(id: &Value) -> Value {
    json!({"not_id": id})
}

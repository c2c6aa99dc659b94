//! The proxy's own filters that do what our policies do, written for the same requests.

use serde_json::{Value, json};

use crate::world::{AUDIENCE, CALLER, ISSUER, World};

/// `rbac` on the peer's principal, for one method and one path, with so many principals.
#[must_use]
pub(crate) fn rbac(principals: usize) -> Value {
    let exact = |name: &str| json!({"authenticated": {"principal_name": {"exact": name}}});
    let principals: Vec<Value> = others(principals).iter().map(|name| exact(name)).collect();
    let method = json!({"header": {"name": ":method", "string_match": {"exact": "GET"}}});
    let path = json!({"url_path": {"path": {"prefix": "/v1/orders/"}}});
    let policy = json!({
        "permissions": [{"and_rules": {"rules": [method, path]}}],
        "principals": principals,
    });
    let rules = json!({"action": "ALLOW", "policies": {"orders": policy}});
    filter("rbac", "rbac.v3.RBAC", json!({ "rules": rules }))
}

/// `jwt_authn` for one provider, with the key set in the configuration.
#[must_use]
pub(crate) fn jwt_authn(world: &World, cached: bool) -> Value {
    let mut provider = json!({
        "issuer": ISSUER,
        "audiences": [AUDIENCE],
        "local_jwks": {"inline_string": world.issuer().jwks().to_string()},
    });
    if cached {
        provider["jwt_cache_config"] = json!({"jwt_cache_size": 1_000});
    }
    let rule = json!({"match": {"prefix": "/"}, "requires": {"provider_name": "login"}});
    let config = json!({"providers": {"login": provider}, "rules": [rule]});
    filter("jwt_authn", "jwt_authn.v3.JwtAuthentication", config)
}

/// `local_ratelimit` with one bucket for all.
#[must_use]
pub(crate) fn local_ratelimit() -> Value {
    let config = json!({"stat_prefix": "limit", "token_bucket": bucket()});
    limiting(config)
}

/// `local_ratelimit` with a bucket for each address.
#[must_use]
pub(crate) fn local_ratelimit_by_address() -> Value {
    let descriptor = json!({"entries": [{"key": "remote_address"}], "token_bucket": bucket()});
    limiting(json!({
        "stat_prefix": "limit",
        "token_bucket": bucket(),
        "descriptors": [descriptor],
        "rate_limits": [{"actions": [{"remote_address": {}}]}],
        "max_dynamic_descriptors": 1_000,
    }))
}

/// `ext_authz`, asking the cluster `callout` by gRPC.
#[must_use]
pub(crate) fn ext_authz() -> Value {
    let config = json!({"grpc_service": callout(), "transport_api_version": "V3"});
    filter("ext_authz", "ext_authz.v3.ExtAuthz", config)
}

/// `ratelimit` by address, asking the cluster `callout` by gRPC.
#[must_use]
pub(crate) fn ratelimit() -> Value {
    let service = json!({"grpc_service": callout(), "transport_api_version": "V3"});
    let config = json!({"domain": "bench", "timeout": "10s", "rate_limit_service": service});
    filter("ratelimit", "ratelimit.v3.RateLimit", config)
}

/// A filter that answers every request with 200, where the route does not.
#[must_use]
pub(crate) fn answering() -> Value {
    let always = json!({"numerator": 100, "denominator": "HUNDRED"});
    let abort = json!({"http_status": 200, "percentage": always});
    filter("fault", "fault.v3.HTTPFault", json!({ "abort": abort }))
}

/// The filter behind our plugins that permits only what carries their mark.
#[must_use]
pub(crate) fn seal(plugin: &str) -> Value {
    let key = format!("wasm.portcullis.{plugin}.pass");
    let marked = json!({"filter_state": {"key": key, "string_match": {"exact": "1"}}});
    sealing(&marked)
}

/// The same filter, where there is no plugin: it asks as much and permits all.
#[must_use]
pub(crate) fn open_seal() -> Value {
    let marked = json!({"filter_state": {"key": "wasm.none.pass", "string_match": {"exact": "1"}}});
    sealing(&json!({"not_id": marked}))
}

/// The principals of a list of this length; the caller is the last one.
#[must_use]
pub(crate) fn others(count: usize) -> Vec<String> {
    let other =
        |number: usize| format!("spiffe://mesh.test/ns/team-{}/sa/svc-{number}", number % 50);
    (1..count).map(other).chain([CALLER.to_owned()]).collect()
}

/// An HTTP filter by its name and the name of its message.
#[must_use]
pub(crate) fn filter(name: &str, message: &str, mut config: Value) -> Value {
    config["@type"] = json!(format!("{EXTENSIONS}.http.{message}"));
    json!({"name": format!("envoy.filters.http.{name}"), "typed_config": config})
}

/// Where the proxy's extensions have their messages.
pub(crate) const EXTENSIONS: &str = "type.googleapis.com/envoy.extensions.filters";

fn sealing(principal: &Value) -> Value {
    let policy = json!({"permissions": [{"any": true}], "principals": [principal]});
    let rules = json!({"action": "ALLOW", "policies": {"marked": policy}});
    filter("rbac", "rbac.v3.RBAC", json!({ "rules": rules }))
}

fn callout() -> Value {
    json!({"envoy_grpc": {"cluster_name": "callout"}, "timeout": "10s"})
}

fn bucket() -> Value {
    json!({"max_tokens": PLENTY, "tokens_per_fill": PLENTY, "fill_interval": "1s"})
}

fn limiting(mut config: Value) -> Value {
    let always = json!({"default_value": {"numerator": 100, "denominator": "HUNDRED"}});
    config["filter_enabled"] = always.clone();
    config["filter_enforced"] = always;
    filter(
        "local_ratelimit",
        "local_ratelimit.v3.LocalRateLimit",
        config,
    )
}

/// Never spent.
pub(crate) const PLENTY: u32 = 1_000_000_000;

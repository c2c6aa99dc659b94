//! The seal: an RBAC filter behind the plugin that passes only what carries the plugin's mark.
//!
//! Envoy skips a worker whose plugin could not start, and its requests pass, even with a closed
//! failure policy. Only a filter of Envoy's own can stop them.

use policy::language::Json;

use super::proto;
use super::trail::Trail;
use crate::remarks::Remarks;

/// The type of the filter.
const RBAC: &str = "envoy.extensions.filters.http.rbac.v3.RBAC";

/// The filter state that a plugin sets on what it permits.
fn mark(plugin: &str) -> String {
    format!("wasm.portcullis.{plugin}.pass")
}

/// Looks for the seal among the filters behind the plugin.
pub(super) fn look(manager: &Trail<'_>, config: &Trail<'_>, plugin: &str, remarks: &mut Remarks) {
    let mark = mark(plugin);
    let filters = proto::items(manager.end(), "http_filters");
    let Some(position) = config.item_behind(manager) else {
        return;
    };
    if !filters
        .iter()
        .skip(position)
        .skip(1)
        .any(|filter| is_seal(filter, &mark))
    {
        remarks.warning(format!(
            "http_filters: no seal behind the plugin; Envoy skips a worker whose plugin could not \
             start, and its requests would pass undecided; put an RBAC filter behind it that \
             allows only filter_state {mark} = \"1\""
        ));
    }
}

fn is_seal(filter: &Json, mark: &str) -> bool {
    let Some(rbac) = proto::field(filter, "typed_config") else {
        return false;
    };
    let Some(rules) = proto::field(rbac, "rules") else {
        return false;
    };
    let allows = proto::field(rules, "action").is_none_or(|action| action.text() == Some("ALLOW"));
    let Some(Json::Object(policies)) = proto::field(rules, "policies") else {
        return false;
    };
    // one policy or principal without the mark would pass what the plugin never saw
    let marked = |policy: &Json| {
        proto::items(policy, "principals")
            .iter()
            .all(|principal| asks_for_mark(principal, mark))
    };
    proto::is_type(rbac, RBAC)
        && allows
        && !proto::is_true(filter, &["disabled"])
        && policies.iter().all(|(_, policy)| marked(policy))
}

fn asks_for_mark(principal: &Json, mark: &str) -> bool {
    if let Some(state) = proto::field(principal, "filter_state") {
        return proto::is_text(state, &["key"], mark)
            && proto::is_text(state, &["string_match", "exact"], "1");
    }
    let ids = proto::field(principal, "and_ids");
    ids.is_some_and(|ids| {
        proto::items(ids, "ids")
            .iter()
            .any(|id| asks_for_mark(id, mark))
    })
}

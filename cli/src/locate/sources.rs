//! What the listener must do for each source of identity to be true.
//!
//! A source that the listener never feeds denies everybody; one that it feeds with what clients
//! write believes anybody.

use policy::language::Json;

use super::trail::Trail;
use super::{proto, tls};
use crate::remarks::Remarks;

/// Where a waypoint states its caller.
const PEER_PRINCIPAL: &str = "io.istio.peer_principal";

/// Looks at what feeds the sources of a document that asks who calls.
pub(super) fn look(manager: &Trail<'_>, document: &Json, remarks: &mut Remarks) {
    let lists = |source| lists(document, "sources", "peer_certificate", source);
    let forwarded = lists("forwarded_client_cert");
    if forwarded || lists("peer_certificate") {
        tls::look(manager, document, remarks);
    }
    let header = "x-forwarded-client-cert";
    if forwarded && self::lists(document, "forwarded_headers", header, header) {
        look_at_forwarding(manager.end(), remarks);
    }
    if lists("istio_waypoint") && !mentions(manager.root(), PEER_PRINCIPAL) {
        remarks.note(format!(
            "identity.sources: istio_waypoint reads filter state {PEER_PRINCIPAL}, which Istio sets \
             on its waypoints; nothing in this file does, so nobody would have an identity here"
        ));
    }
}

/// Whether a list of the identity section has a word; one that is left out has its default.
fn lists(document: &Json, field: &str, default: &str, word: &str) -> bool {
    let section = document.member("identity");
    match section.and_then(|section| section.member(field)) {
        Some(Json::List(words)) => words.iter().any(|item| item.text() == Some(word)),
        _ => word == default,
    }
}

/// Whether the header reaches the plugin as the forwarder sent it, or with Envoy's element behind.
fn look_at_forwarding(manager: &Json, remarks: &mut Remarks) {
    let details = proto::field(manager, "forward_client_cert_details").and_then(Json::text);
    match details.unwrap_or("SANITIZE") {
        "APPEND_FORWARD" | "FORWARD_ONLY" => {}
        "ALWAYS_FORWARD_ONLY" => remarks.warning(
            "forward_client_cert_details: ALWAYS_FORWARD_ONLY hands the service what peers without \
             a certificate write as well; the plugin believes none of it; write \
             \"forward_client_cert_details: APPEND_FORWARD\"",
        ),
        other => remarks.warning(format!(
            "forward_client_cert_details: {other} drops what forwarders state, and with it every \
             caller behind them; write \"forward_client_cert_details: APPEND_FORWARD\""
        )),
    }
    if proto::is_text(
        manager,
        &["set_current_client_cert_details", "format"],
        "JSON",
    ) {
        remarks.warning(
            "set_current_client_cert_details.format: JSON; the plugin reads the text form alone, \
             and denies what forwarders state in JSON; remove it",
        );
    }
}

/// Whether a text stands anywhere in a file.
fn mentions(value: &Json, text: &str) -> bool {
    match value {
        Json::Text(found) => found == text,
        Json::List(items) => items.iter().any(|item| mentions(item, text)),
        Json::Object(members) => members.iter().any(|(_, value)| mentions(value, text)),
        _ => false,
    }
}

//! `portcullis check` on Envoy configurations: the shipped ones, and these with a part missing.

mod support;
#[path = "support/listener.rs"]
mod wrapped;

use support::{check, portcullis, read, with};
use wrapped::{listener, structure};

#[test]
fn the_shipped_configurations_have_nothing_wrong() {
    for file in [
        "envoy/edge.yaml",
        "envoy/service.yaml",
        "envoy/federation.yaml",
    ] {
        let ran = portcullis(&["check", file], "").expect(0);
        assert!(
            ran.out
                .contains("\n1 document in 1 file: 0 refused, 0 errors, 0 warnings, "),
            "{}",
            ran.out
        );
    }
}

#[test]
fn the_place_and_the_plugin_are_told() {
    let ran = portcullis(&["check", "envoy/service.yaml"], "").expect(0);
    let place = "envoy/service.yaml: static_resources.listeners[inbound].filter_chains[0]\
                 .filters[0].typed_config.http_filters[portcullis]: ok for spiffe_authz.wasm\n";
    assert!(ran.out.starts_with(place), "{}", ran.out);
}

/// A part of a shipped file, what stands instead, and what is then said where.
type Slip = [&'static str; 5];

const EDGE: [Slip; 12] = [
    [
        "normalize_path: true",
        "normalize_path: false",
        "warning",
        "normalize_path",
        "dot segments",
    ],
    [
        "merge_slashes: true",
        "merge_slashes: false",
        "warning",
        "merge_slashes",
        "//admin",
    ],
    [
        "path_with_escaped_slashes_action: REJECT_REQUEST",
        "path_with_escaped_slashes_action: UNESCAPE_AND_FORWARD",
        "warning",
        "path_with_escaped_slashes_action",
        "%2f",
    ],
    [
        "headers_with_underscores_action: REJECT_REQUEST",
        "headers_with_underscores_action: ALLOW",
        "warning",
        "common_http_protocol_options.headers_with_underscores_action",
        "x_user",
    ],
    [
        "use_remote_address: true",
        "use_remote_address: false",
        "warning",
        "use_remote_address",
        "remote.ip",
    ],
    [
        "vm_id: portcullis",
        "vm_id: ''",
        "warning",
        "vm_config.vm_id",
        "missing",
    ],
    [
        "failure_policy: FAIL_RELOAD",
        "failure_policy: FAIL_OPEN",
        "warning",
        "failure_policy",
        "FAIL_RELOAD",
    ],
    [
        "strip_any_host_port: true",
        "strip_any_host_port: false",
        "note",
        "strip_any_host_port",
        "port",
    ],
    [
        "key: wasm.portcullis.gateway.pass",
        "key: wasm.other",
        "warning",
        "http_filters",
        "seal",
    ],
    [
        "exact: \"1\"",
        "prefix: \"1\"",
        "warning",
        "http_filters",
        "seal",
    ],
    [
        "action: ALLOW",
        "action: DENY",
        "warning",
        "http_filters",
        "seal",
    ],
    [
        "- name: portcullis.seal",
        "- disabled: true\n                    name: portcullis.seal",
        "warning",
        "http_filters",
        "seal",
    ],
];

const FEDERATION: [Slip; 2] = [
    [
        "require_client_certificate: true",
        "require_client_certificate: false",
        "error",
        "transport_socket.require_client_certificate",
        "identity",
    ],
    [
        "custom_validator_config:",
        "trust_chain_verification: ACCEPT_UNTRUSTED\n                  custom_validator_config:",
        "error",
        "validation_context.trust_chain_verification",
        "anybody",
    ],
];

#[test]
fn a_part_missing_around_the_plugin_is_told() {
    for (file, slips) in [
        ("envoy/edge.yaml", &EDGE[..]),
        ("envoy/federation.yaml", &FEDERATION),
    ] {
        let text = read(file);
        for [part, instead, weight, place, words] in slips {
            let ran = check(&with(&text, part, instead));
            ran.says(weight, place, words);
            ran.expect(i32::from(*weight == "error"));
        }
    }
}

#[test]
fn a_seal_before_the_plugin_is_no_seal() {
    let edge = read("envoy/edge.yaml");
    let plugin = "                  - name: portcullis\n";
    let seal = "                  # The seal: only what carries";
    let router = "                  - name: envoy.filters.http.router";
    let (before, rest) = edge.split_once(plugin).unwrap();
    let (first, rest) = rest.split_once(seal).unwrap();
    let (second, after) = rest.split_once(router).unwrap();
    let swapped = format!("{before}{seal}{second}{plugin}{first}{router}{after}");
    check(&swapped)
        .expect(0)
        .says("warning", "http_filters", "no seal behind the plugin");
}

#[test]
fn identities_need_a_listener_that_validates_them() {
    // the document of the service on the edge's listener, which asks for no certificate
    let document = "
version: v1
routes: [{name: a, paths: [/a], allow: {principals: ['spiffe://a.example/x', 'spiffe://b.example/x']}}]
";
    let plain = listener("", &structure("gateway", document));
    check(&plain)
        .expect(1)
        .says("error", "transport_socket", "missing");
    let one_way = listener("{}", &structure("gateway", document));
    let ran = check(&one_way).expect(1);
    ran.says(
        "error",
        "transport_socket.require_client_certificate",
        "not true",
    );
    ran.says(
        "error",
        "transport_socket.common_tls_context.validation_context",
        "missing",
    );
    let mutual = "{require_client_certificate: true, common_tls_context: {validation_context: \
                  {trusted_ca: {filename: ca.pem}}}}";
    let ran = check(&listener(mutual, &structure("gateway", document))).expect(0);
    ran.says("warning", "validation_context", "a.example, b.example");
    // who asks for nobody's identity needs no certificate
    let open = "version: v1\nroutes: [{name: a, paths: [/a], allow: any}]\n";
    check(&listener("", &structure("gateway", open))).expect(0);
}

#[test]
fn a_limit_by_address_is_what_needs_the_remote_address() {
    let document = |key: &str| {
        format!(
            "
version: v1
routes: [{{name: a, paths: [/a], allow: any}}]
rate_limit: {{limits: [{{name: l, key: [{key}], rates: [{{requests: 1, per: 1s}}]}}]}}
"
        )
    };
    let by_address = check(&listener("", &structure("gateway", &document("remote.ip"))));
    by_address.says("warning", "use_remote_address", "X-Forwarded-For");
    let by_route = check(&listener("", &structure("gateway", &document("route"))));
    assert!(!by_route.out.contains("use_remote_address"));
}

/// A document with these sources, on a listener with these settings of its connection manager.
fn sourced(sources: &str, settings: &str, tls: &str) -> support::Ran {
    let document = format!(
        "
version: v1
identity: {{{sources}}}
routes: [{{name: a, paths: [/a], allow: {{principals: ['spiffe://a.example/x']}}}}]
"
    );
    let text = listener(tls, &structure("spiffe_authz", &document));
    let manager = "        http_filters:";
    check(&with(&text, manager, &format!("{settings}{manager}")))
}

const MUTUAL: &str = "{require_client_certificate: true, common_tls_context: {validation_context: \
                      {trusted_ca: {filename: ca.pem}}}}";

#[test]
fn forwarded_identities_need_a_listener_that_keeps_what_is_forwarded() {
    let sources =
        "sources: [forwarded_client_cert], trusted_forwarders: ['spiffe://a.example/edge']";
    let place = "forward_client_cert_details";
    let set = |word: &str| format!("        {place}: {word}\n");
    for kept in ["APPEND_FORWARD", "FORWARD_ONLY"] {
        let ran = sourced(sources, &set(kept), MUTUAL).expect(0);
        assert!(!ran.out.contains(place), "{}", ran.out);
    }
    for dropped in [String::new(), set("SANITIZE"), set("SANITIZE_SET")] {
        sourced(sources, &dropped, MUTUAL).says("warning", place, "drops what forwarders state");
    }
    sourced(sources, &set("ALWAYS_FORWARD_ONLY"), MUTUAL).says(
        "warning",
        place,
        "without a certificate",
    );
    let json = set("APPEND_FORWARD")
        + "        set_current_client_cert_details: {uri: true, format: JSON}\n";
    sourced(sources, &json, MUTUAL).says(
        "warning",
        "set_current_client_cert_details.format",
        "text form",
    );
    // A forwarder is known by its certificate.
    sourced(sources, &set("APPEND_FORWARD"), "").expect(1).says(
        "error",
        "transport_socket",
        "missing",
    );
    let standard = format!("{sources}, forwarded_headers: [client-cert]");
    let ran = sourced(&standard, "", MUTUAL).expect(0);
    assert!(!ran.out.contains(place), "{}", ran.out);
    ran.says(
        "note",
        "identity.forwarded_headers",
        "request_headers_to_remove",
    );
}

#[test]
fn a_waypoint_needs_no_certificate_and_somebody_who_states_the_caller() {
    let ran = sourced("sources: [istio_waypoint]", "", "").expect(0);
    ran.says("note", "identity.sources", "io.istio.peer_principal");
    let setting = "        x: {object_key: io.istio.peer_principal}\n";
    let ran = sourced("sources: [istio_waypoint]", setting, "").expect(0);
    assert!(!ran.out.contains("peer_principal"), "{}", ran.out);
    sourced("sources: [istio_waypoint, peer_certificate]", setting, "")
        .expect(1)
        .says("error", "transport_socket", "missing");
}

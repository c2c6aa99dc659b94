//! `portcullis check` on Envoy configurations: the shipped ones, and these with a part missing.

mod support;

use support::{check, check_for, portcullis, read, with};

#[test]
fn the_shipped_configurations_have_nothing_wrong() {
    for file in ["envoy/edge.yaml", "envoy/service.yaml"] {
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

#[test]
fn a_part_missing_around_the_plugin_is_told() {
    let edge = read("envoy/edge.yaml");
    let service = read("envoy/service.yaml");
    for (text, part, instead, weight, place, words) in [
        (
            &edge,
            "normalize_path: true",
            "normalize_path: false",
            "warning",
            "normalize_path",
            "dot segments",
        ),
        (
            &edge,
            "merge_slashes: true",
            "merge_slashes: false",
            "warning",
            "merge_slashes",
            "//admin",
        ),
        (
            &edge,
            "path_with_escaped_slashes_action: REJECT_REQUEST",
            "path_with_escaped_slashes_action: UNESCAPE_AND_FORWARD",
            "warning",
            "path_with_escaped_slashes_action",
            "%2f",
        ),
        (
            &edge,
            "headers_with_underscores_action: REJECT_REQUEST",
            "headers_with_underscores_action: ALLOW",
            "warning",
            "common_http_protocol_options.headers_with_underscores_action",
            "x_user",
        ),
        (
            &edge,
            "use_remote_address: true",
            "use_remote_address: false",
            "warning",
            "use_remote_address",
            "remote.ip",
        ),
        (
            &edge,
            "vm_id: portcullis",
            "vm_id: ''",
            "warning",
            "vm_config.vm_id",
            "missing",
        ),
        (
            &edge,
            "failure_policy: FAIL_RELOAD",
            "failure_policy: FAIL_OPEN",
            "warning",
            "failure_policy",
            "FAIL_RELOAD",
        ),
        (
            &edge,
            "strip_any_host_port: true",
            "strip_any_host_port: false",
            "note",
            "strip_any_host_port",
            "port",
        ),
        (
            &edge,
            "key: wasm.portcullis.pass",
            "key: wasm.other",
            "warning",
            "http_filters",
            "seal",
        ),
        (
            &edge,
            "exact: \"1\"",
            "prefix: \"1\"",
            "warning",
            "http_filters",
            "seal",
        ),
        (
            &edge,
            "action: ALLOW",
            "action: DENY",
            "warning",
            "http_filters",
            "seal",
        ),
        (
            &edge,
            "- name: portcullis.seal",
            "- disabled: true\n                    name: portcullis.seal",
            "warning",
            "http_filters",
            "seal",
        ),
        (
            &service,
            "require_client_certificate: true",
            "require_client_certificate: false",
            "error",
            "transport_socket.require_client_certificate",
            "identity",
        ),
        (
            &service,
            "custom_validator_config:",
            "trust_chain_verification: ACCEPT_UNTRUSTED\n                  custom_validator_config:",
            "error",
            "validation_context.trust_chain_verification",
            "anybody",
        ),
    ] {
        let ran = check(&with(text, part, instead));
        ran.says(weight, place, words);
        let status = i32::from(weight == "error");
        ran.expect(status);
    }
}

#[test]
fn a_seal_before_the_plugin_is_no_seal() {
    let edge = read("envoy/edge.yaml");
    let (plugin, seal) = ("- name: portcullis\n", "- name: portcullis.seal\n");
    // the two items change places
    let start = edge.find(plugin).unwrap();
    let middle = edge.find("# The seal: only what carries").unwrap();
    let end = edge.find("- name: envoy.filters.http.router").unwrap();
    let (first, second) = (&edge[start..middle], &edge[middle..end]);
    assert!(second.contains(seal));
    let swapped = format!("{}{second}{first}{}", &edge[..start], &edge[end..]);
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

#[test]
fn errors_inside_of_a_struct_are_told_by_the_documents_own_places() {
    let document = "version: v1\nroutes: [{name: a, paths: [/a], allow: yes}]\n";
    let ran = check(&listener("", &structure("jwt_authn", document))).expect(1);
    ran.says("error", "routes[a].allow", "yes");
    assert!(ran.out.contains("refused for jwt_authn.wasm"));
}

#[test]
fn a_string_value_holds_json() {
    let text = |text: &str| {
        format!(
            "{{vm_config: {{vm_id: x, code: {{local: {{filename: gateway.wasm}}}}}}, configuration: \
             {{'@type': type.googleapis.com/google.protobuf.StringValue, value: {text}}}}}"
        )
    };
    let good = r#"'{"version": "v1", "routes": [{"name": "a", "paths": ["/a"], "allow": "any"}]}'"#;
    check(&listener("", &text(good))).expect(0);
    check(&listener("", &text("'{\"version\": \"v1\"}'")))
        .expect(1)
        .says("error", "routes", "missing");
    let yaml = r#""version: v1\nroutes: [{name: a, paths: [/a], allow: any}]\n""#;
    check(&listener("", &text(yaml))).expect(1).says(
        "error",
        "configuration.value",
        "reads only JSON",
    );
    check(&listener("", &text("{version: v1}"))).expect(1).says(
        "error",
        "configuration.value",
        "got a map",
    );
    check(&listener("", &text("'a: [1'"))).expect(1).says(
        "error",
        "configuration.value",
        "not YAML",
    );
}

#[test]
fn a_plugin_without_a_document_is_refused() {
    let config = "{vm_config: {vm_id: x, code: {local: {filename: gateway.wasm}}}}";
    check(&listener("", config))
        .expect(1)
        .says("error", "configuration", "missing");
    let other = "{vm_config: {vm_id: x, code: {local: {filename: gateway.wasm}}}, configuration: \
                 {'@type': type.googleapis.com/google.protobuf.BytesValue, value: eA==}}";
    check(&listener("", other))
        .expect(1)
        .says("error", "configuration", "google.protobuf.Struct");
}

#[test]
fn camel_case_and_both_forms_of_configuration_are_read() {
    let filter = "
resources:
  - '@type': type.googleapis.com/envoy.config.listener.v3.Listener
    name: here
    filterChains:
      - filters:
          - name: envoy.filters.network.http_connection_manager
            typedConfig:
              normalizePath: true
              httpFilters:
                - name: policy
                  typedConfig:
                    '@type': type.googleapis.com/udpa.type.v1.TypedStruct
                    typeUrl: type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm
                    value:
                      config:
                        vmConfig: {vmId: x, code: {local: {filename: rate-limit.wasm}}}
                        configuration:
                          '@type': type.googleapis.com/google.protobuf.Struct
                          value:
                            version: v1
                            rate_limit: {limits: [{name: l, rates: [{requests: 1, per: 1s}]}]}
";
    let ran = check(filter).expect(0);
    assert!(ran.out.contains("http") && ran.out.contains("[policy]: ok for rate_limit.wasm\n"));
    ran.says("warning", "http_filters", "no seal");
    assert!(!ran.out.contains("normalize_path:"));
}

#[test]
fn a_filter_of_somebody_else_is_passed_over() {
    let theirs = listener("", &structure("coraza", "rules: []\n"));
    let ran = check(&theirs).expect(2);
    assert!(ran.out.contains("no document in it"));
    assert!(ran.out.contains("coraza.wasm"));
    // unless it reads like ours
    let ours = "version: v1\nroutes: [{name: a, paths: [/a], allow: any}]\n";
    check(&listener("", &structure("my-filter", ours)))
        .expect(0)
        .says("note", "vm_config.code", "my-filter.wasm");
    // or the user says so
    check_for("gateway", &theirs).expect(1);
}

/// The `config` of a wasm filter that loads `NAME.wasm`, with the document as a Struct.
fn structure(name: &str, document: &str) -> String {
    let json: String = document
        .lines()
        .map(|line| format!("                  {line}\n"))
        .collect();
    format!(
        "
              vm_config: {{vm_id: x, code: {{local: {{filename: dist/{name}.wasm}}}}}}
              configuration:
                '@type': type.googleapis.com/google.protobuf.Struct
                value:
{json}"
    )
}

/// A listener with this TLS context, none where it is empty, around a wasm filter's `config`.
fn listener(tls: &str, config: &str) -> String {
    let socket = if tls.is_empty() {
        String::new()
    } else {
        format!("\n    transport_socket: {{typed_config: {tls}}}")
    };
    format!(
        "
name: here
filter_chains:
  - filters:
    - name: envoy.filters.network.http_connection_manager
      typed_config:
        http_filters:
        - name: policy
          typed_config:
            '@type': type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm
            config: {config}
{socket}
"
    )
}

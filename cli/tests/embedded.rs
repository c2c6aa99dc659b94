//! Where in an Envoy configuration a document can stand, and what is said where it cannot.

mod support;
#[path = "support/listener.rs"]
mod wrapped;

use support::{check, check_for};
use wrapped::{listener, structure};

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

//! A listener of Envoy around a document, as small as it can be.

/// The `config` of a wasm filter that loads `NAME.wasm`, with the document as a Struct.
pub(crate) fn structure(name: &str, document: &str) -> String {
    let json: Vec<String> = document
        .lines()
        .map(|line| format!("                  {line}\n"))
        .collect();
    let json = json.concat();
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
pub(crate) fn listener(tls: &str, config: &str) -> String {
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

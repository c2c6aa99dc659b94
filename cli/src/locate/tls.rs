//! Whether the listener makes a certificate an identity: required, and validated.
//!
//! The plugin sees the certificate that was presented, not whether anybody verified it.

use std::collections::BTreeSet;

use policy::language::Json;

use super::proto;
use super::trail::Trail;
use crate::remarks::Remarks;

/// The validator that binds each trust domain to its own CA.
const SPIFFE_VALIDATOR: &str = "envoy.tls.cert_validator.spiffe";

/// Where a validation context can stand in a `common_tls_context`.
const VALIDATION: [&[&str]; 4] = [
    &["validation_context"],
    &["combined_validation_context", "default_validation_context"],
    &["combined_validation_context"],
    &["validation_context_sds_secret_config"],
];

/// Whether the document decides or counts by the certificate of the caller.
pub(super) fn asks_who_calls(document: &Json) -> bool {
    match document {
        Json::Object(members) => members.iter().any(|(name, value)| {
            matches!(
                name.as_str(),
                "principals" | "service_accounts" | "namespaces"
            ) || (name == "key" && names_source(value))
                || asks_who_calls(value)
        }),
        Json::List(items) => items.iter().any(asks_who_calls),
        _ => false,
    }
}

fn names_source(key: &Json) -> bool {
    match key {
        Json::Text(name) => name.starts_with("source."),
        Json::List(names) => names.iter().any(names_source),
        _ => false,
    }
}

/// Looks at the TLS settings of the filter chain that the connection manager stands in.
pub(super) fn look(manager: &Trail<'_>, document: &Json, remarks: &mut Remarks) {
    let Some(chain) = manager.up_to(|value| proto::field(value, "filters").is_some()) else {
        return;
    };
    let context = proto::at(chain.end(), &["transport_socket", "typed_config"])
        .map(|socket| proto::field(socket, "downstream_tls_context").unwrap_or(socket));
    let Some(context) = context else {
        remarks.error(
            "transport_socket: missing, and the document asks who calls: without mTLS nobody has \
             an identity; add a DownstreamTlsContext with \"require_client_certificate: true\" and \
             a validation_context",
        );
        return;
    };
    if !proto::is_true(context, &["require_client_certificate"]) {
        remarks.error(
            "transport_socket.require_client_certificate: not true, and the document asks who \
             calls: a certificate is an identity only where the listener requires and validates \
             it; write \"require_client_certificate: true\"",
        );
    }
    let common = proto::field(context, "common_tls_context");
    let validation = common.and_then(|common| {
        let find = |way: &&[&str]| proto::at(common, way);
        VALIDATION.iter().find_map(find)
    });
    let Some(validation) = validation else {
        remarks.error(
            "transport_socket.common_tls_context.validation_context: missing, and the document \
             asks who calls: anybody could make a certificate with any identity; name the CA of \
             the trust domain",
        );
        return;
    };
    if proto::is_text(
        validation,
        &["trust_chain_verification"],
        "ACCEPT_UNTRUSTED",
    ) {
        remarks.error(
            "validation_context.trust_chain_verification: ACCEPT_UNTRUSTED takes a certificate \
             from anybody, with any identity; remove it",
        );
    }
    let mut domains = BTreeSet::new();
    collect_domains(document, &mut domains);
    let validator = ["custom_validator_config", "name"];
    let one_for_all = proto::field(validation, "trusted_ca").is_some()
        && !proto::is_text(validation, &validator, SPIFFE_VALIDATOR);
    if domains.len() > 1 && one_for_all {
        let domains: Vec<&str> = domains.into_iter().collect();
        remarks.warning(format!(
            "validation_context: the document names the trust domains {}, and every CA listed here \
             could mint the identities of all of them; use custom_validator_config with \
             {SPIFFE_VALIDATOR}, which binds each to its own",
            domains.join(", ")
        ));
    }
}

/// The trust domains that a document names.
fn collect_domains<'j>(document: &'j Json, domains: &mut BTreeSet<&'j str>) {
    match document {
        Json::Object(members) => {
            for (name, value) in members {
                match (name.as_str(), value) {
                    ("trust_domain", Json::Text(domain)) => {
                        domains.insert(domain);
                    }
                    ("principals", Json::List(ids)) => {
                        let domain =
                            |id: &'j Json| id.text()?.strip_prefix("spiffe://")?.split('/').next();
                        domains.extend(ids.iter().filter_map(domain));
                    }
                    (_, value) => collect_domains(value, domains),
                }
            }
        }
        Json::List(items) => {
            for item in items {
                collect_domains(item, domains);
            }
        }
        _ => {}
    }
}

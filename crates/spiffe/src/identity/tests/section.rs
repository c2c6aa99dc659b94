use policy::language::Shape;

use super::world::errors;
use crate::reason;

/// Sections, each with the one error that refuses it.
#[track_caller]
fn refuses(table: &[(&str, &str)]) {
    for (section, error) in table {
        assert_eq!(
            errors(&format!(r#"{{"identity": {section}}}"#), "{}"),
            [*error],
            "{section}"
        );
    }
}

#[test]
fn a_source_that_needs_a_setting_says_so() {
    refuses(&[
        (
            r#"{"sources": ["peer_certificate", "forwarded_client_cert"]}"#,
            "identity.sources[1]: forwarded_client_cert needs identity.trusted_forwarders: without it any client could state any identity",
        ),
        (
            r#"{"trusted_forwarders": ["spiffe://example.org/edge"]}"#,
            "identity.trusted_forwarders: nobody is believed without the source forwarded_client_cert, so a forwarder would be taken for its clients; add it to identity.sources",
        ),
        (
            r#"{"sources": ["forwarded_client_cert"], "trusted_forwarders": ["example.org/edge"]}"#,
            "identity.trusted_forwarders[0]: \"example.org/edge\" is not a SPIFFE ID; write \"spiffe://example.org/edge\" (Istio leaves the scheme out)",
        ),
        (
            r#"{"forwarded_headers": ["xfcc"]}"#,
            r#"identity.forwarded_headers[0]: unknown word "xfcc"; write one of: x-forwarded-client-cert, client-cert"#,
        ),
        (
            r#"{"forwarded_headers": ["client-cert", "client-cert"]}"#,
            r#"identity.forwarded_headers[1]: "client-cert" is listed twice"#,
        ),
    ]);
}

#[test]
fn an_alias_is_a_name_of_one_domain_and_no_more() {
    refuses(&[
        (
            r#"{"trust_domain_aliases": {"example.org": ["spiffe://old.example.org"]}}"#,
            r#"identity.trust_domain_aliases["example.org"][0]: "spiffe://old.example.org" is a URI; write the trust domain alone: "old.example.org""#,
        ),
        (
            r#"{"trust_domain_aliases": {"Example.org": ["old.example.org"]}}"#,
            r#"identity.trust_domain_aliases["Example.org"]: "Example.org": a trust domain is written with a-z 0-9 . - _ alone"#,
        ),
        (
            r#"{"trust_domain_aliases": {"example.org": ["*.example.org"]}}"#,
            r#"identity.trust_domain_aliases["example.org"][0]: "*.example.org": a trust domain is written with a-z 0-9 . - _ alone"#,
        ),
        (
            r#"{"trust_domain_aliases": {"example.org": ["a"], "a": ["b"]}}"#,
            r#"identity.trust_domain_aliases["example.org"][0]: "a" is a key of this map as well; an alias stands for a trust domain and has no aliases of its own"#,
        ),
        (
            r#"{"trust_domain_aliases": {"example.org": ["example.org"]}}"#,
            r#"identity.trust_domain_aliases["example.org"][0]: "example.org" is a key of this map as well; an alias stands for a trust domain and has no aliases of its own"#,
        ),
        (
            r#"{"trust_domain_aliases": {"example.org": ["a"], "example.com": ["a"]}}"#,
            r#"identity.trust_domain_aliases["example.com"][0]: "a" is an alias of "example.org" already; it can stand for one trust domain alone"#,
        ),
        (
            r#"{"trust_domain_aliases": {"example.org": []}}"#,
            r#"identity.trust_domain_aliases["example.org"]: is empty; leave it out, or list at least one"#,
        ),
        (
            r#"{"trust_domain": "a", "trust_domain_aliases": {"example.org": ["a"]}}"#,
            r#"identity.trust_domain: "a" is an alias of "example.org"; write "example.org""#,
        ),
    ]);
}

#[test]
fn a_wrong_word_or_value_says_what_to_write() {
    refuses(&[
        (
            r#"{"sources": ["jwt_svid"]}"#,
            r#"identity.sources[0]: not yet: this version of Portcullis does not have "jwt_svid""#,
        ),
        (
            r#"{"sources": ["peer_certificates"]}"#,
            r#"identity.sources[0]: unknown word "peer_certificates"; did you mean "peer_certificate"?"#,
        ),
        (
            r#"{"sources": ["peer_certificate", "peer_certificate"]}"#,
            r#"identity.sources[1]: "peer_certificate" is listed twice"#,
        ),
        (
            r#"{"sources": []}"#,
            "identity.sources: is empty; leave it out, or list at least one",
        ),
        (
            r#"{"trust_domain": "Example.org"}"#,
            r#"identity.trust_domain: "Example.org": a trust domain is written with a-z 0-9 . - _ alone"#,
        ),
        (
            r#"{"expiry_grace": "25h"}"#,
            "identity.expiry_grace: is outside 0s to 1d",
        ),
        (
            r#"{"expiry_grace": 30}"#,
            r#"identity.expiry_grace: expected a duration such as "1m", got the number 30; write "30s""#,
        ),
        (
            r#"{"jwt_svid_provider": "workload"}"#,
            "identity.jwt_svid_provider: not yet: this version of Portcullis does not have it; remove it for now",
        ),
        (
            r#"{"trustDomain": "example.org"}"#,
            "identity.trustDomain: unknown field; write trust_domain",
        ),
        (
            r#"{"trust_domian": "example.org"}"#,
            r#"identity.trust_domian: unknown field; did you mean "trust_domain"?"#,
        ),
    ]);
    assert_eq!(
        errors(r#"{"identity": null}"#, "{}"),
        ["identity: expected a map, got null"]
    );
}

#[test]
fn the_vocabulary_is_complete() {
    let words = crate::Identity::REFERENCE;
    assert_eq!(words.section, "identity");
    let names = |shape: Shape| match shape {
        Shape::Object(object) => object.fields.iter().map(|field| field.name).collect(),
        _ => Vec::new(),
    };
    assert_eq!(
        names((words.shape)()),
        [
            "sources",
            "trust_domain",
            "trust_domain_aliases",
            "trusted_forwarders",
            "forwarded_headers",
            "expiry_grace"
        ]
    );
    let condition = words.condition.expect("it brings parts of conditions");
    assert_eq!(
        names(condition()),
        ["principals", "service_accounts", "namespaces"]
    );
    let heads: Vec<&str> = words.attributes.iter().map(|(head, _)| *head).collect();
    assert_eq!(
        heads,
        [
            "source.principal",
            "source.namespace",
            "source.trust_domain"
        ]
    );
    let codes: Vec<&str> = words
        .reasons
        .iter()
        .map(|(reason, _)| reason.code())
        .collect();
    assert_eq!(codes.len(), 17);
    assert!(codes.iter().all(|code| code.starts_with("spiffe.")));
    assert!(codes.contains(&reason::SVID_EXPIRED.code()));
    // All but the proxy's own fault.
    let others: Vec<&str> = words
        .reasons
        .iter()
        .filter(|(reason, _)| reason.status().http() != 403)
        .map(|(reason, _)| reason.code())
        .collect();
    assert_eq!(others, ["spiffe.certificate_not_stated"]);
}

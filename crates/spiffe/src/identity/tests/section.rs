use policy::language::Shape;

use super::world::errors;
use crate::reason;

#[test]
fn a_wrong_section_says_what_to_write() {
    let table = [
        (
            r#"{"sources": ["peer_certificate", "forwarded_client_cert"]}"#,
            r#"identity.sources[1]: not yet: this version of Portcullis does not have "forwarded_client_cert""#,
        ),
        (
            r#"{"sources": ["istio_waypoint"]}"#,
            r#"identity.sources[0]: not yet: this version of Portcullis does not have "istio_waypoint""#,
        ),
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
            r#"{"trust_domain_aliases": {"example.org": ["old.example.org"]}}"#,
            "identity.trust_domain_aliases: not yet: this version of Portcullis does not have it; remove it for now",
        ),
        (
            r#"{"trusted_forwarders": ["spiffe://example.org/edge"]}"#,
            "identity.trusted_forwarders: not yet: this version of Portcullis does not have it; remove it for now",
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
    ];
    for (section, error) in table {
        assert_eq!(
            errors(&format!(r#"{{"identity": {section}}}"#), "{}"),
            [error],
            "{section}"
        );
    }
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
        ["sources", "trust_domain", "expiry_grace"]
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
    assert_eq!(codes.len(), 10);
    assert!(codes.iter().all(|code| code.starts_with("spiffe.")));
    assert!(codes.contains(&reason::SVID_EXPIRED.code()));
    assert!(
        words
            .reasons
            .iter()
            .all(|(reason, _)| reason.status().http() == 403)
    );
}

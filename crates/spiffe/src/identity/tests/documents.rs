use policy::Policy;
use policy::language::{Report, Shape};

use super::world::{allow, errors, identity, leaves};
use crate::{MAX_PRINCIPALS, reason};

const OWN: &str = r#"{"identity": {"trust_domain": "example.org"}}"#;

#[test]
fn good_conditions_give_a_leaf_for_each_part() {
    let table = [
        (r#"{}"#, 0),
        (
            r#"{"principals": ["spiffe://example.org/ns/jobs/sa/batch"]}"#,
            1,
        ),
        (
            r#"{"principals": ["spiffe://partner.net/settlement/{region}", "spiffe://a/**"]}"#,
            1,
        ),
        (r#"{"service_accounts": ["shop/checkout", "jobs/*"]}"#, 1),
        (r#"{"namespaces": ["monitoring", "jobs"]}"#, 1),
        (
            r#"{"namespaces": ["shop"], "service_accounts": ["shop/checkout"]}"#,
            2,
        ),
        (
            r#"{"principals": ["spiffe://example.org/**"], "namespaces": ["shop"],
                "service_accounts": ["shop/*"]}"#,
            3,
        ),
    ];
    for (condition, count) in table {
        let leaves = leaves(OWN, condition);
        assert_eq!(leaves.len(), count, "{condition}");
        assert!(
            leaves
                .iter()
                .all(|leaf| !leaf.is_open() && leaf.verifies("identity"))
        );
        assert!(!leaves.iter().any(|leaf| leaf.verifies("jwt")));
    }
}

#[test]
fn wrong_conditions_say_what_to_write() {
    let table = [
        (
            r#"{"principals": ["cluster.local/ns/shop/sa/web"]}"#,
            r#"principals[0]: "cluster.local/ns/shop/sa/web" is not a SPIFFE ID; write "spiffe://cluster.local/ns/shop/sa/web" (Istio leaves the scheme out)"#,
        ),
        (
            r#"{"principals": ["spiffe://*/ns/shop"]}"#,
            r#"principals[0]: "spiffe://*/ns/shop" is not a SPIFFE ID template: the trust domain is literal; write one template for each"#,
        ),
        (
            r#"{"principals": ["spiffe://td/*"]}"#,
            r#"principals[0]: "spiffe://td/*" is not a SPIFFE ID template: "*" is no segment; write {name} for one segment, or "**" at the end"#,
        ),
        (
            r#"{"principals": ["spiffe://td/a/"]}"#,
            r#"principals[0]: "spiffe://td/a/" is not a SPIFFE ID template: the path ends in a slash"#,
        ),
        (
            r#"{"principals": ["*"]}"#,
            r#"principals[0]: "*" is not a SPIFFE ID template: a SPIFFE ID begins with spiffe://"#,
        ),
        (
            r#"{"principals": []}"#,
            "principals: is empty; leave it out, or list at least one",
        ),
        (
            r#"{"principals": "spiffe://td/a"}"#,
            "principals: expected a list, got a string",
        ),
        (
            r#"{"principals": [null]}"#,
            "principals[0]: expected a string, got null",
        ),
        (
            r#"{"service_accounts": ["shop"]}"#,
            r#"service_accounts[0]: "shop" is not a service account; write "shop/*" for every account of a namespace, or "NAMESPACE/ACCOUNT""#,
        ),
        (
            r#"{"service_accounts": ["*/web"]}"#,
            r#"service_accounts[0]: "*/web" is not a service account; write "NAMESPACE/ACCOUNT""#,
        ),
        (
            r#"{"service_accounts": ["shop/a/b"]}"#,
            r#"service_accounts[0]: "shop/a/b" is not a service account; write "NAMESPACE/ACCOUNT""#,
        ),
        (
            r#"{"service_accounts": ["shop/web*"]}"#,
            r#"service_accounts[0]: "shop/web*" is not a service account; write "NAMESPACE/ACCOUNT""#,
        ),
        (
            r#"{"service_accounts": ["shop/.."]}"#,
            r#"service_accounts[0]: "shop/.." is not a service account; write "NAMESPACE/ACCOUNT""#,
        ),
        (
            r#"{"service_accounts": ["spiffe://td/ns/a/sa/b"]}"#,
            r#"service_accounts[0]: "spiffe://td/ns/a/sa/b" is a full SPIFFE ID; write it under principals"#,
        ),
        (
            r#"{"namespaces": ["shop/*"]}"#,
            r#"namespaces[0]: "shop/*" is not a namespace; write "shop""#,
        ),
        (
            r#"{"namespaces": ["shop/web"]}"#,
            r#"namespaces[0]: "shop/web" is not a namespace; a namespace with an account goes under service_accounts"#,
        ),
        (
            r#"{"namespaces": ["*"]}"#,
            r#"namespaces[0]: "*" is not a namespace; write one name of letters, digits and . - _"#,
        ),
    ];
    for (condition, error) in table {
        assert_eq!(
            errors(OWN, condition),
            [format!("routes[charge].allow.{error}")]
        );
    }
}

#[test]
fn a_short_form_without_a_trust_domain_is_refused_once() {
    let missing =
        |short: &str| format!("identity.trust_domain: missing; routes[charge].allow.{short}");
    let checkout = r#"service_accounts[0] "shop/checkout" is short for spiffe://TRUST_DOMAIN/ns/shop/sa/checkout"#;
    let two = r#"{"service_accounts": ["shop/checkout", "shop/cart"], "namespaces": ["shop"]}"#;
    assert_eq!(errors("{}", two), [missing(checkout)]);
    assert_eq!(errors(r#"{"identity": {}}"#, two), [missing(checkout)]);
    let monitoring =
        r#"namespaces[0] "monitoring" is short for spiffe://TRUST_DOMAIN/ns/monitoring/sa/{any}"#;
    assert_eq!(
        errors("{}", r#"{"namespaces": ["monitoring"]}"#),
        [missing(monitoring)]
    );
    // Where it is there and wrong, that is the one thing to say.
    let wrong = r#"{"identity": {"trust_domain": "spiffe://example.org"}}"#;
    let said = r#"identity.trust_domain: "spiffe://example.org" is a URI; write the trust domain alone: "example.org""#;
    assert_eq!(errors(wrong, two), [said]);
}

#[test]
fn parts_that_can_never_both_hold_are_refused() {
    let table = [
        (
            r#"{"service_accounts": ["shop/checkout"], "namespaces": ["jobs"]}"#,
            "service_accounts and namespaces can never both hold; to accept either write \
             {any_of: [{service_accounts: [...]}, {namespaces: [...]}]}",
        ),
        (
            r#"{"principals": ["spiffe://partner.net/**"], "namespaces": ["jobs"]}"#,
            "principals and namespaces can never both hold; to accept either write \
             {any_of: [{principals: [...]}, {namespaces: [...]}]}",
        ),
        (
            r#"{"principals": ["spiffe://example.org/jobs/batch"], "service_accounts": ["a/b"]}"#,
            "principals and service_accounts can never both hold; to accept either write \
             {any_of: [{principals: [...]}, {service_accounts: [...]}]}",
        ),
        (
            r#"{"principals": ["spiffe://example.org/ns/a/sa/x", "spiffe://example.org/ns/b/sa/y"],
                "service_accounts": ["a/x", "b/z"], "namespaces": ["b"]}"#,
            "principals, service_accounts, namespaces can never all hold together",
        ),
    ];
    for (condition, error) in table {
        assert_eq!(
            errors(OWN, condition),
            [format!("routes[charge].allow: {error}")]
        );
    }
}

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
fn principals_are_counted_over_the_whole_document() {
    let (identity, mut report) = identity("{}");
    let list = |count: usize| {
        let ids: Vec<String> = (0..count).map(|n| format!("\"spiffe://td/{n}\"")).collect();
        format!(r#"{{"principals": [{}]}}"#, ids.join(","))
    };
    let half = list(MAX_PRINCIPALS / 2);
    allow(&identity, &half, &mut report);
    allow(&identity, &half, &mut report);
    assert!(!report.is_refused());
    allow(&identity, &list(1), &mut report);
    allow(&identity, &list(1), &mut report);
    let error = "routes[charge].allow: more than 100000 principals in one document; use templates \
                 such as spiffe://example.org/team/**";
    assert_eq!(report.errors(), [error]);
}

#[test]
fn the_vocabulary_is_complete() {
    let words = identity("{}").0.vocabulary();
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
    let codes: Vec<&str> = words.reasons.iter().map(|reason| reason.code()).collect();
    assert_eq!(codes.len(), 10);
    assert!(codes.iter().all(|code| code.starts_with("spiffe.")));
    assert!(codes.contains(&reason::SVID_EXPIRED.code()));
    assert!(
        words
            .reasons
            .iter()
            .all(|reason| reason.status().http() == 403)
    );
}

#[test]
fn a_condition_leaves_the_fields_of_others_alone() {
    use policy::language::{Fields, Json, Place};
    let json = Json::parse(br#"{"jwt": "login", "namespaces": ["shop"]}"#).unwrap();
    let (identity, mut report) = identity(OWN);
    let top = Place::top();
    let mut fields = Fields::open(&json, &top, &mut report).unwrap();
    identity.condition(&mut fields, &mut report);
    assert_eq!(
        fields.rest().map(|(name, _)| name).collect::<Vec<_>>(),
        ["jwt"]
    );
    assert_eq!(Report::errors(&report).len(), 0);
}

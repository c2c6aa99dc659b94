use policy::Policy;
use policy::language::Report;

use super::world::{OWN, allow, allow_on, errors, identity, leaves};
use crate::MAX_PRINCIPALS;

#[test]
fn good_conditions_give_a_leaf_for_each_part() {
    let table = [
        ("{}", 0),
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
    allow_on("next", &identity, &list(1), &mut report);
    let error = "routes[charge].allow: more than 100000 principals in one document; use templates \
                 such as spiffe://example.org/team/**";
    assert_eq!(report.errors(), [error]);
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

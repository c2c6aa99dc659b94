//! Trust domain aliases: who is meant, in rules that let in and in those that keep out.

use policy::{Learnt, Policy, compile};

use super::forwarded::{element, own, verdict_with};
use super::world::{CHECKOUT, Connection, allow, errors, identity, leaves};
use crate::Identity;

const ALIASES: &str = r#"{"identity": {"trust_domain": "example.org",
    "trust_domain_aliases": {"example.org": ["old.example.org", "older.example.org"],
                             "partner.net": ["example.net"]}}}"#;

const OLD_CHECKOUT: &str = "spiffe://old.example.org/ns/shop/sa/checkout";

#[test]
fn an_id_in_an_alias_is_compared_as_if_in_the_domain() {
    for (condition, id, passes) in [
        (
            r#"{"service_accounts": ["shop/checkout"]}"#,
            OLD_CHECKOUT,
            true,
        ),
        (r#"{"namespaces": ["shop"]}"#, OLD_CHECKOUT, true),
        (
            r#"{"principals": ["spiffe://example.org/ns/{ns}/sa/checkout"]}"#,
            "spiffe://older.example.org/ns/shop/sa/checkout",
            true,
        ),
        (r#"{"service_accounts": ["shop/web"]}"#, OLD_CHECKOUT, false),
        (
            r#"{"principals": ["spiffe://partner.net/a"]}"#,
            "spiffe://example.net/a",
            true,
        ),
        // No alias of this domain, no prefix, no suffix, no other case.
        (
            r#"{"principals": ["spiffe://partner.net/**"]}"#,
            OLD_CHECKOUT,
            false,
        ),
        (
            r#"{"namespaces": ["shop"]}"#,
            "spiffe://very.old.example.org/ns/shop/sa/a",
            false,
        ),
        (
            r#"{"namespaces": ["shop"]}"#,
            "spiffe://old.example.or/ns/shop/sa/a",
            false,
        ),
        (
            r#"{"namespaces": ["shop"]}"#,
            "spiffe://example.net/ns/shop/sa/a",
            false,
        ),
        (r#"{"namespaces": ["shop"]}"#, CHECKOUT, true),
    ] {
        let verdict = Connection::of(id).request(&leaves(ALIASES, condition));
        assert_eq!(verdict.is_ok(), passes, "{condition} {id}");
    }
}

#[test]
fn a_rule_that_keeps_out_keeps_out_the_alias_too() {
    let document = r#"{"version": "v1",
        "identity": {"trust_domain_aliases": {"example.org": ["old.example.org"]}},
        "deny": [{"name": "a", "paths": ["/a"], "who": {"principals": ["spiffe://example.org/ns/shop/**"]}},
                 {"name": "b", "paths": ["/b"], "who": {"when": [{"key": "source.trust_domain", "values": ["example.org"]}]}}],
        "routes": [{"name": "all", "paths": ["/**"], "allow": {"principals": ["spiffe://example.org/**"]}}]}"#;
    let policies: Vec<Box<dyn Policy>> = vec![Box::new(Identity::new())];
    let (engine, _) = compile(document.as_bytes(), "spiffe-authz.wasm", policies).unwrap();
    for id in [CHECKOUT, OLD_CHECKOUT] {
        for (path, code) in [
            ("/a", Some("route.denied")),
            ("/b", Some("route.denied")),
            ("/c", None),
        ] {
            let mut caller = Connection::of(id);
            caller.target = Some(("GET", path));
            caller.digest = Some(format!("{:064x}", id.len()));
            match engine.decide(&caller) {
                Ok(permit) => {
                    assert_eq!(code, None, "{id} {path}");
                    // Logged as presented.
                    assert_eq!(permit.outcomes, [("principal", id.as_bytes().to_vec())]);
                }
                Err(denial) => assert_eq!(Some(denial.reason.code()), code, "{id} {path}"),
            }
        }
    }
}

#[test]
fn a_template_in_an_alias_would_never_hit_and_is_refused() {
    assert_eq!(
        errors(
            ALIASES,
            r#"{"principals": ["spiffe://example.org/a", "spiffe://old.example.org/{b}/**"]}"#
        ),
        [
            "routes[charge].allow.principals[1]: \"old.example.org\" is an alias of \
             \"example.org\", in which its callers are compared; write \
             \"spiffe://example.org/{b}/**\""
        ]
    );
}

#[test]
fn an_id_too_long_in_the_domain_that_is_meant_is_refused() {
    let (identity, mut report) =
        identity(r#"{"identity": {"trust_domain_aliases": {"long.example.org": ["a"]}}}"#);
    let leaves = allow(
        &identity,
        r#"{"principals": ["spiffe://a.example.org/**", "spiffe://long.example.org/**"]}"#,
        &mut report,
    );
    let id = |length: usize| format!("spiffe://a/{}", "b".repeat(length - 11));
    assert!(Connection::of(&id(2_033)).request(&leaves).is_ok());
    let mut long = Connection::of(&id(2_034));
    long.digest = Some("0".repeat(64));
    assert_eq!(long.denial(&leaves), "spiffe.bad_id");
    assert!(
        long.learning(&Learnt::default(), |context| leaves[0].holds(context))
            .is_err()
    );
}

/// Who may speak for anybody is named as it presents itself: an alias would let every workload
/// that still has the old name of a forwarder speak for others.
#[test]
fn a_forwarder_in_an_alias_is_neither_believed_nor_taken_for_itself() {
    let old = "spiffe://old.example.org/ns/edge/sa/gateway";
    let peer = || Connection::of(old).stating(&[&element(old, CHECKOUT), &own()]);
    let trusting = |forwarders: &str| {
        format!(
            r#"{{"sources": ["peer_certificate", "forwarded_client_cert"],
                "trust_domain_aliases": {{"example.org": ["old.example.org"]}},
                "trusted_forwarders": [{forwarders}]}}"#
        )
    };
    let new = trusting(r#""spiffe://example.org/ns/edge/sa/gateway""#);
    assert_eq!(verdict_with(&new, &peer()), "spiffe.untrusted_forwarder");
    let named = trusting(&format!("\"{old}\""));
    assert_eq!(verdict_with(&named, &peer()), "permit");
    // Nor does one that is stated as a client.
    let gateway = "spiffe://example.org/ns/edge/sa/gateway";
    let stated = Connection::of(gateway).stating(&[&element(gateway, old), &own()]);
    assert_eq!(verdict_with(&new, &stated), "spiffe.untrusted_forwarder");
    // A client in an alias is compared like any other.
    let client = Connection::of(gateway).stating(&[&element(gateway, OLD_CHECKOUT), &own()]);
    assert_eq!(verdict_with(&new, &client), "permit");
}

/// A comparison with an alias would never hold, and in a `deny` never keep out.
#[test]
fn a_comparison_with_an_alias_is_refused() {
    for (key, list, text, meant) in [
        ("principal", "values", OLD_CHECKOUT, Some(CHECKOUT)),
        (
            "principal",
            "prefixes",
            "spiffe://old.example.org/ns/",
            Some("spiffe://example.org/ns/"),
        ),
        (
            "trust_domain",
            "values",
            "old.example.org",
            Some("example.org"),
        ),
        ("principal", "values", CHECKOUT, None),
        ("principal", "prefixes", "spiffe://old", None),
        ("principal", "suffixes", "old.example.org", None),
        ("trust_domain", "values", "very.old.example.org", None),
        ("namespace", "values", "old.example.org", None),
    ] {
        let document = format!(
            r#"{{"version": "v1", "identity": {{"trust_domain_aliases": {{"example.org": ["old.example.org"]}}}},
                "routes": [{{"name": "a", "paths": ["/**"],
                    "allow": {{"when": [{{"key": "source.{key}", "{list}": ["{text}"]}}]}}}}]}}"#
        );
        let policies: Vec<Box<dyn Policy>> = vec![Box::new(Identity::new())];
        let report = compile(document.as_bytes(), "spiffe-authz.wasm", policies).map(|_| ());
        let told = report.err().map(|report| report.errors().join("; "));
        let expected = meant.map(|meant| {
            format!(
                "routes[a].allow.when[0].{list}[0]: \"old.example.org\" is an alias of \"example.org\", \
                 in which its callers are compared; write \"{meant}\""
            )
        });
        assert_eq!(told, expected, "{key} {text}");
    }
}

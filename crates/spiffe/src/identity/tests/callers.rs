use super::world::{CHECKOUT, Connection, OWN, leaves};
use crate::testing::{NOT_AFTER, NOT_BEFORE};

#[test]
fn a_caller_is_let_in_by_its_own_id_alone() {
    let table = [
        (
            r#"{"principals": ["spiffe://example.org/ns/shop/sa/checkout"]}"#,
            CHECKOUT,
            true,
        ),
        (
            r#"{"principals": ["spiffe://example.org/ns/shop/sa/checkout"]}"#,
            "spiffe://example.org/ns/shop/sa/checkout2",
            false,
        ),
        (
            r#"{"principals": ["spiffe://example.org/ns/shop/sa/checkout"]}"#,
            "spiffe://example.com/ns/shop/sa/checkout",
            false,
        ),
        (
            r#"{"principals": ["spiffe://partner.net/settlement/{region}"]}"#,
            "spiffe://partner.net/settlement/eu",
            true,
        ),
        (
            r#"{"principals": ["spiffe://partner.net/settlement/{region}"]}"#,
            "spiffe://partner.net/settlement/eu/x",
            false,
        ),
        (r#"{"service_accounts": ["shop/checkout"]}"#, CHECKOUT, true),
        (
            r#"{"service_accounts": ["shop/checkout"]}"#,
            "spiffe://partner.net/ns/shop/sa/checkout",
            false,
        ),
        (r#"{"service_accounts": ["shop/*"]}"#, CHECKOUT, true),
        (
            r#"{"service_accounts": ["shop/*"]}"#,
            "spiffe://example.org/ns/shops/sa/checkout",
            false,
        ),
        (r#"{"namespaces": ["jobs", "shop"]}"#, CHECKOUT, true),
        (
            r#"{"namespaces": ["shop"]}"#,
            "spiffe://example.org/ns/jobs/sa/batch",
            false,
        ),
        (
            r#"{"namespaces": ["shop"]}"#,
            "spiffe://example.org/ns/shop/sa/checkout/x",
            false,
        ),
        (
            r#"{"namespaces": ["shop"]}"#,
            "spiffe://partner.net/ns/shop/sa/checkout",
            false,
        ),
        (
            r#"{"namespaces": ["shop"], "service_accounts": ["shop/*", "a/b"]}"#,
            CHECKOUT,
            true,
        ),
        (
            r#"{"namespaces": ["shop", "a"], "service_accounts": ["shop/web", "a/b"]}"#,
            CHECKOUT,
            false,
        ),
    ];
    for (condition, id, passes) in table {
        let leaves = leaves(OWN, condition);
        let caller = Connection::of(id);
        if passes {
            assert!(caller.request(&leaves).is_ok(), "{condition} {id}");
        } else {
            assert_eq!(
                caller.denial(&leaves),
                "spiffe.not_allowed",
                "{condition} {id}"
            );
        }
    }
}

#[test]
fn both_ends_of_the_validity_are_included_and_grace_is_added_to_the_end() {
    let table = [
        ("0s", NOT_BEFORE - 1, Some("spiffe.not_yet_valid")),
        ("0s", NOT_BEFORE, None),
        ("0s", NOT_AFTER, None),
        ("0s", NOT_AFTER + 1, Some("spiffe.svid_expired")),
        ("30s", NOT_BEFORE - 1, Some("spiffe.not_yet_valid")),
        ("30s", NOT_AFTER + 30, None),
        ("30s", NOT_AFTER + 31, Some("spiffe.svid_expired")),
        ("24h", NOT_AFTER + 86_400, None),
        ("24h", NOT_AFTER + 86_401, Some("spiffe.svid_expired")),
        ("24h", 0, Some("spiffe.not_yet_valid")),
        ("24h", u64::MAX, Some("spiffe.svid_expired")),
    ];
    for (grace, now, code) in table {
        let document = format!(r#"{{"identity": {{"expiry_grace": "{grace}"}}}}"#);
        let leaves = leaves(&document, r#"{"principals": ["spiffe://example.org/**"]}"#);
        let verdict = Connection::of(CHECKOUT).at(now).request(&leaves);
        assert_eq!(
            verdict.err().map(|failure| failure.reason.code()),
            code,
            "{grace} {now}"
        );
    }
}

//! A trust domain that changes its name: callers under the old one are compared under the new.

use fixtures::{Ca, Identity};
use portcullis_envoy_tests::{Client, assert_denied};
use serde_json::json;

use crate::chain::{any, hop, principal, service};

#[tokio::test]
async fn a_caller_in_an_alias_is_compared_in_the_domain_and_logged_as_presented() {
    let ca = Ca::new("mesh.test");
    let identity = json!({
        "trust_domain_aliases": {"mesh.test": ["old.test", "older.test"], "partner.test": ["p.test"]},
    });
    let envoy = service(&ca, &hop("SANITIZE"), &identity).start().await;
    let client = |identity: &Identity| -> Client { envoy.client_as(&ca, identity) };
    for domain in ["mesh.test", "old.test", "older.test"] {
        let id = format!("spiffe://{domain}/ns/shop/sa/web");
        assert_eq!(principal(&client(&ca.svid(&id)), any()).await, id);
    }
    for domain in [
        "partner.test",
        "p.test",
        "oldest.test",
        "test",
        "mesh.test.old.test",
    ] {
        let id = format!("spiffe://{domain}/ns/shop/sa/web");
        let caller = client(&ca.svid(&id));
        assert_denied(&envoy, &caller, &any(), 403, "spiffe.not_allowed").await;
    }
}

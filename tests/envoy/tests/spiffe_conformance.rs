//! The cases of X509-SVID that TLS can carry, by `spiffe_authz.wasm` in a real Envoy: certificates
//! built by hand and signed by the authority that the listener trusts.
//!
//! The same cases are judged by the policy's own types in `tests/vectors`. Here is shown besides what
//! the proxy's validation of the chain refuses before any filter sees it: none of that may ever come
//! through, and what comes through must be decided as the file says.
#![allow(clippy::print_stdout, reason = "`make test-spiffe` adds up the counts")]

use fixtures::{Ca, Identity};
use portcullis_envoy_tests::{Client, Echo, Plugin, Proxy, Request, Transport};
use serde_json::json;
use vectors::Recipe;
use vectors::conformance::{Carried, good_ids, svids};

/// The authority's common name, which the certificates name as their issuer.
const AUTHORITY: &str = "mesh.test";

fn identity(ca: &Ca, recipe: &Recipe) -> Identity {
    ca.sign_by_hand(|key, sign| recipe.certificate(AUTHORITY, key, sign))
}

/// `permit`, the reason code, or `handshake` where no response came.
async fn decided(client: &Client) -> String {
    match client.try_send(&Request::get("/").to_bytes()).await {
        Err(_) => "handshake".to_owned(),
        Ok(response) if response.status == 200 => "permit".to_owned(),
        Ok(response) => response
            .code()
            .unwrap_or_else(|| format!("{} {}", response.status, response.text())),
    }
}

#[tokio::test]
async fn every_certificate_that_tls_carries_is_judged_as_the_standard_says() {
    let ca = Ca::new(AUTHORITY);
    let server = ca.local_svid("spiffe://mesh.test/ns/shop/sa/orders");
    let document = json!({
        "version": "v1",
        "routes": [{"name": "all", "paths": ["/**"], "allow": {"principals": good_ids()}}],
    });
    let envoy = Proxy::new(Echo::start())
        .workers(2)
        .transport(Transport::mtls(&server, &ca))
        .plugin(Plugin::SpiffeAuthz, &document)
        .start()
        .await;
    let (mut wrong, mut run) = (Vec::new(), 0);
    for case in svids() {
        let expected = match case.carried {
            Carried::ToTheFilter => case.expect,
            Carried::RefusedInHandshake => "handshake".to_owned(),
            Carried::No => continue,
        };
        let client = envoy.client_as(&ca, &identity(&ca, &case.recipe));
        let decided = decided(&client).await;
        run += 1;
        if decided != expected {
            wrong.push(format!("{}: expected {expected}, got {decided}", case.name));
        }
    }
    println!(
        "spiffe cases in Envoy: {run} X509-SVIDs, {} wrong",
        wrong.len()
    );
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(run > 150, "only {run} cases were run");
}

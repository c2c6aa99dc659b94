//! Keys that a discovery document leads to.

use fixtures::Key;
use serde_json::{Value, json};

use crate::issuer::FaultyIssuer;
use crate::world::{ISSUER, World, key};

async fn start(key: &Key, document: Value, well_known: &str) -> World {
    let issuer = FaultyIssuer::down_with(&[key]);
    issuer.document(document);
    issuer.up();
    let discovery = json!({"uri": null, "discovery": format!("{ISSUER}/.well-known/{well_known}")});
    World::start(issuer, discovery).await
}

#[tokio::test]
async fn the_keys_are_where_the_document_says() {
    for well_known in ["openid-configuration", "oauth-authorization-server"] {
        let key = key("a");
        let document =
            json!({"issuer": ISSUER, "jwks_uri": format!("{ISSUER}/keys?from=document")});
        let world = start(&key, document, well_known).await;
        world.wait_until_permitted(&key).await;
        assert_eq!(world.issuer.fetches(), 1);
    }
}

#[tokio::test]
async fn a_document_of_another_issuer_or_that_leads_away_is_not_followed() {
    for (document, fault) in [
        (
            json!({"issuer": "http://login.test/", "jwks_uri": format!("{ISSUER}/keys")}),
            "the discovery document is another issuer's",
        ),
        (
            json!({"issuer": ISSUER, "jwks_uri": "http://other.test/keys"}),
            "the discovery document's jwks_uri is on another host",
        ),
    ] {
        let key = key("a");
        let world = start(&key, document, "openid-configuration").await;
        portcullis_envoy_tests::until("the fault in the log", async || {
            world.envoy.log().contains(fault).then_some(())
        })
        .await;
        world.refuses(&key, 503, "jwt.keys_unavailable").await;
        assert_eq!(world.issuer.fetches(), 0);
    }
}

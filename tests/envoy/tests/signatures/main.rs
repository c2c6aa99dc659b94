//! Signatures by the proxy's own function and by the plugin's code: both say the same, to some
//! thousand good, bent and hostile ones, in a real proxy and through one VM.
#![allow(clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod cases;

use cases::Case;
use portcullis_envoy_tests::{Connection, Echo, Envoy, Plugin, Proxy, Request};
use serde_json::json;

/// A proxy with the plugin of `tests/agreement`, which asks both and tells what they said.
async fn proxy() -> Envoy {
    let document = json!({
        "version": "v1", "routes": [{"name": "all", "paths": ["/**"], "allow": "any"}],
    });
    Proxy::new(Echo::start())
        .plugin(Plugin::Agreement, &document)
        .start()
        .await
}

/// How many were taken and refused by both.
#[derive(Debug, Default)]
struct Tally {
    taken: usize,
    refused: usize,
    without_key: usize,
}

impl Tally {
    async fn ask(&mut self, connection: &mut Connection, case: &Case) {
        let request = Request::get("/")
            .header("x-algorithm", case.algorithm)
            .header("x-key", case.encoded_key())
            .header("x-message", cases::encode(&case.message))
            .header("x-signature", cases::encode(&case.signature));
        let code = connection.send(&request).await.code();
        match code.as_deref() {
            Some("agreement.both_take") => {
                assert_ne!(case.good, Some(false), "both take {case:?}");
                self.taken += 1;
            }
            Some("agreement.both_refuse") => {
                assert_ne!(case.good, Some(true), "both refuse {case:?}");
                self.refused += 1;
            }
            Some("agreement.no_key") => self.without_key += 1,
            other => panic!("{other:?} to {case:?}"),
        }
    }
}

async fn agree(cases: impl Iterator<Item = Case>) -> Tally {
    let envoy = proxy().await;
    let gauge = "wasmcustom.portcullis.agreement.native_signatures";
    assert_eq!(envoy.counter(gauge).await, 4, "{}", envoy.log());
    let mut connection = envoy.client().connect().await.expect("a connection");
    let mut tally = Tally::default();
    for case in cases {
        tally.ask(&mut connection, &case).await;
    }
    tally
}

#[tokio::test]
async fn both_agree_on_wycheproofs_rsa_signatures() {
    let tally = agree(cases::wycheproof_rsa()).await;
    assert!(tally.taken > 60 && tally.refused > 1_000, "{tally:?}");
}

#[tokio::test]
async fn both_agree_on_wycheproofs_ecdsa_signatures() {
    let tally = agree(cases::wycheproof_ecdsa()).await;
    assert!(tally.taken > 100 && tally.refused > 80, "{tally:?}");
}

#[tokio::test]
async fn both_agree_on_bent_and_hostile_signatures() {
    let tally = agree(cases::bent()).await;
    assert_eq!(tally.without_key, 0, "{tally:?}");
    assert!(tally.taken > 150 && tally.refused > 1_500, "{tally:?}");
}

#[tokio::test]
async fn both_plugins_say_at_start_what_the_proxy_verifies() {
    for plugin in [Plugin::JwtAuthn, Plugin::Gateway] {
        let document = json!({
            "version": "v1", "routes": [{"name": "all", "paths": ["/**"], "allow": "any"}],
        });
        let proxy = Proxy::new(Echo::start()).workers(2);
        let envoy = proxy.plugin(plugin, &document).start().await;
        let name = plugin.name();
        let gauge = format!("wasmcustom.portcullis.{name}.native_signatures");
        assert_eq!(envoy.counter(&gauge).await, 4, "{}", envoy.log());
        let line = format!(
            "portcullis: {name}: signatures of RS256, RS384, RS512, ES256 are verified by the proxy"
        );
        assert!(envoy.log().contains(&line), "{}", envoy.log());
    }
}

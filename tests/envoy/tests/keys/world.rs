//! A proxy with several workers whose one provider has its keys fetched.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests"
)]

use std::time::Duration;

use fixtures::{Algorithm, Issuer, Key};
use portcullis_envoy_tests::{
    Echo, Envoy, Plugin, Proxy, Request, assert_denied, assert_permitted, until,
};
use serde_json::{Value, json};

use crate::issuer::FaultyIssuer;

pub(crate) const ISSUER: &str = "http://login.test";

/// How many workers each proxy has here.
pub(crate) const WORKERS: u32 = 4;

pub(crate) struct World {
    pub(crate) issuer: FaultyIssuer,
    pub(crate) envoy: Envoy,
}

impl World {
    /// A proxy whose provider says this of its keys, beside address and cluster.
    pub(crate) async fn start(issuer: FaultyIssuer, more: Value) -> Self {
        let document = document(&[provider("login", more)]);
        let envoy = proxy(&issuer, &document).start().await;
        Self { issuer, envoy }
    }

    /// The same, with the first set in use in all workers.
    pub(crate) async fn ready(keys: &[&Key], more: Value) -> Self {
        let world = Self::start(FaultyIssuer::with(keys), more).await;
        world.until_all_have_taken(1).await;
        world
    }

    /// The same, where bad tokens are not counted.
    pub(crate) async fn without_budget(keys: &[&Key], more: Value) -> Self {
        let mut document = document(&[provider("login", more)]);
        document["jwt"]["budgets"] = json!({"failures": {"unlimited": true}});
        let issuer = FaultyIssuer::with(keys);
        let envoy = proxy(&issuer, &document).start().await;
        let world = Self { issuer, envoy };
        world.until_all_have_taken(1).await;
        world
    }

    /// Waits until all workers have taken so many sets, and the main thread, which has one too.
    pub(crate) async fn until_all_have_taken(&self, sets: u64) {
        until("the set in all workers", async || {
            let taken = self.sets().await;
            (taken >= sets * u64::from(WORKERS + 1)).then_some(())
        })
        .await;
    }

    /// How many sets the workers have taken, all together, with that of the main thread.
    pub(crate) async fn sets(&self) -> u64 {
        self.count("jwks.sets").await
    }

    pub(crate) async fn count(&self, name: &str) -> u64 {
        let name = format!("wasmcustom.portcullis.jwt_authn.{name}");
        self.envoy.counter(&name).await
    }

    pub(crate) async fn permits(&self, key: &Key) {
        assert_permitted(&self.envoy.client(), &request(key)).await;
    }

    pub(crate) async fn refuses(&self, key: &Key, status: u16, code: &str) {
        assert_denied(
            &self.envoy,
            &self.envoy.client(),
            &request(key),
            status,
            code,
        )
        .await;
    }

    /// Waits until tokens of a key are taken by whichever worker gets the request.
    pub(crate) async fn wait_until_permitted(&self, key: &Key) {
        until("the key's tokens to be taken", async || {
            for _ in 0..2 * WORKERS {
                if self.envoy.client().send(&request(key)).await.status != 200 {
                    return None;
                }
            }
            Some(())
        })
        .await;
    }
}

pub(crate) fn key(kid: &str) -> Key {
    Key::new(Algorithm::Es256, kid)
}

/// A request with a token of this key; each is another token.
pub(crate) fn request(key: &Key) -> Request {
    Request::get("/orders").bearer(&token(key))
}

pub(crate) fn token(key: &Key) -> String {
    Issuer::sign_as(
        key,
        &Issuer::with_key(ISSUER, self::key("x")).claims("ada", "shop"),
    )
}

/// A provider of the issuer's tokens.
pub(crate) fn provider(name: &str, more: Value) -> Value {
    let mut jwks = json!({
        "uri": format!("{ISSUER}/keys"), "cluster": "login", "insecure": true, "timeout": "2s",
    });
    let Value::Object(more) = more else {
        unreachable!("fields are an object")
    };
    let fields = jwks.as_object_mut().unwrap();
    fields.extend(more);
    fields.retain(|_, value| !value.is_null());
    json!({"name": name, "issuer": ISSUER, "audiences": ["shop"], "algorithms": ["ES256"], "jwks": jwks})
}

pub(crate) fn document(providers: &[Value]) -> Value {
    let names: Vec<&Value> = providers.iter().map(|provider| &provider["name"]).collect();
    json!({
        "version": "v1",
        "jwt": {"providers": providers},
        "routes": [
            {"name": "orders", "methods": ["GET"], "paths": ["/orders"], "allow": {"jwt": {"provider": names}}},
            {"name": "health", "methods": ["GET"], "paths": ["/healthz"], "allow": "any"},
        ],
    })
}

pub(crate) fn proxy(issuer: &FaultyIssuer, document: &Value) -> Proxy {
    Proxy::new(Echo::start())
        .workers(WORKERS)
        .cluster("login", issuer.address())
        .plugin(Plugin::JwtAuthn, document)
}

/// Longer than any request may take here: the longest that one is held, and what a loaded machine adds.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

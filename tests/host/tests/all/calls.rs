//! How many calls to the proxy a typical request costs, with the policies that ship.
//!
//! Each is about a microsecond in a real proxy, and more than the deciding. They are counted here
//! without a clock, so that one call more is seen on any machine. Fewer is better: lower the budget.

use std::collections::BTreeMap;

use filter::Seams;
use fixtures::{Algorithm, Issuer};
use jwt::Tokens;
use policy::Policy;
use rate_limit::Limits;
use serde_json::{Value, json};
use spiffe::{Identity, SpiffeId};
use vectors::{Recipe, WORKLOAD};

use crate::proxy::{Proxy, Went, get, with};

fn gateway() {
    filter::install!("gateway", |seams: &Seams| -> Vec<Box<dyn Policy>> {
        vec![
            Box::new(Identity::new()),
            Box::new(Tokens::new().with_spiffe_ids(SpiffeId::is_in)),
            Box::new(Limits::new(seams.store(), Seams::random)),
        ]
    });
}

/// The parts of a document, put together as a case needs them.
struct Case {
    issuer: Issuer,
    document: Value,
    allow: Value,
}

impl Case {
    fn new() -> Self {
        Self {
            issuer: Issuer::new("https://login.test", Algorithm::EdDsa),
            document: json!({"version": "v1"}),
            allow: json!({}),
        }
    }

    fn identity(mut self) -> Self {
        self.allow["principals"] = json!(["spiffe://mesh.test/**"]);
        self
    }

    fn token(mut self) -> Self {
        self.document["jwt"] = json!({"providers": [{
            "name": "login", "issuer": self.issuer.url(), "audiences": ["shop"],
            "algorithms": ["EdDSA"], "jwks": {"inline": self.issuer.jwks()},
        }]});
        self.allow["jwt"] = json!("login");
        self
    }

    fn limits(mut self, limits: &Value) -> Self {
        self.document["rate_limit"] = json!({"headers": ["none"], "limits": limits});
        self
    }

    /// The calls of the third of three equal requests, which went there.
    fn calls(mut self, went: Went) -> BTreeMap<&'static str, usize> {
        let open = self
            .allow
            .as_object()
            .is_some_and(serde_json::Map::is_empty);
        let allow = if open { json!("any") } else { self.allow };
        self.document["routes"] =
            json!([{"name": "orders", "methods": ["GET"], "paths": ["/v1/**"], "allow": allow}]);
        let proxy = Proxy::configured(gateway, &self.document.to_string());
        let certificate = vectors::stated(&Recipe::good(WORKLOAD));
        with(|state| {
            state.wall_nanoseconds = NOW * 1_000_000_000;
            for (name, value) in [
                ("connection\0mtls", vec![1]),
                ("connection\0sha256_peer_certificate_digest", vec![b'a'; 64]),
                ("connection\0peer_certificate", certificate),
                ("source\0address", b"203.0.113.9:51234".to_vec()),
            ] {
                state.properties.insert(name.into(), value);
            }
        });
        let mut claims = self.issuer.claims("ada", "shop");
        claims["iat"] = json!(NOW);
        claims["exp"] = json!(NOW + 600);
        let token = format!("Bearer {}", self.issuer.sign(&claims));
        let mut headers = get("/v1/orders/7").to_vec();
        headers.push(("authorization", token.as_bytes()));
        for _ in 0..2 {
            proxy.send(&headers);
        }
        assert_eq!(proxy.send(&headers), went);
        with(|state| {
            let mut calls = BTreeMap::new();
            for call in &state.calls {
                *calls.entry(*call).or_default() += 1;
            }
            calls
        })
    }
}

/// 2026-01-01, in seconds since the Unix epoch.
const NOW: u64 = 1_767_225_600;

fn plenty(key: &str) -> Value {
    json!([{"name": "each", "key": [key], "rates": [{"requests": 1_000, "per": "1s"}]}])
}

fn assert_calls<const N: usize>(case: Case, went: Went, expected: [(&'static str, usize); N]) {
    assert_eq!(case.calls(went), BTreeMap::from(expected));
}

#[test]
fn of_an_open_route() {
    assert_calls(
        Case::new(),
        Went::On,
        [("headers", 1), ("increment metric", 1), ("set property", 2)],
    );
}

#[test]
fn of_an_identity_that_is_known() {
    assert_calls(
        Case::new().identity(),
        Went::On,
        [
            ("headers", 1),
            ("property", 1),
            ("wall", 1),
            ("increment metric", 1),
            ("set property", 3),
        ],
    );
}

#[test]
fn of_a_token_that_is_known() {
    assert_calls(
        Case::new().token(),
        Went::On,
        [
            ("headers", 1),
            ("wall", 1),
            ("remove header", 1),
            ("increment metric", 1),
            ("set property", 4),
        ],
    );
}

#[test]
fn of_a_limit_by_address() {
    assert_calls(
        Case::new().limits(&plenty("remote.ip")),
        Went::On,
        [
            ("headers", 1),
            ("property", 1),
            ("monotonic", 1),
            ("shared data", 1),
            ("set shared data", 1),
            ("increment metric", 1),
            ("set property", 2),
        ],
    );
}

#[test]
fn of_all_three() {
    let all = Case::new().identity().token();
    assert_calls(
        all.limits(&plenty("remote.ip")),
        Went::On,
        [
            ("headers", 1),
            ("property", 2),
            ("wall", 1),
            ("monotonic", 1),
            ("shared data", 1),
            ("set shared data", 1),
            ("remove header", 1),
            ("increment metric", 1),
            ("set property", 5),
        ],
    );
}

#[test]
fn of_all_three_by_claim() {
    let all = Case::new().identity().token();
    assert_calls(
        all.limits(&plenty("jwt.principal")),
        Went::On,
        [
            ("headers", 1),
            ("property", 1),
            ("wall", 1),
            ("monotonic", 1),
            ("shared data", 1),
            ("set shared data", 1),
            ("remove header", 1),
            ("increment metric", 1),
            ("set property", 5),
        ],
    );
}

#[test]
fn of_a_limit_that_denies() {
    let none =
        json!([{"name": "each", "key": ["remote.ip"], "rates": [{"requests": 1, "per": "1h"}]}]);
    assert_calls(
        Case::new().limits(&none),
        Went::Nowhere,
        [
            ("headers", 1),
            ("header", 1),
            ("property", 1),
            ("monotonic", 1),
            ("shared data", 1),
            ("increment metric", 2),
            ("set property", 2),
            ("log", 1),
            ("respond", 1),
        ],
    );
}

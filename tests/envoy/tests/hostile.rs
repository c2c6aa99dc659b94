//! Bytes that no honest client sends, in every field that a filter reads: decided on, never a trap.
//!
//! A trap would take the plugin down for every other client of the same worker.

use std::fs;

use fixtures::{Algorithm, Ca, Identity, Issuer};
use portcullis_envoy_tests::{
    Client, Echo, Envoy, Hygiene, Plugin, Proxy, Request, Transport, assert_permitted, wasm_filter,
};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

/// A gateway that reads as much of a request as a document can ask for.
struct Target {
    ca: Ca,
    peer: Identity,
    issuer: Issuer,
    envoy: Envoy,
}

impl Target {
    async fn shared() -> &'static Self {
        static TARGET: OnceCell<Target> = OnceCell::const_new();
        TARGET.get_or_init(Self::start).await
    }

    async fn start() -> Self {
        let ca = Ca::new("mesh.test");
        let issuer = Issuer::new("https://login.test", Algorithm::Es256);
        let server = ca.local_svid("spiffe://mesh.test/ns/shop/sa/orders");
        let envoy = Proxy::new(Echo::start())
            .transport(Transport::mtls(&server, &ca))
            .hygiene(Hygiene::Raw)
            .plugin(Plugin::Gateway, &document(&issuer))
            .start()
            .await;
        Self {
            peer: ca.svid("spiffe://mesh.test/ns/shop/sa/web"),
            ca,
            issuer,
            envoy,
        }
    }

    fn client(&self) -> Client {
        self.envoy.client_as(&self.ca, &self.peer)
    }

    fn honest(&self) -> Request {
        self.with("x-client", b"a")
    }

    /// An honest request but for one field.
    fn with(&self, field: &str, value: &[u8]) -> Request {
        let request = Request::get("/v1/orders/7").header(field, value);
        if field == "authorization" {
            return request;
        }
        let token = self.issuer.sign(&self.issuer.claims("ada", "shop"));
        request.bearer(&token)
    }

    /// Sends it, whatever comes back; then an honest request must still be served by the same VMs.
    async fn survives(&self, request: &Request) -> Option<u16> {
        let before = self.machines().await;
        let answer = self.client().try_send(&request.to_bytes()).await;
        assert_permitted(&self.client(), &self.honest()).await;
        assert_eq!(
            self.machines().await,
            before,
            "a VM was made anew: {request:?}"
        );
        assert!(!trapped(&self.envoy), "{request:?}: {}", self.envoy.log());
        answer.ok().map(|response| response.status)
    }

    /// How many VMs were made, and how many of them live.
    async fn machines(&self) -> Vec<(String, u64)> {
        let counters = self.envoy.counters("wasm").await;
        let machines: Vec<_> = counters
            .into_iter()
            .filter(|(name, _)| {
                ["created", "active", "reload", "crash"]
                    .iter()
                    .any(|word| name.contains(word))
            })
            .collect();
        assert!(!machines.is_empty(), "the proxy counts its VMs");
        machines
    }
}

fn document(issuer: &Issuer) -> Value {
    let keys = [
        json!(["request.headers[x-client]"]),
        json!(["remote.ip", "request.host"]),
        json!(["request.path"]),
        json!(["request.method"]),
    ];
    let limits: Vec<Value> = keys
        .iter()
        .enumerate()
        .map(|(n, key)| {
            json!({"name": format!("limit-{n}"), "key": key,
                   "rates": [{"requests": 1_000_000, "per": "1s"}]})
        })
        .collect();
    json!({
        "version": "v1",
        "identity": {"trust_domain": "mesh.test"},
        "jwt": {"providers": [{
            "name": "login", "issuer": issuer.url(), "audiences": ["shop"],
            "algorithms": ["ES256"], "jwks": {"inline": issuer.jwks()},
        }]},
        "routes": [
            {"name": "orders", "hosts": ["shop.test"], "methods": ["GET", "POST"],
             "paths": ["/v1/orders/**"],
             "allow": {"jwt": "login", "namespaces": ["shop"]}},
        ],
        "rate_limit": {"limits": limits},
    })
}

const FIELDS: [&str; 10] = [
    "authorization",
    "x-client",
    "x-forwarded-for",
    "x-forwarded-client-cert",
    "x-http-method-override",
    "cookie",
    "content-type",
    "origin",
    "x-request-id",
    "x-forwarded-proto",
];

/// A bad token is never let in; of the other fields, only the two below can deny.
fn decided(field: &str, status: Option<u16>) -> bool {
    match field {
        "authorization" => status == Some(401),
        "x-http-method-override" => status == Some(400),
        _ => status == Some(200),
    }
}

/// Whether a plugin has trapped, as the proxy's log tells.
fn trapped(envoy: &Envoy) -> bool {
    let log = envoy.log();
    ["panicked", "Function: proxy_", "Uncaught RuntimeError"]
        .iter()
        .any(|word| log.contains(word))
}

#[tokio::test]
async fn a_trap_would_be_seen() {
    let folder = tempfile::tempdir().unwrap();
    let module = folder.path().join("trapping.wasm");
    fs::write(
        &module,
        wat::parse_str(include_str!("hostile/trapping.wat")).unwrap(),
    )
    .unwrap();
    let filter = wasm_filter(&module, "trapping", None);
    let envoy = Proxy::new(Echo::start()).filter(filter).start().await;
    assert!(!trapped(&envoy));
    assert_eq!(envoy.client().send(&Request::get("/")).await.status, 503);
    assert!(trapped(&envoy));
}

#[tokio::test]
async fn bytes_that_are_not_utf8_are_decided_on() {
    let target = Target::shared().await;
    let values: [&[u8]; 6] = [
        b"\xff\xfe\xfd",
        b"Bearer \xff\xfe.\x80.\x80",
        b"Bearer \xc3\x28",
        b"\xf0\x9f\x98\x80",
        b"caf\xe9",
        b"\x80",
    ];
    for field in FIELDS {
        for value in values {
            let status = target.survives(&target.with(field, value)).await;
            assert!(decided(field, status), "{field} {value:?}: {status:?}");
        }
    }
}

#[tokio::test]
async fn values_of_60_kilobytes_are_decided_on() {
    let target = Target::shared().await;
    for field in FIELDS {
        for filler in [
            "a",
            "Bearer ",
            "a.b.",
            "%",
            "\u{e9}",
            ",",
            ";",
            "URI=spiffe://a/b,",
        ] {
            let value = filler.repeat(60_000 / filler.len());
            let request = target.with(field, value.as_bytes());
            let status = target.survives(&request).await;
            assert!(decided(field, status), "{field} {filler}: {status:?}");
        }
    }
}

#[tokio::test]
async fn long_and_odd_targets_hosts_and_methods_are_decided_on() {
    let target = Target::shared().await;
    let long = "a".repeat(60_000);
    let slashes = "/".repeat(60_000);
    let encoded = "/%2f".repeat(15_000);
    let dots = "/..".repeat(20_000);
    let targets = [
        format!("/v1/orders/{long}"),
        format!("/v1/orders/?{long}"),
        slashes,
        encoded,
        dots,
        "/".to_owned() + &"a/".repeat(30_000),
    ];
    for path in targets {
        let status = target.survives(&Request::get(&path)).await;
        assert_ne!(status, Some(200));
    }
    for host in [
        long.as_bytes(),
        b"\xff",
        b"shop.test\xff",
        b"a,b",
        b"[::1",
        b":",
        b"@",
    ] {
        let request = Request::hostless("GET", "/v1/orders/7").header("host", host);
        assert_ne!(target.survives(&request).await, Some(200));
    }
    for method in ["A".repeat(60_000).as_str(), "G@T", "get", "PRI"] {
        let request = Request::new(method, "/v1/orders/7");
        assert_ne!(target.survives(&request).await, Some(200));
    }
}

#[tokio::test]
async fn a_large_but_honest_request_passes() {
    let target = Target::shared().await;
    let request = target.honest().header("x-large", "a".repeat(60_000));
    assert_eq!(target.survives(&request).await, Some(200));
    let mut request = target.honest();
    for n in 0..90 {
        request = request.header(format!("x-many-{n}"), [0xff; 20]);
    }
    assert_eq!(target.survives(&request).await, Some(200));
}

#[tokio::test]
async fn odd_forms_of_http_are_decided_on() {
    let target = Target::shared().await;
    let raw: [&[u8]; 8] = [
        b"GET /v1/orders/7 HTTP/1.0\r\n\r\n",
        b"GET /v1/orders/7 HTTP/1.1\r\nhost:\r\n\r\n",
        b"GET /v1/orders/7 HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: shop.test\r\nhost: shop.test\r\nhost: shop.test\r\n\r\n",
        b"GET /v1/orders/7 HTTP/1.1\r\nhost: shop.test\r\nauthorization:\r\n\r\n",
        b"GET /v1/orders/7 HTTP/1.1\r\nhost: shop.test\r\nauthorization: Bearer\r\n\r\n",
        b"GET /v1/orders/7 HTTP/1.1\r\nhost: shop.test\r\nauthorization: Bearer \r\n\r\n",
        b"CONNECT shop.test:443 HTTP/1.1\r\nhost: shop.test\r\nauthorization: \xff\r\n\r\n",
    ];
    for bytes in raw {
        let answer = target.client().try_send(bytes).await;
        if let Ok(response) = answer {
            assert!(
                (400..500).contains(&response.status),
                "{bytes:?}: {response:?}"
            );
        }
        assert_permitted(&target.client(), &target.honest()).await;
    }
}

#[tokio::test]
async fn a_grpc_denial_is_a_grpc_status() {
    let target = Target::shared().await;
    let request = Request::get("/v1/orders/7").header("content-type", "application/grpc");
    let response = target.client().send(&request).await;
    assert_eq!(response.status, 200);
    assert_eq!(
        response.header("grpc-status"),
        ["16"],
        "unauthenticated: {response:?}"
    );
    assert!(response.heard().is_none());
}

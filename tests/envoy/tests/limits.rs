//! Limits, exact over the workers of one proxy.

use std::time::Duration;

use fixtures::{Algorithm, Ca, Issuer};
use portcullis_envoy_tests::{
    Client, Echo, Envoy, Plugin, Proxy, Request, Transport, assert_denied, assert_permitted, until,
};
use serde_json::{Value, json};
use tokio::{task::JoinSet, time::Instant};

const EXCEEDED: &str = "rate_limit.exceeded";

/// A document that only limits.
fn limits(limits: &Value) -> Value {
    json!({"version": "v1", "rate_limit": {"limits": limits}})
}

async fn limiter(workers: u32, document: &Value) -> Envoy {
    Proxy::new(Echo::start())
        .workers(workers)
        .plugin(Plugin::RateLimit, document)
        .start()
        .await
}

/// How many of these requests, sent all at once on connections of their own, were 200 and 429.
async fn burst(client: &Client, requests: impl IntoIterator<Item = Request>) -> (usize, usize) {
    let mut tasks = JoinSet::new();
    for request in requests {
        let client = client.clone();
        tasks.spawn(async move { client.send(&request).await.status });
    }
    let statuses = tasks.join_all().await;
    let count = |wanted: u16| statuses.iter().filter(|status| **status == wanted).count();
    let (permitted, limited) = (count(200), count(429));
    assert_eq!(permitted + limited, statuses.len(), "{statuses:?}");
    (permitted, limited)
}

async fn exact_over(workers: u32) {
    const QUOTA: usize = 40;
    let limit = json!([{
        "name": "per-client", "key": ["request.headers[x-client]"],
        "rates": [{"requests": QUOTA, "per": "1h"}],
    }]);
    let envoy = limiter(workers, &limits(&limit)).await;
    for client in ["a", "b"] {
        let requests = (0..4 * QUOTA).map(|_| Request::get("/").header("x-client", client));
        let counted = burst(&envoy.client(), requests).await;
        assert_eq!(counted, (QUOTA, 3 * QUOTA), "client {client}");
    }
    for worker in 0..workers {
        let name = format!("listener.under_test.worker_{worker}.downstream_cx_total");
        assert!(
            envoy.counter(&name).await > 0,
            "worker {worker} had no part in it"
        );
    }
}

#[tokio::test]
async fn a_limit_is_exact_on_one_worker() {
    exact_over(1).await;
}

#[tokio::test]
async fn a_limit_is_exact_over_two_workers() {
    exact_over(2).await;
}

#[tokio::test]
async fn a_limit_is_exact_over_four_workers() {
    exact_over(4).await;
}

#[tokio::test]
async fn a_limited_request_is_told_when_to_come_again() {
    let limit = json!([{"name": "all", "rates": [{"requests": 1, "per": "1h"}]}]);
    let envoy = limiter(1, &limits(&limit)).await;
    let client = envoy.client();
    assert_permitted(&client, &Request::get("/")).await;
    let response = assert_denied(&envoy, &client, &Request::get("/"), 429, EXCEEDED).await;
    let [after] = response.header("retry-after")[..] else {
        panic!("{response:?}")
    };
    let after: u64 = after.parse().unwrap();
    assert!((3590..=3600).contains(&after), "{after}");
}

#[tokio::test]
async fn room_comes_back_at_the_rate() {
    let limit = json!([{"name": "all", "rates": [{"requests": 1, "per": "400ms"}]}]);
    let envoy = limiter(1, &limits(&limit)).await;
    let client = envoy.client();
    assert_permitted(&client, &Request::get("/")).await;
    let started = Instant::now();
    assert_eq!(client.send(&Request::get("/")).await.status, 429);
    until("room", async || {
        (client.send(&Request::get("/")).await.status == 200).then_some(())
    })
    .await;
    // Asking in vain spends nothing, and nothing comes back early.
    assert!(
        started.elapsed() >= Duration::from_millis(350),
        "{:?}",
        started.elapsed()
    );
}

#[tokio::test]
async fn neither_a_source_port_nor_a_forged_address_buys_a_bucket() {
    let limit = json!([{
        "name": "per-address", "key": ["remote.ip"], "rates": [{"requests": 5, "per": "1h"}],
    }]);
    let envoy = limiter(2, &limits(&limit)).await;
    let forged = |n: u8| {
        let address = format!("203.0.113.{n}");
        Request::get("/")
            .header("x-forwarded-for", &address)
            .header("x-real-ip", &address)
            .header("forwarded", format!("for={address}"))
            .header("x-envoy-external-address", &address)
    };
    let requests = (0..10)
        .map(|_| Request::get("/"))
        .chain((0..20).map(forged));
    assert_eq!(burst(&envoy.client(), requests).await, (5, 25));
}

#[tokio::test]
async fn a_rate_spends_nothing_while_another_has_no_room() {
    let limit = json!([{
        "name": "two",
        "rates": [{"requests": 1, "per": "300ms"}, {"requests": 3, "per": "1h"}],
    }]);
    let envoy = limiter(2, &limits(&limit)).await;
    let client = envoy.client();
    let mut permitted = 0;
    let mut limited = 0;
    // Far more are refused by the short rate than the long one has; all three must come through.
    until("three permits", async || {
        match client.send(&Request::get("/")).await.status {
            200 => permitted += 1,
            _ => limited += 1,
        }
        (permitted == 3).then_some(())
    })
    .await;
    assert!(limited > 3, "{limited}");
    let started = Instant::now();
    until("the long rate to refuse", async || {
        assert_eq!(client.send(&Request::get("/")).await.status, 429);
        (started.elapsed() > Duration::from_millis(700)).then_some(())
    })
    .await;
}

#[tokio::test]
async fn requests_without_the_key_share_one_bucket() {
    let limit = json!([{
        "name": "per-client", "key": ["request.headers[x-client]"],
        "rates": [{"requests": 3, "per": "1h"}],
    }]);
    let envoy = limiter(2, &limits(&limit)).await;
    let requests = (0..10).map(|_| Request::get("/"));
    assert_eq!(burst(&envoy.client(), requests).await, (3, 7));
}

#[tokio::test]
async fn a_key_is_compared_whole() {
    let limit = json!([{
        "name": "per-pair", "key": ["request.headers[x-a]", "request.headers[x-b]"],
        "rates": [{"requests": 1, "per": "1h"}],
    }]);
    let envoy = limiter(1, &limits(&limit)).await;
    for (a, b) in [("1", "23"), ("12", "3"), ("123", "x"), ("x", "123")] {
        let request = Request::get("/").header("x-a", a).header("x-b", b);
        assert_permitted(&envoy.client(), &request).await;
    }
}

/// What a gateway limits by verified facts, after the route has let the request in.
struct Gateway {
    ca: Ca,
    issuer: Issuer,
    envoy: Envoy,
}

impl Gateway {
    async fn start() -> Self {
        let ca = Ca::new("mesh.test");
        let issuer = Issuer::new("https://login.test", Algorithm::Es256);
        let document = json!({
            "version": "v1",
            "identity": {"trust_domain": "mesh.test"},
            "jwt": {"providers": [{
                "name": "login", "issuer": issuer.url(), "audiences": ["shop"],
                "algorithms": ["ES256"], "jwks": {"inline": issuer.jwks()},
            }]},
            "routes": [
                {"name": "jobs", "paths": ["/jobs"], "allow": {"namespaces": ["jobs"]}},
                {"name": "orders", "paths": ["/orders"], "allow": {"jwt": "login"}},
            ],
            "rate_limit": {"limits": [
                {"name": "per-workload", "routes": ["jobs"], "key": ["source.principal"],
                 "rates": [{"requests": 3, "per": "1h"}]},
                {"name": "per-user", "routes": ["orders"], "key": ["jwt.principal"],
                 "rates": [{"requests": 3, "per": "1h"}]},
            ]},
        });
        let server = ca.local_svid("spiffe://mesh.test/ns/shop/sa/orders");
        let envoy = Proxy::new(Echo::start())
            .workers(2)
            .transport(Transport::mtls(&server, &ca))
            .plugin(Plugin::Gateway, &document)
            .start()
            .await;
        Self { ca, issuer, envoy }
    }

    fn peer(&self, path: &str) -> Client {
        let id = format!("spiffe://mesh.test{path}");
        self.envoy.client_as(&self.ca, &self.ca.svid(&id))
    }

    fn order(&self, subject: &str) -> Request {
        let token = self.issuer.sign(&self.issuer.claims(subject, "shop"));
        Request::get("/orders").bearer(&token)
    }
}

#[tokio::test]
async fn a_workload_is_limited_by_its_verified_identity() {
    let gateway = Gateway::start().await;
    for account in ["/ns/jobs/sa/a", "/ns/jobs/sa/b"] {
        // Each certificate is another one; the identity in them is the same.
        let mut counted = (0, 0);
        for _ in 0..4 {
            let requests = (0..3).map(|_| Request::get("/jobs"));
            let (permitted, limited) = burst(&gateway.peer(account), requests).await;
            counted = (counted.0 + permitted, counted.1 + limited);
        }
        assert_eq!(counted, (3, 9), "{account}");
    }
}

#[tokio::test]
async fn a_user_is_limited_by_the_verified_subject() {
    let gateway = Gateway::start().await;
    let client = gateway.peer("/ns/shop/sa/web");
    for subject in ["ada", "grace"] {
        let requests = (0..12).map(|_| gateway.order(subject));
        assert_eq!(burst(&client, requests).await, (3, 9), "{subject}");
    }
}

#[tokio::test]
async fn a_denied_request_spends_nothing_of_a_later_limit() {
    let gateway = Gateway::start().await;
    let client = gateway.peer("/ns/shop/sa/web");
    let claims = gateway.issuer.claims("ada", "another-shop");
    let wrong = Request::get("/orders").bearer(&gateway.issuer.sign(&claims));
    for _ in 0..10 {
        let denied = wrong.clone();
        assert_eq!(
            client.send(&denied).await.code().as_deref(),
            Some("jwt.wrong_audience")
        );
    }
    let requests = (0..12).map(|_| gateway.order("ada"));
    assert_eq!(burst(&client, requests).await, (3, 9));
}

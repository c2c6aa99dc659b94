//! Two proxies and one service.

use portcullis_envoy_tests::{
    Client, Echo, Envoy, Plugin, Proxy, RateLimitService, Request, until,
};
use serde_json::{Value, json};
use tokio::task::JoinSet;

pub(crate) struct Pair {
    pub(crate) service: RateLimitService,
    pub(crate) proxies: Vec<Envoy>,
}

/// How many requests became what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counted {
    pub(crate) permitted: usize,
    pub(crate) limited: usize,
    /// 503: the service has not answered.
    pub(crate) unavailable: usize,
}

impl Pair {
    /// Two proxies of two workers each, with these shared limits.
    pub(crate) async fn start(service: &Value, limits: &Value) -> Self {
        Self::beside(RateLimitService::start("shop").await, service, limits).await
    }

    /// The same beside this service.
    pub(crate) async fn beside(server: RateLimitService, service: &Value, limits: &Value) -> Self {
        let proxies = vec![
            proxy(&server, service, limits).await,
            proxy(&server, service, limits).await,
        ];
        Self {
            service: server,
            proxies,
        }
    }

    /// One limit of this rate for all requests.
    pub(crate) async fn limited(requests: u32, per: &str, batch: u32, on_error: &str) -> Self {
        let limit = json!([{
            "name": "all", "store": "shared", "batch": batch,
            "rates": [{"requests": requests, "per": per}],
        }]);
        let service = json!({"timeout": "200ms", "on_error": on_error});
        Self::start(&service, &limit).await
    }

    pub(crate) fn clients(&self) -> Vec<Client> {
        self.proxies.iter().map(Envoy::client).collect()
    }

    /// The sum of a counter over both proxies.
    pub(crate) async fn sum(&self, name: &str) -> u64 {
        let mut sum = 0;
        for proxy in &self.proxies {
            let name = format!("wasmcustom.portcullis.rate_limit.{name}");
            sum += proxy.counter(&name).await;
        }
        sum
    }

    /// Waits until requests at a proxy get this status.
    pub(crate) async fn until_status(&self, proxy: usize, status: u16) {
        let client = self.proxies[proxy].client();
        until(&format!("status {status}"), async || {
            (client.send(&Request::get("/")).await.status == status).then_some(())
        })
        .await;
    }
}

async fn proxy(server: &RateLimitService, service: &Value, limits: &Value) -> Envoy {
    let mut service = service.clone();
    service["cluster"] = json!("ratelimit");
    if service["domain"].is_null() {
        service["domain"] = json!("shop");
    }
    let document = json!({
        "version": "v1",
        "rate_limit": {"service": service, "limits": limits},
    });
    Proxy::new(Echo::start())
        .workers(2)
        .cluster_as_written(server.cluster("ratelimit"))
        .plugin(Plugin::RateLimit, &document)
        .start()
        .await
}

/// Sends so many requests, in turn at these clients and at most `at_once` at a time.
pub(crate) async fn send(clients: &[Client], many: usize, at_once: usize) -> Counted {
    let mut counted = Counted::default();
    let mut sent = 0;
    while sent < many {
        let mut tasks = JoinSet::new();
        for number in sent..many.min(sent + at_once) {
            let client = clients[number % clients.len()].clone();
            tasks.spawn(async move { client.send(&Request::get("/")).await.status });
        }
        sent += tasks.len();
        for status in tasks.join_all().await {
            match status {
                200 => counted.permitted += 1,
                429 => counted.limited += 1,
                503 => counted.unavailable += 1,
                other => panic!("status {other}"),
            }
        }
    }
    counted
}

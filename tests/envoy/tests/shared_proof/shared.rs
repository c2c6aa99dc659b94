//! A limit of 100 a second over two proxies of two workers: how many pass, what it costs in calls and
//! in time.

use std::fmt::Write;

use portcullis_envoy_tests::{Client, Echo, Envoy, Plugin, Proxy, RateLimitService};
use serde_json::{Value, json};

use crate::load::{Outcome, send};

const RATE: u32 = 100;

/// Windows that are counted.
const SECONDS: u32 = 10;

/// How the limit is counted.
#[derive(Clone, Copy)]
enum Way {
    /// By each proxy for itself, to compare latencies with.
    Local,
    OneByOne,
    Leases,
}

struct Fleet {
    _service: RateLimitService,
    proxies: Vec<Envoy>,
}

impl Way {
    const fn name(self) -> &'static str {
        match self {
            Self::Local => "local, each its own",
            Self::OneByOne => "`batch: 1`",
            Self::Leases => "leases",
        }
    }

    fn limit(self, requests: u32) -> Value {
        let mut limit = json!({
            "name": "all", "rates": [{"requests": requests, "per": "1s"}],
        });
        match self {
            Self::Local => {}
            Self::OneByOne => limit["batch"] = json!(1),
            Self::Leases => limit["batch"] = json!(100),
        }
        if !matches!(self, Self::Local) {
            limit["store"] = json!("shared");
        }
        limit
    }
}

impl Fleet {
    async fn start(way: Way, requests: u32) -> Self {
        let service = RateLimitService::start("shop").await;
        let document = json!({"version": "v1", "rate_limit": {
            "service": {"cluster": "ratelimit", "domain": "shop", "timeout": "100ms"},
            "limits": [way.limit(requests)],
        }});
        let mut proxies = Vec::new();
        for _ in 0..2 {
            let proxy = Proxy::new(Echo::start())
                .workers(2)
                .answering("permitted")
                .cluster_as_written(service.cluster("ratelimit"))
                .plugin(Plugin::RateLimit, &document);
            proxies.push(proxy.start().await);
        }
        Self {
            _service: service,
            proxies,
        }
    }

    fn clients(&self) -> Vec<Client> {
        self.proxies.iter().map(Envoy::client).collect()
    }

    async fn calls(&self) -> u64 {
        let mut sum = 0;
        for proxy in &self.proxies {
            let name = "wasmcustom.portcullis.rate_limit.service_calls";
            sum += proxy.counter(name).await;
        }
        sum
    }

    /// Has the workers learn the service's clock, as they do in their first seconds; at half of the
    /// limit, since a key that is used up is refused for some milliseconds of the next window too.
    async fn warm(&self) {
        send(&self.clients(), RATE / 2, 4).await;
    }
}

/// Of the limit over all windows, in per cent of it.
fn deviation(outcome: &Outcome) -> f64 {
    let due = f64::from(RATE * SECONDS);
    (f64::from(outcome.admitted) - due) * 100.0 / due
}

fn millis(time: std::time::Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "three minutes: make proof-shared"]
async fn a_hundred_a_second_over_two_proxies() {
    let mut table = String::from(
        "| counted | load | offered | passed | off the limit | most in a second | no answer | calls for 1,000 requests | p50 | p99 |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    let mut broken = String::new();
    for way in [Way::OneByOne, Way::Leases] {
        for tenths in [5, 10, 20, 200] {
            let fleet = Fleet::start(way, RATE).await;
            fleet.warm().await;
            let before = fleet.calls().await;
            let outcome = send(&fleet.clients(), RATE * tenths / 10, SECONDS).await;
            let calls = fleet.calls().await - before;
            let off = if tenths < 10 {
                "below it".to_owned()
            } else {
                format!("{:+.1} %", deviation(&outcome))
            };
            let mut row = String::new();
            writeln!(
                row,
                "| {} | {}x | {} | {} | {off} | {} | {} | {} | {:.2} ms | {:.2} ms |",
                way.name(),
                f64::from(tenths) / 10.0,
                outcome.offered,
                outcome.admitted,
                outcome.by_second.iter().max().unwrap(),
                outcome.unavailable,
                calls * 1_000 / u64::from(outcome.offered),
                millis(outcome.quantile(500)),
                millis(outcome.quantile(990)),
            )
            .unwrap();
            print!("{row}");
            table.push_str(&row);
            let due = outcome.offered.min(RATE * SECONDS);
            let most = f64::from(due);
            let admitted = f64::from(outcome.admitted);
            if outcome.unavailable > 0 || admitted > most || admitted < most * 0.99 {
                broken.push_str(&row);
            }
        }
    }
    portcullis_envoy_tests::write_table("shared-limits.md", "admitted", &table);
    assert!(broken.is_empty(), "{broken}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a minute: make proof-shared"]
async fn what_sharing_adds_to_a_request() {
    let mut table = String::from(
        "| counted | requests a second | calls for 1,000 requests | p50 | p90 | p99 | p99.9 |\n\
         | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for way in [Way::Local, Way::OneByOne, Way::Leases] {
        let fleet = Fleet::start(way, 10_000).await;
        send(&fleet.clients(), 500, 4).await;
        let before = fleet.calls().await;
        let outcome = send(&fleet.clients(), 500, SECONDS).await;
        let calls = fleet.calls().await - before;
        assert_eq!(outcome.admitted, outcome.offered, "{outcome:?}");
        let mut row = format!(
            "| {} | 500 | {} ",
            way.name(),
            calls * 1_000 / u64::from(outcome.offered)
        );
        for quantile in [500, 900, 990, 999] {
            write!(row, "| {:.2} ms ", millis(outcome.quantile(quantile))).unwrap();
        }
        row.push_str("|\n");
        print!("{row}");
        table.push_str(&row);
    }
    portcullis_envoy_tests::write_table("shared-limits.md", "latency", &table);
}

//! A million keys: memory within the figure that is printed, and how many share a coarse entry.

use std::fs;

use portcullis_envoy_tests::{Echo, Envoy, Plugin, Proxy, Request};
use serde_json::json;
use tokio::task::JoinSet;

use crate::pipeline::{self, Counted};

const KEYS: u32 = 1_000_000;
const CONNECTIONS: u32 = 8;

/// One request an hour: nothing is replenished while the test runs.
async fn proxy(workers: u32, max_keys: u64) -> Envoy {
    let document = json!({"version": "v1", "rate_limit": {
        "max_keys": max_keys, "headers": ["none"],
        "limits": [{
            "name": "per-client", "key": ["request.headers[x-client]"],
            "rates": [{"requests": 1, "per": "1h"}],
        }],
    }});
    Proxy::new(Echo::start())
        .workers(workers)
        .answering("permitted")
        .plugin(Plugin::RateLimit, &document)
        .start()
        .await
}

/// Bytes that the proxy has allocated, without the plugin's VMs.
async fn allocated(envoy: &Envoy) -> u64 {
    let page = envoy.ask("/memory").await;
    let page: serde_json::Value = serde_json::from_str(&page).unwrap();
    page["allocated"].as_str().unwrap().parse().unwrap()
}

/// Bytes of the process in memory.
fn resident(envoy: &Envoy) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", envoy.process_id())).unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .unwrap();
    let kilobytes = line.split_whitespace().nth(1).unwrap();
    kilobytes.parse::<u64>().unwrap() * 1024
}

/// The figure in the log line of the configuration, in bytes.
fn printed(envoy: &Envoy) -> f64 {
    let log = envoy.log();
    let (_, rest) = log.split_once("keys and takes at most ").unwrap();
    let (number, _) = rest.split_once(" MiB").unwrap();
    number.parse::<f64>().unwrap() * 1024.0 * 1024.0
}

async fn flood(envoy: &Envoy, keys: std::ops::Range<u32>) -> Counted {
    let share = (keys.end - keys.start) / CONNECTIONS;
    let mut tasks = JoinSet::new();
    for number in 0..CONNECTIONS {
        let start = keys.start + number * share;
        tasks.spawn(pipeline::send(envoy.address(), start..start + share));
    }
    let all = tasks.join_all().await;
    all.into_iter()
        .fold(Counted::default(), |sum, one| Counted {
            permitted: sum.permitted + one.permitted,
            denied: sum.denied + one.denied,
        })
}

/// One row of the table; the figure is held, and a key that is spent before the flood stays spent.
async fn row(workers: u32, max_keys: u64, keys: u32) -> String {
    let envoy = proxy(workers, max_keys).await;
    let client = envoy.client();
    let hot = || Request::get("/").header("x-client", "hot");
    assert_eq!(client.send(&hot()).await.status, 200);
    flood(&envoy, KEYS..KEYS + 800).await; // the VMs have grown to what they need
    let before = (allocated(&envoy).await, resident(&envoy));
    let counted = flood(&envoy, 0..keys).await;
    let after = (allocated(&envoy).await, resident(&envoy));
    assert_eq!(
        client.send(&hot()).await.status,
        429,
        "a hot key was refunded"
    );
    let again = flood(&envoy, 0..8_000).await;
    assert!(again.permitted <= 1, "keys were refunded: {again:?}");
    let (took, figure) = (after.0.saturating_sub(before.0), printed(&envoy));
    let grown = after.1.saturating_sub(before.1);
    assert!(took as f64 <= figure, "{took} bytes of {figure}");
    assert!(
        grown as f64 <= figure,
        "{grown} bytes in memory, of {figure}"
    );
    let mib = |bytes: u64| bytes as f64 / 1_048_576.0;
    format!(
        "| {max_keys} | {workers} | {keys} | {} | {} | {:.2} % | {:.1} MiB | {:.1} MiB | {:.1} MiB |\n",
        counted.permitted,
        counted.denied,
        f64::from(counted.denied) * 100.0 / f64::from(keys),
        mib(took),
        mib(grown),
        figure / 1_048_576.0,
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_keys_stay_within_the_figure() {
    row(2, 65_536, 10_000).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "ten minutes: make proof-limits"]
async fn a_million_keys() {
    let mut table = String::from(
        "| max_keys | workers | keys | passed | denied | keys that share | the proxy allocated | resident | printed |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for (max_keys, workers, keys) in [
        (1_048_576, 1, KEYS),
        (1_048_576, 4, KEYS),
        (1_048_576, 1, KEYS / 2),
        (1_048_576, 1, KEYS / 4),
        (65_536, 1, KEYS),
        (65_536, 4, KEYS),
    ] {
        let row = row(workers, max_keys, keys).await;
        print!("{row}");
        table.push_str(&row);
    }
    portcullis_envoy_tests::write_table("limits.md", "keys", &table);
}

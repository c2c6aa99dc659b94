//! A limit at half, once, twice and twenty times its rate, over one to sixteen workers: none over,
//! and at most one in a hundred under. Beside it Envoy's own `local_ratelimit`, with the same load.

use std::time::Duration;

use portcullis_envoy_tests::{Echo, Envoy, Plugin, Proxy};
use serde_json::{Value, json};

use crate::load::{Load, Outcome};

/// Requests a second, and at once.
const RATE: u32 = 100;

/// Tenths of the rate.
const LOADS: [u32; 4] = [5, 10, 20, 200];

async fn ours(workers: u32) -> Envoy {
    let document = json!({"version": "v1", "rate_limit": {"limits": [
        {"name": "all", "rates": [{"requests": RATE, "per": "1s"}]},
    ]}});
    Proxy::new(Echo::start())
        .workers(workers)
        .plugin(Plugin::RateLimit, &document)
        .start()
        .await
}

async fn native(workers: u32) -> Envoy {
    let all = json!({"default_value": {"numerator": 100, "denominator": "HUNDRED"}});
    let filter: Value = json!({
        "name": "envoy.filters.http.local_ratelimit",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit",
            "stat_prefix": "native",
            "token_bucket": {"max_tokens": RATE, "tokens_per_fill": RATE, "fill_interval": "1s"},
            "filter_enabled": all,
            "filter_enforced": all,
        },
    });
    Proxy::new(Echo::start())
        .workers(workers)
        .filter(filter)
        .start()
        .await
}

const fn load(tenths: u32, seconds: u64) -> Load {
    Load {
        per_second: RATE * tenths / 10,
        time: Duration::from_secs(seconds),
        connections: 32,
    }
}

/// The most that burst and rate allow from the first request to the last answer.
fn most(outcome: &Outcome) -> u32 {
    let earned = f64::from(RATE) * outcome.answered.as_secs_f64();
    RATE + earned as u32
}

/// What a limit that gives nothing away admits of this load.
fn due(outcome: &Outcome) -> u32 {
    let earned = f64::from(RATE) * outcome.sent.as_secs_f64();
    (RATE + earned as u32).min(outcome.offered)
}

/// Of `due`, in per cent: how many too few.
fn under(outcome: &Outcome) -> f64 {
    let short = f64::from(due(outcome)) - f64::from(outcome.admitted);
    short.max(0.0) * 100.0 / f64::from(due(outcome))
}

fn check(outcome: &Outcome, what: &str) {
    assert!(outcome.admitted <= most(outcome), "{what}: {outcome:?}");
    assert!(under(outcome) <= 1.0, "{what}: {outcome:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn none_over_and_one_in_a_hundred_under() {
    for (workers, tenths) in [(1, 10), (4, 5), (4, 200)] {
        let envoy = ours(workers).await;
        let outcome = load(tenths, 2).send(&envoy).await;
        check(&outcome, &format!("{workers} workers, {tenths} tenths"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "ten minutes: make proof-limits"]
async fn over_up_to_sixteen_workers() {
    let mut table = String::from(
        "| workers | load | offered | may pass | due | passed | over | under | local_ratelimit passed, over |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for workers in [1, 2, 4, 8, 16] {
        for tenths in LOADS {
            let (load, factor) = (load(tenths, 10), f64::from(tenths) / 10.0);
            let outcome = load.send(&ours(workers).await).await;
            let theirs = load.send(&native(workers).await).await;
            let row = format!(
                "| {workers} | {factor}x | {} | {} | {} | {} | {} | {:.2} % | {}, {} |\n",
                outcome.offered,
                most(&outcome),
                due(&outcome),
                outcome.admitted,
                outcome.admitted.saturating_sub(most(&outcome)),
                under(&outcome),
                theirs.admitted,
                theirs.admitted.saturating_sub(most(&theirs)),
            );
            print!("{row}");
            table.push_str(&row);
            check(&outcome, &row);
        }
    }
    portcullis_envoy_tests::write_table("limits.md", "accuracy", &table);
}

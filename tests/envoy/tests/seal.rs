//! A worker whose plugin could not be configured lets nothing through, because of the seal.
//!
//! The proxy itself would: it skips a filter that is not there, whatever its failure policy. A real
//! plugin never fails on some workers only, so a module made for this does.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::fs;

use portcullis_envoy_tests::{Echo, Envoy, Proxy, Request, wasm_filter};

/// How a worker's instance fails.
#[derive(Clone, Copy)]
enum Fault {
    Refusal,
    Trap,
}

/// At a start with N workers the plugin is configured by a throw-away instance, by the main thread
/// and by each worker, in this order.
const FIRST_WORKER: u32 = 3;
const NEVER: u32 = 1000;

/// A proxy whose instances fail from a certain one on.
fn proxy(fault: Fault, fail_from: u32) -> (tempfile::TempDir, Proxy) {
    let answer = match fault {
        Fault::Refusal => "(i32.const 0)",
        Fault::Trap => "(unreachable)",
    };
    let text = include_str!("seal/faulty.wat")
        .replace("FAIL_FROM)", &format!("{fail_from})"))
        .replace("FAULT)", &format!("{answer})"));
    let folder = tempfile::tempdir().unwrap();
    let module = folder.path().join("faulty.wasm");
    fs::write(&module, wat::parse_str(text).unwrap()).unwrap();
    let filter = wasm_filter(&module, "faulty", None);
    (folder, Proxy::new(Echo::start()).workers(2).filter(filter))
}

/// The statuses of requests on many connections, which the system spreads over the workers.
async fn statuses(envoy: &Envoy) -> Vec<u16> {
    let mut statuses = Vec::new();
    for _ in 0..40 {
        statuses.push(envoy.client().send(&Request::get("/")).await.status);
    }
    for worker in 0..2 {
        let name = format!("listener.under_test.worker_{worker}.downstream_cx_total");
        assert!(
            envoy.counter(&name).await > 0,
            "worker {worker} was not asked"
        );
    }
    statuses.sort_unstable();
    statuses.dedup();
    statuses
}

#[tokio::test]
async fn a_worker_that_refused_its_configuration_passes_nothing() {
    let (_module, proxy) = proxy(Fault::Refusal, FIRST_WORKER);
    assert_eq!(statuses(&proxy.sealed().start().await).await, [403]);
}

#[tokio::test]
async fn a_worker_that_trapped_in_its_configuration_passes_nothing() {
    let (_module, proxy) = proxy(Fault::Trap, FIRST_WORKER);
    assert_eq!(statuses(&proxy.sealed().start().await).await, [403]);
}

#[tokio::test]
async fn one_worker_of_two_that_failed_passes_nothing() {
    let (_module, proxy) = proxy(Fault::Refusal, FIRST_WORKER + 1);
    assert_eq!(statuses(&proxy.sealed().start().await).await, [200, 403]);
}

#[tokio::test]
async fn without_the_seal_it_would() {
    for fault in [Fault::Refusal, Fault::Trap] {
        let (_module, proxy) = proxy(fault, FIRST_WORKER);
        assert_eq!(statuses(&proxy.unsealed().start().await).await, [200]);
    }
}

#[tokio::test]
async fn the_seal_lets_through_what_a_healthy_plugin_marked() {
    let (_module, proxy) = proxy(Fault::Refusal, NEVER);
    assert_eq!(statuses(&proxy.sealed().start().await).await, [200]);
}

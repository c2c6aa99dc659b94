//! What policies cost, beside the proxy's own filters, in one run: `make bench`.
//!
//! Every claim about speed is a number of docs/benchmarks.md, which a run writes anew; a run that
//! misses a budget of bench/budgets.toml by more than its own noise fails.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a run that cannot go on ends, with the proxy's log"
)]
#![forbid(unsafe_code)]

mod account;
mod budget;
mod caller;
mod callout;
mod cost;
mod curve;
mod endurance;
mod growth;
mod interface;
mod latency;
mod machine;
mod memory;
mod native;
mod opa;
mod page;
mod plot;
mod plugin;
mod proxy;
mod row;
mod run;
mod sample;
mod scale;
mod traffic;
mod world;

use std::{env, fs, process::ExitCode};

use crate::{budget::outcomes, endurance::Endurance, run::Run, scale::Scale};

#[allow(clippy::print_stdout, reason = "the table is what a run is for")]
fn main() -> ExitCode {
    // Sleeping threads wake when they are due, and not 50 us later (proc(5)); callers inherit it.
    drop(fs::write("/proc/self/timerslack_ns", "1"));
    let scale = Scale::asked_for();
    if env::var("BENCH").is_ok_and(|what| what == "curve") {
        println!("{}", curve::curves(&scale));
        return ExitCode::SUCCESS;
    }
    if env::var("BENCH").is_ok_and(|what| what == "endurance") {
        return endure();
    }
    let run = Run::new(scale);
    if env::var_os("ROWS").is_some() {
        println!("{}\n{}", page::costs(&run), growth::table(&run));
        return ExitCode::SUCCESS;
    }
    let outcomes = outcomes(&run);
    let text = page::markdown(&run, &outcomes);
    println!("{text}");
    if scale.name == "full" || env::var_os("BENCH_WRITE").is_some() {
        page::write(&run, &text);
    }
    if outcomes.iter().any(budget::Outcome::is_missed) {
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// Millions of requests, for the memory after them.
#[allow(clippy::print_stdout, reason = "the table is what a run is for")]
fn endure() -> ExitCode {
    let endurance = Endurance::new();
    let text = endurance.markdown();
    println!("{text}");
    if env::var_os("REQUESTS").is_none() {
        page::put("endurance", &text);
    }
    if endurance.outcome().is_missed() {
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// Says on the terminal what goes on.
#[allow(clippy::print_stderr, reason = "the progress of a run of minutes")]
pub(crate) fn say(text: &str) {
    eprintln!("{text}");
}

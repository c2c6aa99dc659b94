//! What a run measured, as text: for the terminal, and for docs/benchmarks.md between its marks.

use std::{fmt::Write, fs};

use crate::{
    budget::Outcome,
    growth,
    latency::RATE,
    machine,
    plot::{Bar, bars},
    plugin::repository,
    run::Run,
    sample::Sample,
};

/// The whole of it.
#[must_use]
pub(crate) fn markdown(run: &Run, outcomes: &[Outcome]) -> String {
    let mut text = machine::described(run.scale.command());
    let sections = [
        costs(run),
        growth::table(run),
        latencies(run),
        memory(run),
        modules(run),
        targets(outcomes),
    ];
    for section in sections {
        text.push('\n');
        text.push_str(&section);
    }
    text
}

/// Writes a text of a command between its marks in docs/benchmarks.md; what others wrote stays.
///
/// # Panics
/// When the page cannot be written, or has no such marks.
pub(crate) fn put(name: &str, text: &str) {
    let path = repository().join("docs/benchmarks.md");
    let page = fs::read_to_string(&path).expect("docs/benchmarks.md");
    let (begin, end) = (
        format!("<!-- {name} -->\n"),
        format!("<!-- end of {name} -->"),
    );
    let (before, rest) = page.split_once(&begin).expect("the mark of this command");
    let (_, after) = rest.split_once(&end).expect("its end");
    fs::write(&path, format!("{before}{begin}\n{text}{end}{after}")).expect("the page");
}

/// Writes what a run has measured into docs/benchmarks.md, and the plots beside it.
///
/// # Panics
/// When they cannot be written.
pub(crate) fn write(run: &Run, text: &str) {
    put("run", text);
    let folder = repository().join("docs/benchmarks");
    fs::create_dir_all(&folder).expect("a folder for plots");
    for (name, plot) in plots(run) {
        fs::write(folder.join(name), plot).expect("a plot");
    }
}

/// What requests cost.
#[must_use]
pub(crate) fn costs(run: &Run) -> String {
    let mut text = String::from(
        "### Processor time per request\n\n\
         | | whole, us | added to no filter, us | over the native chain |\n\
         | --- | ---: | ---: | ---: |\n",
    );
    let chain = run.lanes.iter().any(|lane| lane.name == "chain-native");
    for lane in run.lanes.iter().filter(|lane| !lane.grown) {
        let added = run.added(lane.name, "none");
        let over = if chain && lane.name != "none" {
            format!("{:.2}", run.ratio(lane.name, "chain-native").median)
        } else {
            String::new()
        };
        let _ = writeln!(
            text,
            "| {} | {:.1} | {} | {over} |",
            lane.what,
            lane.whole().median,
            plus_minus(added),
        );
    }
    for lane in run.lanes.iter().filter(|lane| !lane.asked.is_empty()) {
        let asked = plus_minus(Sample::of(lane.asked.iter().copied()));
        let _ = writeln!(
            text,
            "\n{}: {asked} us more in the agent itself, which runs beside the callers.",
            lane.what
        );
    }
    let rounds = run.lanes.first().map_or(0, |lane| lane.rounds.len());
    let beside = run.lanes.iter().map(|lane| lane.used.beside_percent());
    let _ = writeln!(
        text,
        "\n{rounds} rounds of {} requests. Of any row's time, at most {:.1} % was of threads that do not serve, such as V8's compiler.\n\n\
         ![What a request costs more](benchmarks/cost.svg)",
        run.scale.requests,
        beside.fold(0.0, f64::max),
    );
    text
}

fn latencies(run: &Run) -> String {
    let mut text = format!(
        "### Latency at {RATE} requests a second, from when a request was due\n\n\
         | | p50, us | p99, us | p99.9, us |\n| --- | ---: | ---: | ---: |\n"
    );
    for (name, latency) in &run.latencies {
        let [p50, p99, p999] = [0.5, 0.99, 0.999].map(|part| latency.quantile(part));
        let what = run.lane(name).what;
        let _ = writeln!(text, "| {what} | {p50:.0} | {p99:.0} | {p999:.0} |");
    }
    text.push_str("\n![Latency](benchmarks/latency.svg)\n");
    text
}

fn memory(run: &Run) -> String {
    let mut text = String::from("### Memory of the process, MB\n\n| |");
    for workers in run.scale.workers {
        let _ = write!(text, " {workers} |");
    }
    text.push_str(" each further worker |\n| --- |");
    text.push_str(&" ---: |".repeat(run.scale.workers.len() + 1));
    text.push('\n');
    for (name, points) in &run.memory {
        let what = if *name == "none" {
            "no filter"
        } else {
            "`gateway.wasm`, three policies"
        };
        let _ = write!(text, "| {what} |");
        for (_, megabytes) in points {
            let _ = write!(text, " {megabytes:.1} |");
        }
        let _ = writeln!(text, " {:.1} |", run.each_worker(name).unwrap_or_default());
    }
    text
}

fn modules(run: &Run) -> String {
    let mut text =
        String::from("### Modules\n\n| | kB | `proxy_on_configure`, ms |\n| --- | ---: | ---: |\n");
    for ((name, bytes), (_, milliseconds)) in run.sizes.iter().zip(&run.configures) {
        let kilobytes = bytes / 1_000.0;
        let _ = writeln!(
            text,
            "| `{name}.wasm` | {kilobytes:.0} | {milliseconds:.1} |"
        );
    }
    text
}

/// What budgets ask, and what was reached.
#[must_use]
pub(crate) fn targets(outcomes: &[Outcome]) -> String {
    let mut text = String::from(
        "### Targets\n\n| | goal | reached | held today | |\n| --- | ---: | ---: | ---: | --- |\n",
    );
    for outcome in outcomes {
        let verdict = match (outcome.meets_goal(), outcome.is_missed()) {
            (_, true) => "**over what is held**",
            (Some(true), false) => "met",
            (Some(false), false) => "not met",
            (None, false) => "within the noise",
        };
        let (what, goal, holds) = (&outcome.what, outcome.goal, outcome.holds);
        let reached = plus_minus(outcome.reached);
        let _ = writeln!(
            text,
            "| {what} | {goal} | {reached} | {holds} | {verdict} |"
        );
    }
    text
}

/// With its noise.
#[must_use]
pub(crate) fn plus_minus(sample: Sample) -> String {
    if sample.noise > 0.0 {
        format!("{:.2} ± {:.2}", sample.median, sample.noise)
    } else {
        format!("{:.2}", sample.median)
    }
}

fn plots(run: &Run) -> Vec<(&'static str, String)> {
    let plain = |text: &str| text.replace('`', "");
    let rows = run
        .lanes
        .iter()
        .filter(|lane| lane.name != "none" && !lane.grown);
    let cost: Vec<Bar> = rows
        .map(|lane| Bar {
            label: plain(lane.what),
            value: run.added(lane.name, "none").median,
            ours: lane.ours,
        })
        .collect();
    let latency: Vec<Bar> = run
        .latencies
        .iter()
        .flat_map(|(name, latency)| {
            let lane = run.lane(name);
            [(0.5, "p50"), (0.99, "p99")].map(|(part, title)| Bar {
                label: format!("{}, {title}", plain(lane.what)),
                value: latency.quantile(part),
                ours: lane.ours,
            })
        })
        .collect();
    vec![
        (
            "cost.svg",
            bars("Added processor time per request, us", &cost),
        ),
        ("latency.svg", bars("Latency, us", &latency)),
    ]
}

//! The budgets of `bench/budgets.toml`, and whether a run kept them.

use std::fs;

use toml::{Table, Value};

use crate::{plugin::repository, run::Run, sample::Sample};

/// What came of one budget.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    /// What it says.
    pub(crate) what: String,
    /// What it should be one day.
    pub(crate) goal: f64,
    /// What is held today.
    pub(crate) holds: f64,
    /// What this run reached.
    pub(crate) reached: Sample,
}

impl Outcome {
    /// Whether the goal is met; `None` where the noise of the run is too great to tell.
    #[must_use]
    pub(crate) fn meets_goal(&self) -> Option<bool> {
        let Sample { median, noise } = self.reached;
        if median + noise <= self.goal {
            Some(true)
        } else if median - noise > self.goal {
            Some(false)
        } else {
            None
        }
    }

    /// Whether it is missed by more than the noise of the run.
    #[must_use]
    pub(crate) fn is_missed(&self) -> bool {
        self.reached.median - self.reached.noise > self.holds
    }
}

/// All budgets, as this run has them.
///
/// # Panics
/// When the file cannot be read, or names a row that there is none of.
#[must_use]
pub(crate) fn outcomes(run: &Run) -> Vec<Outcome> {
    let file = read();
    let mut outcomes = Vec::new();
    for entry in entries(&file, "budget") {
        let reached = reached(run, entry);
        let Some(reached) = reached else {
            continue; // a row that this run has not
        };
        outcomes.push(outcome(entry, reached));
    }
    let sizes = |name: &str| {
        file.get("bytes")
            .and_then(|bytes| bytes.get(name)?.as_table())
    };
    for (name, bytes) in &run.sizes {
        let of = |kind| sizes(kind).and_then(|table: &Table| as_number(table.get(name.as_str())?));
        let (Some(goal), Some(holds)) = (of("goal"), of("holds")) else {
            panic!("no budget for {name}");
        };
        outcomes.push(Outcome {
            what: format!("`{name}.wasm`, kB"),
            goal: goal / 1_000.0,
            holds: holds / 1_000.0,
            reached: exact(*bytes / 1_000.0),
        });
    }
    outcomes
}

/// The budget of how many megabytes a proxy grows over millions of requests.
///
/// # Panics
/// When there is none.
#[must_use]
pub(crate) fn growth(reached: Sample) -> Outcome {
    let file = read();
    let found = entries(&file, "budget").find(|entry| word(entry, "kind") == GROWTH);
    outcome(found.expect("a budget of growth"), reached)
}

fn read() -> Table {
    let path = repository().join("bench/budgets.toml");
    let text = fs::read_to_string(path).expect("bench/budgets.toml");
    text.parse().expect("budgets in TOML")
}

fn outcome(entry: &Table, reached: Sample) -> Outcome {
    Outcome {
        what: word(entry, "what").to_owned(),
        goal: number(entry, "goal"),
        holds: number(entry, "holds"),
        reached,
    }
}

fn reached(run: &Run, entry: &Table) -> Option<Sample> {
    match word(entry, "kind") {
        // what a row adds to no filter, over what another adds
        "cost" => Some(run.ratio(word(entry, "of"), word(entry, "to"))),
        // microseconds that a row costs more than another
        "micros" => Some(run.added(word(entry, "of"), word(entry, "above"))),
        // what a row adds to the latency of no filter, over what another adds
        "latency" => {
            let (of, to) = (word(entry, "of"), word(entry, "to"));
            run.latency_ratio(of, to, number(entry, "quantile"))
        }
        // megabytes of each further worker, above those of a proxy without a filter
        "memory" => Some(exact(
            run.each_worker("gateway-3")? - run.each_worker("none")?,
        )),
        GROWTH => None, // of a command of its own
        other => panic!("no such kind of budget: {other}"),
    }
}

/// What was counted, and has no noise.
#[must_use]
pub(crate) const fn exact(median: f64) -> Sample {
    Sample { median, noise: 0.0 }
}

const GROWTH: &str = "growth";

fn entries<'f>(file: &'f Table, name: &str) -> impl Iterator<Item = &'f Table> {
    let list = file.get(name).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_table)
}

fn word<'e>(entry: &'e Table, name: &str) -> &'e str {
    let value = entry.get(name).and_then(Value::as_str);
    value.unwrap_or_else(|| panic!("a budget without `{name}`: {entry:?}"))
}

fn number(entry: &Table, name: &str) -> f64 {
    let value = entry.get(name).and_then(as_number);
    value.unwrap_or_else(|| panic!("a budget without `{name}`: {entry:?}"))
}

#[allow(clippy::cast_precision_loss, reason = "sizes of files")]
fn as_number(value: &Value) -> Option<f64> {
    value
        .as_float()
        .or_else(|| value.as_integer().map(|whole| whole as f64))
}

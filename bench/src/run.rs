//! One run: all that was measured, by the names of the rows.

use std::{
    env, fs, thread,
    time::{Duration, Instant},
};

use crate::{
    cost::Lane,
    latency::Latency,
    memory,
    plugin::{Document, Key, module, plugin},
    row,
    sample::{Sample, quantile},
    say,
    scale::Scale,
    world::World,
};

/// What a run has measured.
pub(crate) struct Run {
    /// How long it took its time.
    pub(crate) scale: Scale,
    /// Processor time.
    pub(crate) lanes: Vec<Lane>,
    /// Latency, by row.
    pub(crate) latencies: Vec<(&'static str, Latency)>,
    /// Megabytes by number of workers, by row.
    pub(crate) memory: Vec<(&'static str, Vec<(u32, f64)>)>,
    /// Milliseconds of a configure, by plugin.
    pub(crate) configures: Vec<(&'static str, f64)>,
    /// Bytes, by plugin.
    pub(crate) sizes: Vec<(String, f64)>,
}

impl Run {
    /// Measures everything.
    #[must_use]
    pub(crate) fn new(scale: Scale) -> Self {
        let began = Instant::now();
        let world = World::new(scale.tokens);
        say("starting the proxies");
        let mut lanes: Vec<Lane> = row::all(&world, &scale)
            .into_iter()
            .filter(|row| is_asked_for(row.name))
            .map(|row| Lane::start(row, &world))
            .collect();
        for lane in &mut lanes {
            lane.warm_up(&world, &scale);
            if lane.asks_an_agent() {
                lane.refuses(&world);
            }
        }
        let partial = env::var_os("ROWS").is_some();
        let latencies = if partial {
            Vec::new()
        } else {
            latencies(&lanes, &world, &scale)
        };
        for round in 1..=scale.rounds {
            if round > scale.least_rounds && began.elapsed() > scale.lasting {
                say("this machine is slow: the rounds that there were must do");
                break;
            }
            say(&format!(
                "processor time: round {round} of {}",
                scale.rounds
            ));
            for lane in &mut lanes {
                lane.round(&world, scale.requests);
            }
        }
        if partial {
            return Self {
                scale,
                lanes,
                latencies,
                memory: Vec::new(),
                configures: Vec::new(),
                sizes: sizes(),
            };
        }
        say("memory and configure times");
        let three = plugin("gateway", &row::all_policies(&world));
        let memory = [("none", vec![]), ("gateway-3", vec![three])]
            .map(|(name, filters)| {
                let by_workers = scale
                    .workers
                    .iter()
                    .map(|&workers| (workers, memory::megabytes(&filters, workers, &world)));
                (name, by_workers.collect())
            })
            .into();
        Self {
            scale,
            lanes,
            latencies,
            memory,
            configures: configures(&world),
            sizes: sizes(),
        }
    }

    /// The lane of this name.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub(crate) fn lane(&self, name: &str) -> &Lane {
        let lane = self.lanes.iter().find(|lane| lane.name == name);
        lane.unwrap_or_else(|| panic!("no row is called {name}"))
    }

    /// Microseconds that a row costs more than another.
    #[must_use]
    pub(crate) fn added(&self, name: &str, above: &str) -> Sample {
        self.lane(name).added(self.lane(above))
    }

    /// What a row adds to no filter, over what another adds.
    #[must_use]
    pub(crate) fn ratio(&self, name: &str, to: &str) -> Sample {
        self.lane(name).ratio(self.lane(to), self.lane("none"))
    }

    /// What a row adds to the latency of no filter at a quantile, over what another adds; `None` where it
    /// was not measured.
    #[must_use]
    pub(crate) fn latency_ratio(&self, name: &str, to: &str, part: f64) -> Option<Sample> {
        let of = |name| {
            let found = self.latencies.iter().find(|(row, _)| *row == name);
            found.map(|(_, latency)| latency)
        };
        of(name)?.ratio(of(to)?, of("none")?, part)
    }

    /// Megabytes of each further worker.
    #[must_use]
    pub(crate) fn each_worker(&self, name: &str) -> Option<f64> {
        let (_, points) = self.memory.iter().find(|(row, _)| *row == name)?;
        let ((few, least), (many, most)) = (*points.first()?, *points.last()?);
        (many > few).then(|| (most - least) / f64::from(many - few))
    }
}

/// `ROWS=none,gateway-3` measures only those, while working on one.
pub(crate) fn is_asked_for(name: &str) -> bool {
    env::var("ROWS").map_or(true, |rows| rows.split(',').any(|row| row == name))
}

fn latencies(lanes: &[Lane], world: &World, scale: &Scale) -> Vec<(&'static str, Latency)> {
    let timed = || lanes.iter().filter(|lane| lane.timed);
    let mut latencies: Vec<_> = timed()
        .map(|lane| (lane.name, Latency::default()))
        .collect();
    for round in 1..=scale.timed_rounds {
        say(&format!("latency: round {round} of {}", scale.timed_rounds));
        for (lane, (_, latency)) in timed().zip(&mut latencies) {
            latency.measure(lane.proxy.address(), world, scale.timed);
            thread::sleep(Duration::from_millis(50));
        }
    }
    latencies
}

fn configures(world: &World) -> Vec<(&'static str, f64)> {
    let identity = Document::new().identity(10);
    let token = Document::new().token(world);
    let limit = Document::new().limit(Key::Address, 65_536);
    [
        ("spiffe_authz", identity),
        ("jwt_authn", token),
        ("rate_limit", limit),
        ("gateway", row::all_policies(world)),
    ]
    .map(|(name, document)| {
        let mut times = memory::configure_times(&[plugin(name, &document)], world);
        times.sort_by(f64::total_cmp);
        (name, quantile(&times, 0.5))
    })
    .into()
}

#[allow(clippy::cast_precision_loss, reason = "sizes of files")]
fn sizes() -> Vec<(String, f64)> {
    ["spiffe_authz", "jwt_authn", "rate_limit", "gateway"]
        .map(|name| {
            let file = fs::metadata(module(name)).expect("a module");
            (name.to_owned(), file.len() as f64)
        })
        .into()
}

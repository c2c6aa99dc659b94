//! Processor time per request, in rounds that alternate over all rows.
//!
//! The machine is another one from minute to minute; so each row is compared with the others of the
//! same round, and the median over the rounds counts.

use crate::{
    account::Used,
    caller::Caller,
    callout::cluster,
    opa::Opa,
    proxy::{Proxy, Setup},
    row::Row,
    sample::Sample,
    say,
    scale::Scale,
    traffic::Traffic,
    world::World,
};

/// A row with its proxy running and its caller connected.
pub(crate) struct Lane {
    /// The row's name.
    pub(crate) name: &'static str,
    /// What it is.
    pub(crate) what: &'static str,
    /// Whether latency is measured too.
    pub(crate) timed: bool,
    /// Whether it is a plugin of ours.
    pub(crate) ours: bool,
    /// Whether it is in the table of how it grows.
    pub(crate) grown: bool,
    one_of: u32,
    /// Microseconds per request, round by round.
    pub(crate) rounds: Vec<f64>,
    /// Processor time of all rounds.
    pub(crate) used: Used,
    /// Microseconds per request of the service that it asks, where that is measured.
    pub(crate) asked: Vec<f64>,
    /// Its proxy.
    pub(crate) proxy: Proxy,
    agent: Option<Opa>,
    callers: Vec<Caller>,
    traffic: Traffic,
    request: Vec<u8>,
}

impl Lane {
    /// Starts a row's proxy and connects its callers.
    ///
    /// # Panics
    /// When the proxy does not start.
    #[must_use]
    pub(crate) fn start(row: Row, world: &World) -> Self {
        let mut setup = Setup::new(row.filters);
        setup.clusters = row.clusters;
        setup.routed = row.routed;
        let agent = row.agent.map(|rule| Opa::start(rule, world));
        let asked = agent
            .as_ref()
            .map(|agent| cluster("callout", agent.address()));
        setup.clusters.extend(asked);
        let proxy = setup.start(world);
        let tls = world.client();
        let connect = |_| Caller::connect(proxy.address(), &tls);
        Self {
            name: row.name,
            what: row.what,
            timed: row.timed,
            grown: row.grown,
            one_of: row.one_of,
            ours: row.what.contains(".wasm") || row.what.contains("our plugins"),
            rounds: Vec::new(),
            used: Used::default(),
            asked: Vec::new(),
            agent,
            callers: (0..CONNECTIONS).map(connect).collect(),
            proxy,
            traffic: row.traffic,
            request: Vec::new(),
        }
    }

    /// Sends what makes it as fast as it gets.
    pub(crate) fn warm_up(&mut self, world: &World, scale: &Scale) {
        say(&format!("warming up: {}", self.what));
        self.send(
            world,
            (scale.warm_up / self.one_of).max(self.traffic.addresses()),
        );
    }

    /// One round: so many requests, and what the proxy used for them.
    pub(crate) fn round(&mut self, world: &World, requests: u32) {
        let requests = requests / self.one_of;
        self.send(world, requests / 8); // its data is in the processor's caches again
        let asked = self.agent.as_ref().map(Opa::used);
        let used = self.spent(world, requests);
        if let (Some(agent), Some(before)) = (&self.agent, asked) {
            let used = agent.used() - before;
            self.asked.push(micros(used.whole(), requests));
        }
        self.rounds.push(micros(used.whole(), requests));
        self.used += used;
    }

    /// What the proxy uses for so many requests.
    pub(crate) fn spent(&mut self, world: &World, requests: u32) -> Used {
        let before = Used::by(self.proxy.process());
        self.send(world, requests);
        Used::by(self.proxy.process()) - before
    }

    /// Whether a request for something else is denied: that what is asked does decide.
    ///
    /// # Panics
    /// When it is let through.
    pub(crate) fn refuses(&mut self, world: &World) {
        let _ = self.traffic.write_next(world.tokens(), &mut self.request);
        let text = String::from_utf8_lossy(&self.request).replace("/v1/orders/", "/v1/others/");
        for caller in &mut self.callers {
            caller.send(text.as_bytes());
            assert_eq!(caller.status(), 403, "{}: {}", self.name, self.proxy.log());
        }
    }

    /// Whether what it asks is measured too.
    pub(crate) const fn asks_an_agent(&self) -> bool {
        self.agent.is_some()
    }

    /// Sends requests, one on each connection at a time, and expects that each is permitted.
    fn send(&mut self, world: &World, requests: u32) {
        for _ in 0..requests.div_ceil(CONNECTIONS) {
            for caller in &mut self.callers {
                let expected = self.traffic.write_next(world.tokens(), &mut self.request);
                assert_eq!(expected, 200, "a row is of permits");
                caller.send(&self.request);
            }
            for caller in &mut self.callers {
                let status = caller.status();
                assert_eq!(status, 200, "{}: {}", self.name, self.proxy.log());
            }
        }
    }

    /// The whole cost of a request.
    #[must_use]
    pub(crate) fn whole(&self) -> Sample {
        Sample::of(self.rounds.iter().copied())
    }

    /// What a request costs more than in another lane.
    #[must_use]
    pub(crate) fn added(&self, base: &Self) -> Sample {
        Sample::of(self.above(base))
    }

    /// How often what it adds to a base goes into what another adds.
    #[must_use]
    pub(crate) fn ratio(&self, other: &Self, base: &Self) -> Sample {
        let pairs = self.above(base).zip(other.above(base));
        Sample::of(pairs.map(|(ours, theirs)| ours / theirs))
    }

    fn above(&self, base: &Self) -> impl Iterator<Item = f64> {
        self.rounds
            .iter()
            .zip(&base.rounds)
            .map(|(ours, base)| ours - base)
    }
}

/// Microseconds for each of so many requests.
#[allow(clippy::cast_precision_loss, reason = "nanoseconds of a round")]
#[must_use]
pub(crate) fn micros(nanoseconds: u64, requests: u32) -> f64 {
    nanoseconds as f64 / 1_000.0 / f64::from(requests)
}

/// Open connections of a lane; few, so that the proxy is never idle and nothing waits long.
const CONNECTIONS: u32 = 8;

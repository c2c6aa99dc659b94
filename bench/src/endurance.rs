//! Whether a proxy grows: its memory after millions of requests beside that after a tenth of them.
//!
//! Everything that could be kept for ever is sent: tokens that come again, tokens at first sight, a
//! million addresses, requests that are denied, and connections that are opened anew.

use std::{
    env,
    fmt::Write,
    thread,
    time::{Duration, Instant},
};

use crate::{
    account::resident,
    budget::{Outcome, exact, growth},
    caller::Caller,
    machine, page,
    plugin::plugin,
    proxy::{Proxy, Setup},
    row, say,
    traffic::Traffic,
    world::World,
};

/// What came of it.
pub(crate) struct Endurance {
    /// Requests sent, and megabytes of the proxy after them.
    points: Vec<(u32, f64)>,
    lasted: Duration,
}

impl Endurance {
    /// Sends five million requests to `gateway.wasm` with all policies, or as many as `REQUESTS` says.
    ///
    /// # Panics
    /// When one is not answered as it must be.
    #[must_use]
    pub(crate) fn new() -> Self {
        let asked = env::var("REQUESTS").ok().and_then(|text| text.parse().ok());
        let requests: u32 = asked.unwrap_or(5_000_000);
        say("making tokens");
        let world = World::new(TOKENS);
        let gateway = plugin("gateway", &row::all_policies(&world));
        let proxy = Setup::new(vec![gateway]).start(&world);
        let mut senders: Vec<Sender> = (0..CALLERS)
            .map(|number| Sender::new(number, &proxy, &world))
            .collect();
        let began = Instant::now();
        let mut points = Vec::new();
        for part in 1..=PARTS {
            thread::scope(|scope| {
                for sender in &mut senders {
                    let (proxy, world) = (&proxy, &world);
                    scope.spawn(move || sender.send(requests / PARTS / CALLERS, proxy, world));
                }
            });
            let sent = requests / PARTS * part;
            let megabytes = megabytes(&proxy);
            let rate = f64::from(sent) / began.elapsed().as_secs_f64();
            say(&format!(
                "{sent} of {requests} requests, {megabytes:.1} MB, {rate:.0} a second"
            ));
            points.push((sent, megabytes));
        }
        Self {
            points,
            lasted: began.elapsed(),
        }
    }

    /// How many megabytes the proxy has grown since a tenth of the requests, as a budget has it.
    ///
    /// # Panics
    /// When there is no such budget.
    #[must_use]
    pub(crate) fn outcome(&self) -> Outcome {
        let at = |point: Option<&(u32, f64)>| point.map_or(0.0, |(_, megabytes)| *megabytes);
        growth(exact(at(self.points.last()) - at(self.points.first())))
    }

    /// The part of docs/benchmarks.md.
    #[must_use]
    pub(crate) fn markdown(&self) -> String {
        let mut text = machine::described("BENCH=endurance make bench");
        text.push_str("\n| requests | memory of the process, MB |\n| ---: | ---: |\n");
        for (requests, megabytes) in &self.points {
            let _ = writeln!(text, "| {requests} | {megabytes:.1} |");
        }
        let minutes = self.lasted.as_secs_f64() / 60.0;
        let _ = writeln!(text, "\nIt took {minutes:.0} minutes.\n");
        text.push_str(&page::targets(&[self.outcome()]));
        text
    }
}

/// One thread that calls, with its connections.
struct Sender {
    callers: Vec<Caller>,
    traffic: Traffic,
    sent: u32,
    request: Vec<u8>,
}

impl Sender {
    fn new(number: u32, proxy: &Proxy, world: &World) -> Self {
        let tls = world.client();
        let connect = |_| Caller::connect(proxy.address(), &tls);
        Self {
            callers: (0..CONNECTIONS).map(connect).collect(),
            traffic: Traffic::mixed(number),
            sent: 0,
            request: Vec::new(),
        }
    }

    fn send(&mut self, requests: u32, proxy: &Proxy, world: &World) {
        let tls = world.client();
        for _ in 0..requests / CONNECTIONS {
            let mut expected = Vec::with_capacity(self.callers.len());
            for caller in &mut self.callers {
                if self.sent.is_multiple_of(RECONNECT) {
                    *caller = Caller::connect(proxy.address(), &tls);
                }
                self.sent = self.sent.wrapping_add(1);
                expected.push(self.traffic.write_next(world.tokens(), &mut self.request));
                caller.send(&self.request);
            }
            for (caller, expected) in self.callers.iter_mut().zip(expected) {
                assert_eq!(caller.status(), expected, "{}", proxy.log());
            }
        }
    }
}

#[allow(clippy::cast_precision_loss, reason = "megabytes")]
fn megabytes(proxy: &Proxy) -> f64 {
    resident(proxy.process()) as f64 / 1e6
}

/// Points of the table.
const PARTS: u32 = 10;
/// Threads that call: enough that the proxy always has something to do.
const CALLERS: u32 = 2;
/// Connections of each.
const CONNECTIONS: u32 = 8;
/// Requests of a thread between two connections that are opened anew; odd, so that it is each one's turn.
const RECONNECT: u32 = 1_001;
/// Different tokens.
const TOKENS: usize = 10_000;

//! The whole: a test moves the clock, has workers ask, and looks at who was admitted when.

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use std::time::Duration;

use policy::{Answer, Learnt};

use super::network::{Fate, Loss, Parcel, Sender};
use super::proxy::{Held, Limit, TIMEOUT, Worker};
use super::server::Server;
use super::shelf::Shelf;
use crate::Moment;
use crate::shared::rate::{Passage, Patience};
use crate::shared::ticket::{Said, Tickets};
use crate::table::Verdict;

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Became {
    Admitted,
    Limited,
    /// `on_error` decides.
    Missed,
}

pub(super) struct World {
    /// In nanoseconds.
    pub(super) time: u64,
    pub(super) limit: Limit,
    pub(super) server: Server,
    pub(super) shelves: Vec<Rc<Shelf>>,
    pub(super) workers: Vec<Worker>,
    /// What became of requests, with their keys, costs and the window of the service that they
    /// belong to.
    pub(super) record: Vec<(Became, u8, u32, i128)>,
    /// Fates of the calls to come; then all are quick.
    pub(super) fates: VecDeque<Fate>,
    pub(super) calls: u64,
    on_the_way: BTreeMap<(u64, u64), (Sender, Parcel)>,
    parcels: u64,
    lives: u32,
}

/// Where the clocks of the proxies stand: each has its own.
pub(super) const fn zero(proxy: usize) -> u64 {
    1_000_000_000_000 * (proxy as u64 + 1)
}

const DRIFT_PPM: [u64; 2] = [0, 450];

impl World {
    pub(super) fn new(limit: Limit, proxies: usize, workers: usize) -> Self {
        let shelves: Vec<Rc<Shelf>> = (0..proxies).map(|_| Rc::default()).collect();
        let mut world = Self {
            time: 0,
            limit,
            server: Server::ahead(1_764_000_000_123_456_789),
            shelves,
            workers: Vec::new(),
            record: Vec::new(),
            fates: VecDeque::new(),
            calls: 0,
            on_the_way: BTreeMap::new(),
            parcels: 0,
            lives: 0,
        };
        for worker in 0..proxies * workers {
            let worker = Worker::new(worker % proxies, 0, &world.shelves[worker % proxies]);
            world.workers.push(worker);
        }
        world.poll_all();
        world
    }

    /// Has a worker die, and another take its place.
    pub(super) fn replace(&mut self, worker: usize) {
        self.lives += 1;
        let proxy = self.workers[worker].proxy;
        self.workers[worker] = Worker::new(proxy, self.lives, &self.shelves[proxy]);
    }

    /// The clocks of the proxies run apart, and one as far as clocks do.
    pub(super) fn reading(&self, worker: usize) -> u64 {
        let proxy = self.workers[worker].proxy;
        let drift = self.time / 1_000_000 * DRIFT_PPM[proxy % DRIFT_PPM.len()];
        self.time + zero(proxy) + drift
    }

    /// Lets time pass, with all that arrives in it.
    pub(super) fn pass(&mut self, micros: u64) {
        let end = self.time + micros * 1_000;
        while let Some((&(at, number), _)) = self.on_the_way.first_key_value() {
            if at > end {
                break;
            }
            let (sender, parcel) = self.on_the_way.remove(&(at, number)).unwrap();
            self.time = self.time.max(at);
            self.arrive(sender, parcel);
            self.poll_all();
        }
        self.time = end;
        self.poll_all();
    }

    /// A request of a key at a worker.
    pub(super) fn request(&mut self, worker: usize, key: u8, cost: u32) {
        self.decide(worker, key, cost, Learnt::default());
        self.poll(worker);
    }

    fn decide(&mut self, worker: usize, key: u8, cost: u32, learnt: Learnt) {
        let reading = self.reading(worker);
        let limit = self.limit.clone();
        let waiting = (&learnt, Patience::Some);
        let passage = self.workers[worker].ask(&limit, (key, cost), waiting, reading);
        let window = self.server.window(self.time, limit.rate.unit.seconds());
        match passage {
            Passage::Waits(_) => {
                let ticket = Tickets::find(&learnt, &limit.name).unwrap();
                self.workers[worker].held.push(Held {
                    key,
                    cost,
                    learnt,
                    ticket,
                    counted: None,
                });
            }
            Passage::Told(Verdict::Admitted(_)) => {
                self.record.push((Became::Admitted, key, cost, window));
            }
            Passage::Told(_) => self.record.push((Became::Limited, key, cost, window)),
            Passage::Unavailable => self.record.push((Became::Missed, key, cost, window)),
        }
    }

    /// What the host layer does at once and on each tick.
    pub(super) fn poll(&mut self, worker: usize) {
        let reading = self.reading(worker);
        let now = Moment::from_reading(Duration::from_nanos(reading)).unwrap();
        let nonce = 1 + u64::from(self.lives) * 1_000 + worker as u64;
        loop {
            let random = || Some(nonce << 32);
            let next = self.workers[worker].shared.service.next(now, &random);
            let Some(call) = next else { break };
            self.calls += 1;
            let sender = Sender {
                worker,
                life: self.workers[worker].life,
                ticket: call.ticket,
                call: self.calls,
            };
            let fate = self.fates.pop_front().unwrap_or(Fate::quick());
            let body = call.body;
            let there = self.time + fate.there * 1_000;
            let timeout = self.time + u64::try_from(TIMEOUT.as_nanos()).unwrap();
            match fate.loss {
                Loss::Silent => {}
                Loss::Call => self.send(timeout, sender, Parcel::Answer { body: None }),
                Loss::None | Loss::Answer => self.send(there, sender, Parcel::Call { body, fate }),
            }
        }
        self.settle_held(worker);
    }

    pub(super) fn poll_all(&mut self) {
        for worker in 0..self.workers.len() {
            self.poll(worker);
        }
    }

    /// Decides again what has waited long enough.
    fn settle_held(&mut self, worker: usize) {
        let now = Duration::from_nanos(self.reading(worker));
        let held = std::mem::take(&mut self.workers[worker].held);
        for held in held {
            let said = held.ticket.said();
            if said.is_none() && now < held.ticket.deadline {
                self.workers[worker].held.push(held);
                continue;
            }
            let before = self.record.len();
            self.decide(worker, held.key, held.cost, held.learnt);
            assert_eq!(self.record.len(), before + 1, "it waits once");
            // what the service has let pass is of the window in which it was counted
            if let (Some(Said::Room { .. }), Some(window)) = (said, held.counted) {
                self.record[before].3 = window;
            }
        }
    }

    fn send(&mut self, at: u64, sender: Sender, parcel: Parcel) {
        self.parcels += 1;
        let key = (at.max(self.time), self.parcels);
        self.on_the_way.insert(key, (sender, parcel));
    }

    fn arrive(&mut self, sender: Sender, parcel: Parcel) {
        match parcel {
            Parcel::Call { body, fate } => {
                let later = self.time + fate.within * 1_000;
                let answer = self.server.answer(sender.call, &body, self.time, later);
                let back = later + fate.back * 1_000;
                let body = (fate.loss == Loss::None).then_some(answer);
                self.send(back, sender, Parcel::Answer { body });
            }
            Parcel::Answer { body } => {
                let Some(worker) = self.workers.get(sender.worker) else {
                    return;
                };
                if worker.life != sender.life {
                    return; // whom it was for is dead
                }
                let answer = body.map_or(Answer::NoResponse, |body| Answer::Response {
                    status: 200,
                    content_type: None,
                    grpc_status: Some(if body.is_empty() { 2 } else { 0 }),
                    body,
                });
                let now = Duration::from_nanos(self.reading(sender.worker));
                let now = Moment::from_reading(now).unwrap();
                let service = Rc::clone(&self.workers[sender.worker].shared.service);
                let _ = service.came(now, sender.ticket, answer);
                let counted = self
                    .server
                    .counted
                    .get(&sender.call)
                    .and_then(|all| all.first());
                for held in &mut self.workers[sender.worker].held {
                    if held.ticket.said().is_some() && held.counted.is_none() {
                        held.counted = counted.copied();
                    }
                }
            }
        }
    }

    /// How many microseconds the service's window of so many seconds lasts from now on.
    pub(super) fn until_window_end(&self, seconds: u64) -> u64 {
        let end = self.server.window(self.time, seconds) + i128::from(seconds);
        let left = end * 1_000_000_000 - self.server.ahead - i128::from(self.time);
        u64::try_from(left.max(0)).unwrap().div_ceil(1_000)
    }

    /// How many became what.
    pub(super) fn count(&self, wanted: Became) -> usize {
        self.record
            .iter()
            .filter(|(became, ..)| *became == wanted)
            .count()
    }

    /// The first window in which more was admitted of a key than the limit.
    pub(super) fn over_limit(&self) -> Option<String> {
        let most = u64::from(self.limit.rate.requests);
        let mut spent: BTreeMap<(u8, i128), u64> = BTreeMap::new();
        for (became, key, cost, window) in &self.record {
            if *became == Became::Admitted {
                *spent.entry((*key, *window)).or_default() += u64::from(*cost);
            }
        }
        let over = |(key, window): &(u8, i128), spent: u64| {
            (spent > most).then(|| format!("key {key}, window {window}: {spent} of {most}"))
        };
        spent.iter().find_map(|(at, spent)| over(at, *spent))
    }
}

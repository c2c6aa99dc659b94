//! The service as one worker asks it: what is to be asked, what is on its way, and what came of it.
//!
//! Questions are gathered into few calls. Nothing here waits, and nothing grows: so many questions,
//! so many calls; what finds no room is answered with nothing at once.

mod ask;
mod flight;

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use policy::Answer;

use super::clock::ServiceClock;
use super::fault::ServiceFault;
use super::health::Health;
use super::lease::Refill;
use super::ticket::{Said, Ticket};
use super::wire::{RateLimitRequest, Unit, framed};
use crate::table::Unusable;
use crate::tallies::{add, count};
use crate::{Moment, Tallies};
pub(super) use ask::{Ask, Purpose, Subject};
use flight::Flight;

/// Where the service is and how long it may take.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// The proxy's cluster that leads there.
    pub(crate) cluster: Rc<str>,
    /// Whose limits these are.
    pub(crate) domain: Rc<str>,
    /// The longest that a call takes, and that a request is held.
    pub(crate) timeout: Duration,
}

/// One worker's side of the service.
#[derive(Debug)]
pub(crate) struct Service {
    pub(super) settings: Settings,
    state: RefCell<State>,
    tallies: Rc<Tallies>,
}

#[derive(Debug, Default)]
struct State {
    queue: VecDeque<Ask>,
    flights: Vec<Flight>,
    clock: ServiceClock,
    health: Health,
    /// A number that no other worker has, once it is known; then counted up.
    nonce: Option<u64>,
    ticket: u64,
}

/// A call to be carried out: its number, and the body.
#[derive(Debug)]
pub(super) struct Outgoing {
    pub(super) ticket: u64,
    pub(super) body: Vec<u8>,
}

/// The most questions that wait to be asked, and with them the most requests that do.
const MAX_QUEUE: usize = 256;

/// The most questions of one call.
const MAX_ASKS: usize = 64;

/// The most calls on their way.
const MAX_FLIGHTS: usize = 4;

/// The shortest lease that is worth a call, in nanoseconds.
const LEAST_LEASE: u64 = 2_000_000;

/// How long an answer may come behind its time before whoever asked is taken to have died.
const GRACE: Duration = Duration::from_millis(500);

/// How long a batch should last, at least and at most, in nanoseconds.
const PACE: (u64, u64) = (50_000_000, 1_000_000_000);

/// The share of a window that a batch should last.
const PACES: u64 = 4;

impl Service {
    pub(crate) fn new(settings: Settings, tallies: Rc<Tallies>) -> Self {
        Self {
            settings,
            state: RefCell::default(),
            tallies,
        }
    }

    /// How more of a lease would be asked for; `None` where it would be for nothing: the service
    /// fails, or it is not known surely enough when its window ends.
    pub(super) fn refill(
        &self,
        now: Moment,
        (requests, unit): (u32, Unit),
        batch: u32,
    ) -> Option<Refill> {
        let mut state = self.state.borrow_mut();
        if !state.health.is_open(now) || state.queue.len() >= MAX_QUEUE {
            return None;
        }
        let lasts = state.clock.window(now, now, unit)?.lasts;
        if lasts <= now.after(LEAST_LEASE) {
            return None;
        }
        let nonce = state.nonce?.wrapping_add(1).max(1);
        state.nonce = Some(nonce);
        let longest = self.settings.timeout.saturating_add(GRACE);
        let longest = u64::try_from(longest.as_nanos()).unwrap_or(u64::MAX);
        let window = unit.seconds().saturating_mul(1_000_000_000);
        Some(Refill {
            requests,
            batch,
            pace: (window / PACES).clamp(PACE.0, PACE.1),
            nonce,
            until: now.after(longest),
            window,
            lasts,
        })
    }

    /// Puts a question in the queue; `false` where there is no room, or no use.
    pub(super) fn ask(&self, ask: Ask, now: Moment) -> bool {
        let mut state = self.state.borrow_mut();
        let room = state.queue.len() < MAX_QUEUE && state.health.is_open(now);
        if room {
            if let Purpose::Refill(_) = ask.purpose {
                count(&self.tallies.lease_refills);
            }
            state.queue.push_back(ask);
        }
        room
    }

    /// A request was not answered: `on_error` decides.
    pub(crate) fn missed(&self) {
        count(&self.tallies.service_missed);
    }

    /// Whether there is something to be asked now.
    pub(super) fn is_asking(&self) -> bool {
        let state = self.state.borrow();
        !state.queue.is_empty() && state.flights.len() < state.most_flights()
    }

    /// The next call, if there is one to be made.
    pub(super) fn next(&self, now: Moment, random: &dyn Fn() -> Option<u64>) -> Option<Outgoing> {
        let mut state = self.state.borrow_mut();
        if state.nonce.is_none() {
            state.nonce = random();
        }
        // A flight that nobody told the end of.
        let overdue = |flight: &mut Flight| flight.until <= now;
        let dead: Vec<Flight> = state.flights.extract_if(.., overdue).collect();
        for flight in dead {
            state.health.failed(now);
            count(&self.tallies.service_faults);
            flight
                .asks
                .iter()
                .for_each(|ask| ask.fail(now, &self.tallies));
        }
        state.queue.retain(Ask::is_wanted);
        if !state.health.is_open(now) {
            let queue = std::mem::take(&mut state.queue);
            self.fail(&queue, now);
        }
        if state.queue.is_empty() || state.flights.len() >= state.most_flights() {
            return None;
        }
        let most = state.queue.len().min(MAX_ASKS);
        let asks: Vec<Ask> = state.queue.drain(..most).collect();
        count(&self.tallies.service_calls);
        add(&self.tallies.service_asks, asks.len());
        let mut descriptors: Vec<_> = asks.iter().map(Ask::descriptor).collect();
        descriptors.push(ask::clock());
        let request = RateLimitRequest {
            domain: &self.settings.domain,
            descriptors: &descriptors,
        };
        state.ticket = state.ticket.wrapping_add(1);
        let ticket = state.ticket;
        let longest = self.settings.timeout.saturating_add(GRACE);
        let longest = u64::try_from(longest.as_nanos()).unwrap_or(u64::MAX);
        state.flights.push(Flight {
            ticket,
            sent: now,
            until: now.after(longest),
            asks,
        });
        Some(Outgoing {
            ticket,
            body: framed(&request.encode()),
        })
    }

    /// Takes what came of a call, and brings it to whoever asked.
    ///
    /// # Errors
    /// The call failed, or what it said about some limit could not be believed.
    pub(super) fn came(
        &self,
        now: Moment,
        ticket: u64,
        answer: Answer,
    ) -> Result<(), ServiceFault> {
        let mut state = self.state.borrow_mut();
        let at = state.flights.iter().position(|one| one.ticket == ticket);
        let Some(at) = at else {
            return Ok(()); // given up already
        };
        let flight = state.flights.swap_remove(at);
        let outcome = flight.read(answer);
        if let Ok(answers) = &outcome {
            state.health.answered();
            if let Some(left) = answers.day_lasts {
                state.clock.learn(flight.sent, now, left);
            }
        } else {
            state.health.failed(now);
            count(&self.tallies.service_faults);
        }
        let clock = state.clock;
        drop(state);
        let mut fault = None;
        match outcome {
            Err(failed) => {
                flight
                    .asks
                    .iter()
                    .for_each(|ask| ask.fail(now, &self.tallies));
                fault = Some(failed);
            }
            Ok(answers) => {
                for (ask, status) in flight.asks.iter().zip(&answers.statuses) {
                    let done = ask.settle(status, &clock, (flight.sent, now), &self.tallies);
                    fault = fault.or(done.err());
                }
            }
        }
        fault.map_or(Ok(()), Err)
    }
}

impl Service {
    /// Nothing has come of these questions.
    fn fail<'a>(&self, asks: impl IntoIterator<Item = &'a Ask>, now: Moment) {
        for ask in asks {
            ask.fail(now, &self.tallies);
        }
    }
}

impl State {
    const fn most_flights(&self) -> usize {
        if self.health.is_on_probation() {
            1
        } else {
            MAX_FLIGHTS
        }
    }
}

//! Decisions that have to wait: a request is held, and decided again when there is something new.

use std::rc::Rc;
use std::time::Duration;

use policy::{Decision, Engine, Learnt, Wait};

use super::{Ruling, Verdict, Worker};
use crate::beside::Beside;
use crate::errands::Announced;
use crate::evidence::Evidence;
use crate::host::{abi, callouts};
use crate::parking::{Held, Later, MAX_ROUNDS};

/// Decides a request, or holds it.
pub(super) fn decide_or_hold(
    engine: &Engine,
    beside: &dyn Beside,
    evidence: &Evidence,
    stream: u32,
) -> Result<Decision, Rc<Later>> {
    let learnt = engine.learnt();
    let mut rounds = 0;
    let tried = decide_now(engine, beside, evidence, stream, &learnt, &mut rounds);
    tried.map_err(|(wait, now)| {
        let held = Held::new(stream, learnt, wait, rounds, now);
        let later = Rc::clone(&held.later);
        beside.hold(held);
        later
    })
}

impl Worker {
    /// Decides a request that was held: for good where its time is up, or where there is no telling.
    pub(crate) fn resume(&self, beside: &dyn Beside, held: Held, now: Option<Duration>) {
        let Ruling::Engine(engine, ..) = &self.ruling else {
            return; // it holds nobody
        };
        if callouts::speak_for(held.stream).is_err() {
            return; // the request is gone
        }
        let evidence = Evidence::default();
        let mut rounds = held.rounds;
        if now.is_none_or(|now| now >= held.until) {
            rounds = MAX_ROUNDS;
        }
        let (stream, learnt) = (held.stream, &held.learnt);
        match decide_now(engine, beside, &evidence, stream, learnt, &mut rounds) {
            Ok(decision) => self.let_go(&held, decision, &evidence),
            Err((wait, now)) => beside.hold(held.again(wait, rounds, now)),
        }
    }

    fn let_go(&self, held: &Held, decision: Decision, evidence: &Evidence) {
        let Verdict::Passed(response) = self.carry_out(decision, evidence) else {
            return;
        };
        held.later.tell(response);
        if let Err(error) = callouts::continue_request() {
            log::error!("{}: a request does not go on: {error}", self.plugin);
            let _ = abi::close_stream();
        }
    }

    /// A tick.
    pub(crate) fn tick(&self) {
        if let Some(beside) = &self.beside {
            beside.tick(self);
            self.show_numbers();
        }
    }

    /// Polls errands for a request that begins to wait.
    pub(crate) fn poll(&self) {
        if let Some(beside) = &self.beside {
            beside.poll();
        }
    }

    /// The answer of a call.
    pub(crate) fn answered(&self, number: u32, announced: Announced) {
        if let Some(beside) = &self.beside {
            beside.answered(self, number, announced);
            self.show_numbers();
        }
    }

    /// Nothing more is done beside requests, and nobody is held.
    pub(crate) fn end(&self) {
        if let Some(beside) = &self.beside {
            beside.end(self);
        }
    }

    /// A request is gone.
    pub(crate) fn leave(&self, stream: u32) {
        if let Some(beside) = &self.beside {
            beside.leave(stream);
        }
    }
}

/// Decides as often as what has to be waited for is over at once; what it is, and since when, where it
/// is not.
fn decide_now(
    engine: &Engine,
    beside: &dyn Beside,
    evidence: &Evidence,
    stream: u32,
    learnt: &Learnt,
    rounds: &mut u8,
) -> Result<Decision, (Rc<dyn Wait>, Duration)> {
    while *rounds < MAX_ROUNDS && beside.has_room() {
        let wait = match engine.try_decide(evidence, learnt) {
            Ok(decision) => return Ok(decision),
            Err(wait) => wait,
        };
        *rounds = rounds.saturating_add(1);
        match beside.poll_for(stream) {
            Ok(now) if wait.is_over(now) => {}
            Ok(now) => return Err((wait, now)),
            Err(error) => {
                log::error!("a request is not held: {error}");
                break;
            }
        }
    }
    Ok(engine.decide_at_last(evidence, learnt))
}

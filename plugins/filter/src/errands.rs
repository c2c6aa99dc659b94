//! The policies' errands: polled, their calls sent, what came of them brought back.
//!
//! Calls are sent for the root context alone: one that a request sends dies with the request.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use policy::{Answer, Call, Errand};

use crate::host::callouts::{self, Part};
use crate::host::{HostError, abi};

/// All errands of a configuration, in one worker.
pub(crate) struct Errands {
    errands: Vec<(Rc<dyn Errand>, Cell<Store>)>,
    /// Calls under way, by the proxy's number.
    calls: RefCell<BTreeMap<u32, Under>>,
}

/// A call that is under way.
struct Under {
    errand: Rc<dyn Errand>,
    ticket: u64,
    /// By then the proxy has answered, or never will.
    until: Duration,
}

/// How the shared store did by an errand at the last poll.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Store {
    Works,
    Fails,
}

/// The sizes of an answer, as the proxy announces them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Announced {
    pub(crate) headers: usize,
    pub(crate) body: usize,
    pub(crate) trailers: usize,
}

/// How many calls may be under way in one worker; a further one is not sent.
const MAX_CALLS: usize = 2_048;

/// How many calls one errand may ask for in one poll, and how often one call may lead to another.
const MAX_AT_ONCE: usize = 512;

/// How much later than its time-out the proxy may tell the end of a call.
const GRACE: Duration = Duration::from_secs(5);

impl Errands {
    pub(crate) fn new(errands: Vec<Rc<dyn Errand>>) -> Self {
        let works = |errand| (errand, Cell::new(Store::Works));
        Self {
            errands: errands.into_iter().map(works).collect(),
            calls: RefCell::default(),
        }
    }

    /// Lets each see what other workers have left for it, and ask nobody: without a number none can.
    pub(crate) fn look(&self, now: Duration) {
        for (errand, _) in &self.errands {
            // The next poll finds the same again, and tells of it.
            let _ = errand.poll(now, &|| None);
        }
    }

    /// Asks each what is to be done. One that fails leaves the others alone.
    pub(crate) fn poll(&self, now: Duration) {
        for (errand, store) in &self.errands {
            let mut state = Store::Works;
            for _ in 0..MAX_AT_ONCE {
                match errand.poll(now, &random) {
                    Ok(None) => break,
                    Ok(Some(call)) => self.send(errand, call, now),
                    Err(error) => {
                        if store.get() == Store::Works {
                            log::error!("{}: {error}", errand.name()); // once, not with each tick
                        }
                        state = Store::Fails;
                        break;
                    }
                }
            }
            store.set(state);
        }
    }

    /// Whether one has something to ask for which the next tick would be late.
    pub(crate) fn is_urgent(&self) -> bool {
        self.errands.iter().any(|(errand, _)| errand.is_urgent())
    }

    /// What came of the call of this number.
    pub(crate) fn answered(&self, number: u32, announced: Announced, now: Duration) {
        let Some(under) = self.calls.borrow_mut().remove(&number) else {
            return; // given up
        };
        let answer = answer(announced).unwrap_or_else(|error| {
            log::error!("{}: {error}", under.errand.name());
            Answer::NoResponse
        });
        if let Some(call) = bring(&under.errand, under.ticket, answer, now) {
            self.send(&under.errand, call, now);
        }
    }

    /// Sends a call, and what a call that cannot be sent leads to.
    fn send(&self, errand: &Rc<dyn Errand>, call: Call, now: Duration) {
        let mut call = call;
        for _ in 0..MAX_AT_ONCE {
            let sent = if self.has_room(now) {
                callouts::http_call(&call)
            } else {
                Err(Answer::NotSent)
            };
            let answer = match sent {
                Ok(number) => {
                    let under = Under {
                        errand: Rc::clone(errand),
                        ticket: call.ticket,
                        until: now.saturating_add(call.timeout).saturating_add(GRACE),
                    };
                    self.calls.borrow_mut().insert(number, under);
                    return;
                }
                Err(answer) => answer,
            };
            match bring(errand, call.ticket, answer, now) {
                Some(next) => call = next,
                None => return,
            }
        }
    }

    fn has_room(&self, now: Duration) -> bool {
        let mut calls = self.calls.borrow_mut();
        if calls.len() >= MAX_CALLS {
            calls.retain(|_, under| now < under.until);
        }
        calls.len() < MAX_CALLS
    }
}

/// Brings an answer; the call that it leads to.
fn bring(errand: &Rc<dyn Errand>, ticket: u64, answer: Answer, now: Duration) -> Option<Call> {
    errand
        .answered(now, ticket, answer)
        .unwrap_or_else(|fault| {
            log::warn!("{}: {fault}", errand.name());
            None
        })
}

/// A number that no other worker has.
fn random() -> Option<u64> {
    let bytes = abi::random().ok()?;
    bytes.first_chunk().map(|bytes| u64::from_le_bytes(*bytes))
}

/// The answer that the proxy is calling about. Without headers there was none.
fn answer(announced: Announced) -> Result<Answer, HostError> {
    if announced.headers == 0 {
        return Ok(Answer::NoResponse);
    }
    let header = |name| callouts::answer_header(Part::Headers, name);
    let grpc_status = if announced.trailers == 0 {
        header("grpc-status")?
    } else {
        callouts::answer_header(Part::Trailers, "grpc-status")?
    };
    let most = announced.body.min(Answer::MAX_BODY.saturating_add(1));
    Ok(Answer::Response {
        status: number(header(":status")?).unwrap_or(0),
        content_type: header("content-type")?,
        body: match most {
            0 => Vec::new(),
            _ => callouts::answer_body(most)?.unwrap_or_default(),
        },
        grpc_status: number(grpc_status),
    })
}

fn number<T: std::str::FromStr>(digits: Option<Vec<u8>>) -> Option<T> {
    std::str::from_utf8(&digits?).ok()?.parse().ok()
}

impl std::fmt::Debug for Errands {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Errands({})", self.errands.len())
    }
}

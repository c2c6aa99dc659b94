//! What a worker does beside its requests: errands with each tick, and requests that are held until
//! one of them is back.
//!
//! Only plugins whose policies run errands link it: [`Seams::run_errands`](crate::Seams::run_errands)
//! alone names [`Attendant`], and all others see it as a [`Beside`].

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use policy::Errand;

use crate::errands::{Announced, Errands};
use crate::host::{HostError, abi, callouts};
use crate::parking::{Held, Parking};
use crate::worker::Worker;

/// The work beside requests, of one configuration in one worker.
pub(crate) trait Beside: std::fmt::Debug {
    /// Whether one more request could be held.
    fn has_room(&self) -> bool;

    /// Polls all errands because this request begins to wait; the time after that.
    ///
    /// # Errors
    /// A host call failed. The calls that follow are about the request again, unless that failed too.
    fn poll_for(&self, stream: u32) -> Result<Duration, HostError>;

    /// Polls all errands, in a callback of the root context.
    fn poll(&self);

    /// Polls all errands after a request, where one has something urgent to ask.
    fn see_to_urgent(&self, stream: u32);

    /// Holds a request.
    fn hold(&self, held: Held);

    /// A request is gone.
    fn leave(&self, stream: u32);

    /// A tick: polls, and decides the requests that have waited enough.
    fn tick(&self, worker: &Worker);

    /// Takes the answer of the call of this number, and decides the requests that waited for it.
    fn answered(&self, worker: &Worker, number: u32, announced: Announced);

    /// Ends: every request that is held is decided as it stands, and there are no more ticks.
    fn end(&self, worker: &Worker);
}

/// What begins the work for a root context; it fails where the proxy gives no ticks.
pub(crate) type Begin = fn(u32, Vec<Rc<dyn Errand>>) -> Result<Box<dyn Beside>, HostError>;

/// [`Beside`] as it is.
#[derive(Debug)]
pub(crate) struct Attendant {
    root: u32,
    errands: Errands,
    parking: Parking,
    period: Cell<Duration>,
    stage: Cell<Stage>,
}

/// Whose callback is running, and whether there will be another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Request,
    Root,
    Over,
}

/// How often errands are polled.
const SLOW: Duration = Duration::from_millis(250);

/// The same while a request is held: another worker may have the answer.
const FAST: Duration = Duration::from_millis(10);

impl Attendant {
    /// Begins, with a first tick that comes soon.
    pub(crate) fn begin(
        root: u32,
        errands: Vec<Rc<dyn Errand>>,
    ) -> Result<Box<dyn Beside>, HostError> {
        callouts::tick_every(FAST)?;
        let errands = Errands::new(errands);
        // Under a new document the first request needs the keys that are there, and may come before the
        // first tick.
        if let Some(now) = now() {
            errands.look(now);
        }
        Ok(Box::new(Self {
            root,
            errands,
            parking: Parking::default(),
            period: Cell::new(FAST),
            stage: Cell::new(Stage::Request),
        }))
    }

    /// Does something in a callback of the root, and then decides who has waited enough.
    fn in_root(&self, worker: &Worker, work: impl FnOnce(Duration)) {
        self.stage.set(Stage::Root);
        let now = now();
        if let Some(now) = now {
            work(now);
        }
        // Without a clock nobody's time could be told, so that nobody is held.
        let ready = now.map_or_else(|| self.parking.all(), |now| self.parking.ready(now));
        for held in ready {
            worker.resume(self, held, now);
        }
        self.about_root(|| {
            if self.errands.is_urgent() {
                self.poll();
            }
            self.pace();
        });
        self.stage.set(Stage::Request);
    }

    fn about_root(&self, work: impl FnOnce()) {
        match callouts::speak_for(self.root) {
            Ok(()) => work(),
            Err(error) => log::error!("not about the root: {error}"),
        }
    }

    /// Ticks as often as there is need.
    fn pace(&self) {
        let period = if self.parking.is_empty() { SLOW } else { FAST };
        if self.period.get() != period {
            match callouts::tick_every(period) {
                Ok(()) => self.period.set(period),
                Err(error) => log::error!("the pace of ticks not changed: {error}"),
            }
        }
    }
}

impl Beside for Attendant {
    fn has_room(&self) -> bool {
        self.stage.get() != Stage::Over && self.parking.has_room()
    }

    fn poll_for(&self, stream: u32) -> Result<Duration, HostError> {
        let about_root = callouts::speak_for(self.root);
        if about_root.is_ok() {
            match self.stage.get() {
                Stage::Request => callouts::enter_root(self.root),
                Stage::Root => self.poll(),
                Stage::Over => {}
            }
        }
        callouts::speak_for(stream)?;
        about_root?;
        abi::monotonic()
    }

    fn poll(&self) {
        if let Some(now) = now() {
            self.errands.poll(now);
        }
    }

    fn see_to_urgent(&self, stream: u32) {
        if self.errands.is_urgent()
            && let Err(error) = self.poll_for(stream)
        {
            log::error!("errands are not run: {error}");
        }
    }

    fn hold(&self, held: Held) {
        let stream = held.stream;
        self.parking.hold(held);
        if self.stage.get() == Stage::Request {
            self.about_root(|| self.pace());
            if let Err(error) = callouts::speak_for(stream) {
                log::error!("not about the request: {error}");
            }
        }
    }

    fn leave(&self, stream: u32) {
        self.parking.leave(stream);
    }

    fn tick(&self, worker: &Worker) {
        self.in_root(worker, |now| self.errands.poll(now));
    }

    fn answered(&self, worker: &Worker, number: u32, announced: Announced) {
        self.in_root(worker, |now| self.errands.answered(number, announced, now));
    }

    fn end(&self, worker: &Worker) {
        self.stage.set(Stage::Over);
        for held in self.parking.all() {
            worker.resume(self, held, None);
        }
        self.about_root(|| {
            if let Err(error) = callouts::tick_every(Duration::ZERO) {
                log::error!("ticks not ended: {error}");
            }
        });
    }
}

fn now() -> Option<Duration> {
    abi::monotonic()
        .inspect_err(|error| log::error!("errands are not run: {error}"))
        .ok()
}

//! Requests that are held until an answer is there, in one worker.
//!
//! Each is held until what it waits for is over or its time is up, whichever comes first; and their
//! number is bounded, so that nobody can fill a worker with them.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use policy::{HeaderChange, Learnt, Wait};

/// How many are held in one worker. A request more is decided at once.
pub(crate) const MAX_HELD: usize = 512;

/// The longest that one is held in all, whatever it waits for.
pub(crate) const MAX_WAIT: Duration = Duration::from_secs(15);

/// How often one request may begin to wait. Who waits for more is decided as it stands.
pub(crate) const MAX_ROUNDS: u8 = 8;

/// A request that is held.
pub(crate) struct Held {
    pub(crate) stream: u32,
    /// What was learnt about it so far.
    pub(crate) learnt: Learnt,
    pub(crate) wait: Rc<dyn Wait>,
    /// When it is decided, come what may.
    pub(crate) until: Duration,
    /// When it would have been held for as long as any may.
    pub(crate) end: Duration,
    /// How often it has waited.
    pub(crate) rounds: u8,
    pub(crate) later: Rc<Later>,
}

/// What becomes of the response of a request that was held, once that is known.
#[derive(Debug, Default)]
pub(crate) struct Later(RefCell<Vec<HeaderChange>>);

impl Later {
    pub(crate) fn tell(&self, changes: Vec<HeaderChange>) {
        self.0.replace(changes);
    }

    /// The changes, which are told once.
    pub(crate) fn take(&self) -> Vec<HeaderChange> {
        self.0.take()
    }
}

impl Held {
    pub(crate) fn new(
        stream: u32,
        learnt: Learnt,
        wait: Rc<dyn Wait>,
        rounds: u8,
        now: Duration,
    ) -> Self {
        let end = now.saturating_add(MAX_WAIT);
        Self {
            stream,
            learnt,
            until: end.min(now.saturating_add(wait.longest())),
            wait,
            end,
            rounds,
            later: Rc::default(),
        }
    }

    /// The same, for something else to wait for.
    pub(crate) fn again(self, wait: Rc<dyn Wait>, rounds: u8, now: Duration) -> Self {
        Self {
            until: self.end.min(now.saturating_add(wait.longest())),
            wait,
            rounds,
            ..self
        }
    }

    fn is_ready(&self, now: Duration) -> bool {
        now >= self.until || self.wait.is_over(now)
    }
}

/// The requests that are held.
#[derive(Default)]
pub(crate) struct Parking(RefCell<Vec<Held>>);

impl Parking {
    pub(crate) fn has_room(&self) -> bool {
        self.0.borrow().len() < MAX_HELD
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.borrow().is_empty()
    }

    pub(crate) fn hold(&self, held: Held) {
        self.0.borrow_mut().push(held);
    }

    /// Takes out those that are held no longer, in the order in which they came.
    pub(crate) fn ready(&self, now: Duration) -> Vec<Held> {
        self.0
            .borrow_mut()
            .extract_if(.., |held| held.is_ready(now))
            .collect()
    }

    /// Takes out all.
    pub(crate) fn all(&self) -> Vec<Held> {
        self.0.take()
    }

    /// A request is gone.
    pub(crate) fn leave(&self, stream: u32) {
        self.0.borrow_mut().retain(|held| held.stream != stream);
    }
}

impl std::fmt::Debug for Parking {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Parking({})", self.0.borrow().len())
    }
}

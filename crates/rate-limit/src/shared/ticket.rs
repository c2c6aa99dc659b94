//! A ticket: one request's own question to the service, and what came of it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use policy::Learnt;

/// What a service says to one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// There was room, and so much is left.
    Room { remaining: u32 },
    /// There was none; more comes after so long.
    Over { more: Duration },
    /// Nothing that can be believed.
    Nothing,
}

/// The question of one request about one limit.
#[derive(Debug)]
pub(super) struct Ticket {
    said: Cell<Option<Said>>,
    /// When the request has waited long enough, by the monotonic clock.
    pub(super) deadline: Duration,
}

impl Ticket {
    pub(super) const fn new(deadline: Duration) -> Self {
        Self {
            said: Cell::new(None),
            deadline,
        }
    }

    pub(super) fn answer(&self, said: Said) {
        self.said.set(Some(said));
    }

    pub(super) const fn said(&self) -> Option<Said> {
        self.said.get()
    }
}

/// The tickets of one request, by limit; they stay with it while it waits.
#[derive(Debug, Default)]
pub(super) struct Tickets(RefCell<Vec<(Rc<str>, Rc<Ticket>)>>);

impl Tickets {
    /// The ticket of this request about the limit of this name.
    pub(super) fn find(learnt: &Learnt, limit: &str) -> Option<Rc<Ticket>> {
        let tickets = learnt.find::<Self>()?;
        let tickets = tickets.0.borrow();
        let mut tickets = tickets.iter();
        let found = tickets.find(|(name, _)| **name == *limit);
        found.map(|(_, ticket)| Rc::clone(ticket))
    }

    pub(super) fn keep(learnt: &Learnt, limit: &Rc<str>, ticket: &Rc<Ticket>) {
        let tickets = learnt.find::<Self>().unwrap_or_else(|| {
            let fresh = Rc::new(Self::default());
            learnt.put(Rc::clone(&fresh));
            fresh
        });
        let kept = (Rc::clone(limit), Rc::clone(ticket));
        tickets.0.borrow_mut().push(kept);
    }
}

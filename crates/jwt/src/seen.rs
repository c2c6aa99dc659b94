//! What the tokens of one request were found to be, so that each is verified once.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use policy::{Learnt, Reason, Wait};

use crate::budgets::Spent;
use crate::carriers::Carriers;
use crate::claims::Claims;

/// What became of one provider's token in one request.
#[derive(Clone)]
pub(crate) enum Verdict {
    /// The request carries none.
    Absent,
    /// Verified.
    Good(Rc<Claims>),
    /// Not taken.
    Bad(Reason),
    /// Not looked at.
    Spent(Spent),
    /// Its key may be on its way: not to be told before the wait is over.
    Coming(Rc<dyn Wait>),
    /// There are no keys to tell by, and may be some after that time.
    NoKeys(Duration),
}

impl Verdict {
    /// Whether it stays what it is, however long the request waits for something.
    pub(crate) const fn is_final(&self) -> bool {
        !matches!(self, Self::Coming(_) | Self::NoKeys(_))
    }
}

/// One provider's verdict, and the carriers its token was found in.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) provider: usize,
    pub(crate) carriers: Carriers,
    pub(crate) verdict: Verdict,
}

/// The verdicts of one request, by provider. It lives in [`Learnt`].
#[derive(Default)]
pub(crate) struct Seen {
    /// The first is kept without an allocation: most requests carry one token.
    first: RefCell<Option<Entry>>,
    more: RefCell<Vec<Entry>>,
    /// A bad token of this request was counted.
    counted: Cell<bool>,
}

impl Seen {
    /// The verdicts of this request so far.
    pub(crate) fn of(learnt: &Learnt) -> Rc<Self> {
        learnt.find::<Self>().unwrap_or_else(|| {
            let seen = Rc::new(Self::default());
            learnt.put(Rc::clone(&seen));
            seen
        })
    }

    /// What was found for a provider, if its token was looked at.
    pub(crate) fn entry(&self, provider: usize) -> Option<Entry> {
        match &*self.first.borrow() {
            Some(first) if first.provider == provider => Some(first.clone()),
            Some(_) => {
                let more = self.more.borrow();
                more.iter().find(|one| one.provider == provider).cloned()
            }
            None => None,
        }
    }

    /// Whether no token of this request was found good, and none was counted as bad; the next one is
    /// then not the first.
    pub(crate) fn is_first_failure(&self) -> bool {
        let is_good = |entry: &Entry| matches!(entry.verdict, Verdict::Good(_));
        let first = self.first.borrow();
        let good = first.as_ref().is_some_and(is_good) || self.more.borrow().iter().any(is_good);
        !good && !self.counted.replace(true)
    }

    /// Whether a provider's token need not be looked at again.
    pub(crate) fn is_settled(&self, provider: usize) -> bool {
        self.entry(provider)
            .is_some_and(|entry| entry.verdict.is_final())
    }

    /// Records what was found, over what was found before.
    pub(crate) fn record(&self, entry: Entry) {
        let mut first = self.first.borrow_mut();
        match &mut *first {
            None => *first = Some(entry),
            Some(first) if first.provider == entry.provider => *first = entry,
            Some(_) => {
                let mut more = self.more.borrow_mut();
                more.retain(|one| one.provider != entry.provider);
                more.push(entry);
            }
        }
    }
}

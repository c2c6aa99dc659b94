//! What the tokens of one request were found to be, so that each is verified once.

use std::cell::RefCell;
use std::rc::Rc;

use policy::{Learnt, Reason};

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
}

/// The verdicts of one request, by provider. It lives in [`Learnt`].
#[derive(Default)]
pub(crate) struct Seen {
    verdicts: RefCell<Vec<Entry>>,
}

/// One provider's verdict, and the carriers its token was found in.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) provider: usize,
    pub(crate) carriers: Vec<usize>,
    pub(crate) verdict: Verdict,
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

    /// The verdict on a provider's token, if it was looked at.
    pub(crate) fn verdict(&self, provider: usize) -> Option<Verdict> {
        let verdicts = self.verdicts.borrow();
        let mut of_provider = verdicts.iter().filter(|entry| entry.provider == provider);
        of_provider.next().map(|entry| entry.verdict.clone())
    }

    /// Records a verdict.
    pub(crate) fn record(&self, entry: Entry) {
        self.verdicts.borrow_mut().push(entry);
    }

    /// All verdicts in the order of the document's providers.
    pub(crate) fn in_order(&self) -> Vec<Entry> {
        let mut entries = self.verdicts.borrow().clone();
        entries.sort_by_key(|entry| entry.provider);
        entries
    }

    /// The claims of the first provider in the document whose token was verified, or of a given
    /// one.
    pub(crate) fn verified(&self, provider: Option<usize>) -> Option<(usize, Rc<Claims>)> {
        let verdicts = self.verdicts.borrow();
        let good = verdicts.iter().filter_map(|entry| match &entry.verdict {
            Verdict::Good(claims) => Some((entry.provider, claims)),
            Verdict::Absent | Verdict::Bad(_) => None,
        });
        let wanted = good.filter(|(id, _)| provider.is_none_or(|provider| provider == *id));
        wanted
            .min_by_key(|(id, _)| *id)
            .map(|(id, claims)| (id, Rc::clone(claims)))
    }
}

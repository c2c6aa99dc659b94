//! How a request stands with the limits that counted it, for the headers that tell the client.

use std::cell::RefCell;
use std::rc::Rc;

use policy::Learnt;

use crate::bucket::Told;
use crate::level::Level;

/// The limits that were asked about one request, in order.
#[derive(Debug, Default)]
pub(crate) struct Standing(RefCell<Vec<(Rc<[Told]>, Level)>>);

impl Standing {
    /// Notes what is left of a limit.
    pub(crate) fn note(learnt: &Learnt, told: &Rc<[Told]>, level: Level) {
        let standing = learnt.find::<Self>().unwrap_or_else(|| {
            let fresh = Rc::new(Self::default());
            learnt.put(Rc::clone(&fresh));
            fresh
        });
        standing.0.borrow_mut().push((Rc::clone(told), level));
    }

    /// What was noted.
    pub(crate) fn all(&self) -> Vec<(Rc<[Told]>, Level)> {
        self.0.borrow().clone()
    }
}

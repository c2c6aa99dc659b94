//! The one leaf of this policy: the caller is among these workloads.

use std::rc::Rc;

use policy::{Context, Failure, Leaf, Weight};

use super::{SECTION, callers::Callers};
use crate::{IdSet, reason};

/// Holds for callers whose SPIFFE ID is in a set.
#[derive(Debug)]
pub(super) struct Among {
    callers: Rc<Callers>,
    allowed: Rc<IdSet>,
}

impl Among {
    pub(super) const fn new(callers: Rc<Callers>, allowed: Rc<IdSet>) -> Self {
        Self { callers, allowed }
    }
}

impl Leaf for Among {
    fn holds(&self, context: &Context<'_>) -> Result<(), Failure> {
        let caller = self.callers.caller(context)?;
        if self.allowed.contains(caller.id()) {
            Ok(())
        } else {
            Err(Failure::new(reason::NOT_ALLOWED, Weight::NotAllowed))
        }
    }

    fn verifies(&self, section: &str) -> bool {
        section == SECTION
    }
}

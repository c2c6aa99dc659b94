//! The compiled condition part `api_key`.

use std::rc::Rc;

use policy::{Context, Failure, Leaf};

use crate::reason;
use crate::seen::Verdict;
use crate::verifier::Verifier;

/// A live key of one of some clients.
#[derive(Debug)]
pub(crate) struct KeyLeaf {
    pub(crate) verifier: Rc<Verifier>,
    pub(crate) clients: Clients,
}

/// Whose key is taken.
#[derive(Debug)]
pub(crate) enum Clients {
    /// Each client's.
    Any,
    /// Those of these numbers.
    OneOf(Vec<usize>),
}

impl Leaf for KeyLeaf {
    fn holds(&self, context: &Context<'_>) -> Result<(), Failure> {
        let seen = self.verifier.look(context)?;
        let (reason, known) = match seen.verdict {
            Verdict::Good(known) if self.clients.take(known.client) => {
                context.learnt.show(crate::SECTION, Some(known.client));
                return Ok(());
            }
            Verdict::Good(known) => (reason::WRONG_CLIENT, Some(known)),
            Verdict::Bad(reason, known) => (reason, known),
            Verdict::Absent => (reason::MISSING, None),
        };
        Err(self.verifier.refuse(reason, known))
    }

    fn verifies(&self, section: &str) -> bool {
        section == crate::SECTION
    }
}

impl Clients {
    fn take(&self, client: usize) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(numbers) => numbers.contains(&client),
        }
    }
}

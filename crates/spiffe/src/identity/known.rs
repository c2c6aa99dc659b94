//! What other policies may ask about the caller: which certificate is its own, and who it is.

use std::cell::RefCell;
use std::rc::Rc;

use policy::{Context, Failure, Template, Weight, Workloads};

use super::callers::Callers;
use crate::{IdTemplate, SpiffeId};

/// The callers as the document has them; it is read after whoever asks was made.
#[derive(Debug, Default)]
pub(super) struct Known(RefCell<Rc<Callers>>);

impl Known {
    /// From now on these are asked for.
    pub(super) fn are(&self, callers: &Rc<Callers>) {
        self.0.replace(Rc::clone(callers));
    }
}

impl Workloads for Known {
    fn certificate(&self, context: &Context<'_>) -> Result<Option<[u8; 32]>, Failure> {
        self.0.borrow().certificate(context)
    }

    fn caller_is(
        &self,
        context: &Context<'_>,
        asked: &dyn Fn(&str) -> bool,
    ) -> Result<bool, Failure> {
        match self.0.borrow().caller(context) {
            Ok(caller) => Ok(asked(caller.id().as_str())),
            Err(failure) if failure.weight == Weight::Fault => Err(failure),
            Err(_) => Ok(false),
        }
    }

    fn template(&self, text: &str) -> Result<Template, String> {
        let template: IdTemplate = text.parse().map_err(|error| format!("{error}"))?;
        let alias = self
            .0
            .borrow()
            .aliases
            .domain_of(&template.trust_domain)
            .cloned();
        if let Some(domain) = alias {
            return Err(format!(
                "it is in an alias of \"{domain}\"; write it in that one"
            ));
        }
        Ok(Box::new(move |id| {
            let id = id.parse::<SpiffeId>();
            id.is_ok_and(|id| template.matches(&id))
        }))
    }
}

//! Who may present a JWT-SVID: the workload it names, or one that may act for it.
//!
//! A JWT-SVID is a bearer token: whoever has seen one can present it to the same audience (JWT-SVID
//! §6.1). Where the workload shows a certificate as well, that ends here.

use std::fmt;
use std::rc::Rc;

use policy::{Context, Failure, Template, Workloads};

use crate::claims::Claims;

/// Who may present tokens of a provider.
pub(crate) struct Presenters {
    workloads: Rc<dyn Workloads>,
    subject: bool,
    others: Vec<Template>,
}

impl Presenters {
    /// The workload that the token names, where `subject` says so, and these.
    pub(crate) fn new(workloads: Rc<dyn Workloads>, subject: bool, others: Vec<Template>) -> Self {
        Self {
            workloads,
            subject,
            others,
        }
    }

    /// Whether the verified caller of this request is one of them.
    ///
    /// # Errors
    /// The proxy did not answer.
    pub(crate) fn include_caller(
        &self,
        claims: &Claims,
        context: &Context<'_>,
    ) -> Result<bool, Failure> {
        let subject = claims.text("sub").filter(|_| self.subject);
        self.workloads.caller_is(context, &|caller| {
            subject == Some(caller) || self.others.iter().any(|one| one(caller))
        })
    }
}

impl fmt::Debug for Presenters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Presenters({}, {})", self.subject, self.others.len())
    }
}

//! A limit that a rate limit service counts: what becomes of a request while that answers, and where
//! it does not.

use policy::{Context, Failure};

use super::{Limit, RETRY_AFTER};
use crate::compiler::Sharing;
use crate::shared::{Passage, Patience, SharedRate};
use crate::table::{Charge, Clock, Verdict};
use crate::{Level, OnError, reason};

impl Limit {
    /// What is known of a shared limit; a request about which the service has to be asked waits.
    pub(super) fn shared_verdict(
        &self,
        (sharing, rate): (&Sharing, &SharedRate),
        charge: &Charge<'_>,
        context: &Context<'_>,
        clock: Clock<'_>,
    ) -> Result<Verdict, Failure> {
        let patience = if self.is_on_trial(context) {
            Patience::None
        } else {
            Patience::Some
        };
        let asked = (&self.name, charge);
        let passage = rate.take(&sharing.shared, asked, (context.learnt, patience), clock);
        match passage.map_err(|unusable| self.unusable(unusable))? {
            Passage::Told(verdict) => Ok(verdict),
            Passage::Waits(ticket) => Err(self.unavailable().until(ticket)),
            Passage::Unavailable => {
                sharing.shared.service.missed();
                match sharing.on_error {
                    OnError::Deny => Err(self.unavailable()),
                    OnError::Allow => Ok(Verdict::Admitted(Level::default())),
                    OnError::Local => self.local_verdict(charge, clock),
                }
            }
        }
    }

    fn unavailable(&self) -> Failure {
        let mut failure = self.failure(reason::UNAVAILABLE);
        failure.headers.push((RETRY_AFTER, "1".to_owned()));
        failure
    }
}

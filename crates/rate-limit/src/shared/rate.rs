//! A rate that proxies share: what becomes of one request of one key.

use std::rc::Rc;
use std::time::Duration;

use policy::{Learnt, Wait};

use super::entries::{PartName, entries};
use super::lease::{Lease, Need, Refill, Spent};
use super::leases::Leases;
use super::service::{Ask, Purpose, Service, Subject};
use super::ticket::{Said, Ticket, Tickets};
use super::wire::Unit;
use crate::level::{Left, Level};
use crate::table::{Charge, Clock, Refusal, Unusable, Verdict};
use crate::{Moment, key};

/// What all shared limits of a document have in common.
#[derive(Clone, Debug)]
pub(crate) struct Shared {
    pub(crate) service: Rc<Service>,
    pub(crate) leases: Rc<Leases>,
}

/// A rate as the service counts it.
#[derive(Clone, Debug)]
pub(crate) struct SharedRate {
    pub(crate) requests: u32,
    pub(crate) unit: Unit,
    /// The most that a process holds of one key; with 1 each request is asked about.
    pub(crate) batch: u32,
    /// What the service knows the limit by, in front of the key's own entries.
    pub(crate) entries: Vec<(Box<str>, Box<str>)>,
    pub(crate) parts: Rc<[PartName]>,
}

/// Whether a request is held until the service has answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Patience {
    /// It is.
    Some,
    /// It is on trial, and passes where nothing is known.
    None,
}

/// What became of a request.
#[derive(Debug)]
pub(crate) enum Passage {
    /// It is decided.
    Told(Verdict),
    /// The service is asked about it.
    Waits(Rc<dyn Wait>),
    /// The service cannot be asked, or has not answered in time.
    Unavailable,
}

impl SharedRate {
    /// Counts a request of the limit of this name. A request that has waited finds its own answer by
    /// what it has learnt.
    ///
    /// # Errors
    /// The process's own store, its clock or its source of randomness failed.
    pub(crate) fn take(
        &self,
        shared: &Shared,
        (name, charge): (&Rc<str>, &Charge<'_>),
        (learnt, patience): (&Learnt, Patience),
        clock: Clock<'_>,
    ) -> Result<Passage, Unusable> {
        let now = clock()?;
        if let Some(ticket) = Tickets::find(learnt, name) {
            return Ok(self.answered(&ticket, charge.cost, now));
        }
        let Shared { service, leases } = shared;
        let prepaid = self.batch > 1 || patience == Patience::None;
        let rate = (self.requests, self.unit);
        let refill = if prepaid {
            service.refill(now, rate, self.batch)
        } else {
            None
        };
        let need = Need {
            cost: charge.cost,
            refill,
        };
        let spent = leases.change(charge.limit, charge.key, clock, |lease, now| {
            (lease.spend(&need, now), *lease, now)
        })?;
        if let (Some((spending, ..)), Some(Refill { nonce, .. })) = (spent, refill)
            && let Some(hits) = spending.refill
        {
            let purpose = Purpose::Refill(nonce);
            let question = self.question(shared, charge, patience, (hits, purpose));
            service.ask(question, now); // without room it is not answered, and may be asked again
        }
        let outcome = spent.map(|(spending, lease, now)| (spending.outcome, lease, now));
        Ok(match outcome {
            Some((Spent::Paid, lease, now)) => {
                let level = self.level(lease.remaining.saturating_add(lease.tokens), &lease, now);
                Passage::Told(Verdict::Admitted(level))
            }
            Some((Spent::Over(until), _, now)) => {
                Passage::Told(Self::over(until.wait_from(now), now))
            }
            Some((Spent::Unknown, ..)) | None if patience == Patience::None => {
                Passage::Told(Verdict::Admitted(Level::default()))
            }
            Some((Spent::Unknown, ..)) | None => self.wait(shared, (name, charge), learnt, now),
        })
    }

    /// Asks about this one request.
    fn wait(
        &self,
        shared: &Shared,
        (name, charge): (&Rc<str>, &Charge<'_>),
        learnt: &Learnt,
        now: Moment,
    ) -> Passage {
        let timeout = shared.service.settings.timeout;
        let deadline = Duration::from_nanos(now.nanos()).saturating_add(timeout);
        let ticket = Rc::new(Ticket::new(deadline));
        let purpose = Purpose::Request(Rc::clone(&ticket));
        let ask = self.question(shared, charge, Patience::Some, (charge.cost, purpose));
        if !shared.service.ask(ask, now) {
            return Passage::Unavailable;
        }
        Tickets::keep(learnt, name, &ticket);
        Passage::Waits(ticket)
    }

    /// What the service has said to a request that waited. One that has not waited to the end is
    /// held no longer.
    fn answered(&self, ticket: &Ticket, cost: u32, now: Moment) -> Passage {
        match ticket.said() {
            None | Some(Said::Nothing) => Passage::Unavailable,
            Some(Said::Over { more }) => Passage::Told(Self::over(more, now)),
            // It took nothing, and wants to know whether one would pass.
            Some(Said::Room { remaining: 0 }) if cost == 0 => {
                Passage::Told(Self::over(Duration::from_secs(1), now))
            }
            Some(Said::Room { remaining }) => {
                let more = Duration::from_secs(self.unit.seconds());
                Passage::Told(Verdict::Admitted(level(remaining, more)))
            }
        }
    }

    fn question(
        &self,
        shared: &Shared,
        charge: &Charge<'_>,
        patience: Patience,
        (hits, purpose): (u32, Purpose),
    ) -> Ask {
        let mut told = self.entries.clone();
        if patience == Patience::None {
            told.push(("mode".into(), "shadow".into())); // counted apart
        }
        told.extend(entries(&self.parts, &key::values(charge.key)));
        Ask {
            subject: Subject {
                requests: self.requests,
                unit: self.unit,
                entries: told,
                limit: charge.limit.clone(),
                key: charge.key.into(),
                leases: Rc::clone(&shared.leases),
            },
            hits,
            purpose,
        }
    }

    fn level(&self, left: u32, lease: &Lease, now: Moment) -> Level {
        level(left.min(self.requests), lease.lasts.wait_from(now))
    }

    /// Nothing is left, and more comes with the next window.
    fn over(wait: Duration, now: Moment) -> Verdict {
        Verdict::Exceeded(Refusal {
            level: level(0, wait),
            wait,
            jitter: now.nanos(), // which no client can tell in advance
        })
    }
}

fn level(requests: u32, more: Duration) -> Level {
    Level::new(std::iter::once(Left { requests, more }))
}

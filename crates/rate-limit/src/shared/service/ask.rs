//! One question to the service, and what its answer means to whoever asked.

use std::rc::Rc;
use std::time::Duration;

use super::{Said, ServiceClock, ServiceFault, Ticket, Unusable};
use crate::shared::lease::Grant;
use crate::shared::leases::Leases;
use crate::shared::wire::{Code, Descriptor, DescriptorStatus, Unit};
use crate::table::Identity;
use crate::tallies::add;
use crate::{Moment, Tallies};

/// A question: so much of one key of one limit.
#[derive(Debug)]
pub(in crate::shared) struct Ask {
    pub(in crate::shared) subject: Subject,
    pub(in crate::shared) hits: u32,
    pub(in crate::shared) purpose: Purpose,
}

/// What is asked about.
#[derive(Clone, Debug)]
pub(in crate::shared) struct Subject {
    /// How many per unit.
    pub(in crate::shared) requests: u32,
    pub(in crate::shared) unit: Unit,
    /// What the service knows the key by.
    pub(in crate::shared) entries: Vec<(Box<str>, Box<str>)>,
    /// What the process knows it by.
    pub(in crate::shared) limit: Identity,
    pub(in crate::shared) key: Box<[u8]>,
    pub(in crate::shared) leases: Rc<Leases>,
}

/// Who asks.
#[derive(Debug)]
pub(in crate::shared) enum Purpose {
    /// One request, for itself.
    Request(Rc<Ticket>),
    /// The process, for all of its workers; with the nonce that its lease knows.
    Refill(u64),
}

/// How much of a window may be unknown where it is remembered that nothing is left of it.
const DOUBT: u64 = 4;

impl Ask {
    pub(super) fn descriptor(&self) -> Descriptor {
        Descriptor {
            entries: self.subject.entries.clone(),
            requests: self.subject.requests,
            unit: self.subject.unit,
            hits: self.hits,
        }
    }

    /// Whether somebody still waits for it; a request may have gone.
    pub(super) fn is_wanted(&self) -> bool {
        match &self.purpose {
            Purpose::Request(ticket) => Rc::strong_count(ticket) > 1,
            Purpose::Refill(_) => true,
        }
    }

    /// Nothing came. What the service may have counted is spent and not received.
    pub(super) fn fail(&self, now: Moment, tallies: &Tallies) {
        match &self.purpose {
            Purpose::Request(ticket) => ticket.answer(Said::Nothing),
            Purpose::Refill(nonce) => self.settle_lease(*nonce, Grant::Failed, now, tallies),
        }
    }

    /// Takes a status; the call was sent and answered at these moments.
    pub(super) fn settle(
        &self,
        status: &DescriptorStatus,
        clock: &ServiceClock,
        (sent, now): (Moment, Moment),
        tallies: &Tallies,
    ) -> Result<(), ServiceFault> {
        let Subject { requests, unit, .. } = self.subject;
        if let Err(fault) = ServiceFault::of(status, requests, unit) {
            self.fail(now, tallies);
            return Err(fault);
        }
        let window = clock.window(sent, now, unit);
        let lasts = window.map_or(Moment::NEVER, |window| window.lasts);
        match (&self.purpose, status.code) {
            (_, Code::Unknown) => self.fail(now, tallies),
            (Purpose::Refill(nonce), Code::Ok) => {
                let grant = Grant::Granted {
                    tokens: self.hits,
                    remaining: status.remaining,
                    lasts,
                };
                self.settle_lease(*nonce, grant, now, tallies);
            }
            (Purpose::Refill(nonce), Code::OverLimit) => {
                self.settle_lease(*nonce, Grant::Refused { lasts }, now, tallies);
            }
            (Purpose::Request(ticket), Code::Ok) => ticket.answer(Said::Room {
                remaining: status.remaining,
            }),
            (Purpose::Request(ticket), Code::OverLimit) => {
                let said = status.until_reset.unwrap_or(Duration::from_secs(1));
                let more = window.map_or(said, |window| window.over.wait_from(now));
                ticket.answer(Said::Over { more });
            }
        }
        // A service that refuses a single one will refuse all until its window ends.
        let doubt = clock.doubt(now).unwrap_or(Duration::MAX);
        let sure = doubt <= Duration::from_millis(unit.seconds().saturating_mul(1_000 / DOUBT));
        if let (Code::OverLimit, 0..=1, true, Some(window)) = (status.code, self.hits, sure, window)
        {
            let _ = self.change(now, |lease| lease.over = lease.over.max(window.over));
        }
        Ok(())
    }

    fn settle_lease(&self, nonce: u64, grant: Grant, now: Moment, tallies: &Tallies) {
        let lost = self.change(now, |lease| lease.settle(nonce, grant, now));
        let lost = match (lost, grant) {
            (Some(lost), _) => lost,
            (None, Grant::Granted { tokens, .. }) => tokens,
            (None, Grant::Refused { .. } | Grant::Failed) => 0,
        };
        add(&tallies.lease_tokens_unused, lost as usize);
    }

    /// Changes the key's lease. Where that fails, the lease is lost, which is safe.
    fn change<T>(
        &self,
        now: Moment,
        mut step: impl FnMut(&mut crate::shared::lease::Lease) -> T,
    ) -> Option<T> {
        let Subject {
            limit, key, leases, ..
        } = &self.subject;
        let clock = || Ok::<_, Unusable>(now);
        let changed = leases.change(limit, key, &clock, |lease, _| step(lease));
        changed.ok().flatten()
    }
}

/// A question that takes nothing: how long the service's day lasts.
pub(super) fn clock() -> Descriptor {
    Descriptor {
        entries: vec![("portcullis".into(), "clock".into())],
        requests: u32::MAX,
        unit: Unit::Day,
        hits: 0,
    }
}

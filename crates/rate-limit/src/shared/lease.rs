//! A lease: what one process may spend of one key without asking, until the service's window ends.
//!
//! Everything here is a function of the lease and the moment. Losing a lease is always safe: what was
//! granted and is not spent was counted by the service all the same.

mod size;

use crate::Moment;

/// The lease of one key, as all workers of a process share it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Lease {
    /// What may still be spent.
    pub(super) tokens: u32,
    /// Until when.
    pub(super) lasts: Moment,
    /// The service has said that nothing is left until then.
    pub(super) over: Moment,
    /// What the service has last said is left, in the window that `lasts` belongs to.
    pub(super) remaining: u32,
    /// How much was last asked for.
    pub(super) batch: u32,
    /// What was wanted since.
    pub(super) wanted: u32,
    /// When it was last asked for.
    pub(super) asked: Moment,
    /// Who asks now; 0 for nobody.
    pub(super) nonce: u64,
    /// Until when that can be answered.
    pub(super) until: Moment,
}

/// A request, as a lease sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Need {
    /// What it takes; at least 1 must be there even where it takes nothing.
    pub(super) cost: u32,
    /// How to ask for more, where that may be done now.
    pub(super) refill: Option<Refill>,
}

/// How more would be asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Refill {
    /// The whole limit.
    pub(super) requests: u32,
    /// The most that is held.
    pub(super) batch: u32,
    /// How long a batch should last, in nanoseconds.
    pub(super) pace: u64,
    /// Who would ask.
    pub(super) nonce: u64,
    /// Until when that would be answered.
    pub(super) until: Moment,
    /// The window of now, in nanoseconds.
    pub(super) window: u64,
    /// The earliest moment at which it can end, as this worker knows it.
    pub(super) lasts: Moment,
}

/// What became of a request, and how much is to be asked for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spending {
    pub(super) outcome: Spent,
    pub(super) refill: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spent {
    /// It is paid for.
    Paid,
    /// Nothing is left until then.
    Over(Moment),
    /// It is not known here: the service is to be asked.
    Unknown,
}

/// What a service has said to a refill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Grant {
    /// So much is ours until then.
    Granted {
        tokens: u32,
        remaining: u32,
        lasts: Moment,
    },
    /// There was no room for all of it, and the service may have counted it whole.
    Refused { lasts: Moment },
    /// Nothing came that can be believed.
    Failed,
}

/// The longest window, a day, and what a clock may be off: no lease lasts longer.
const LONGEST: u64 = 86_401 * 1_000_000_000;

impl Lease {
    /// Pays for a request, and says whether more is to be asked for.
    pub(super) fn spend(&mut self, need: &Need, now: Moment) -> Spending {
        let outcome = if self.is_alive(now) && self.tokens >= need.cost.max(1) {
            self.tokens = self.tokens.saturating_sub(need.cost);
            Spent::Paid
        } else if now < self.over {
            Spent::Over(self.over)
        } else {
            Spent::Unknown
        };
        if let Spent::Over(_) = outcome {
            return Spending {
                outcome,
                refill: None,
            };
        }
        self.wanted = self.wanted.saturating_add(need.cost);
        let refill = need.refill.and_then(|refill| self.ask(&refill, now));
        Spending { outcome, refill }
    }

    /// Notes that more is asked for, if it is needed and nobody else asks.
    fn ask(&mut self, refill: &Refill, now: Moment) -> Option<u32> {
        if now < self.over || (self.nonce != 0 && now < self.until) {
            return None;
        }
        let left = if self.is_alive(now) { self.tokens } else { 0 };
        if left > self.batch / 4 {
            return None;
        }
        let ask = self.size(refill, now).saturating_sub(left);
        if ask == 0 {
            return None;
        }
        self.batch = ask;
        self.wanted = 0;
        self.asked = now;
        self.nonce = refill.nonce;
        self.until = refill.until;
        Some(ask)
    }

    /// Takes what came of a refill; gives what of it, or of what was there, is lost.
    pub(super) fn settle(&mut self, nonce: u64, grant: Grant, now: Moment) -> u32 {
        if self.nonce != nonce {
            return match grant {
                Grant::Granted { tokens, .. } => tokens, // too late: given up already
                Grant::Refused { .. } | Grant::Failed => 0,
            };
        }
        self.nonce = 0;
        match grant {
            Grant::Failed => 0,
            Grant::Granted { tokens, lasts, .. } if lasts <= now => tokens,
            Grant::Granted {
                tokens,
                remaining,
                lasts,
            } => {
                let lost = self.begin(lasts, now);
                self.tokens = self.tokens.saturating_add(tokens);
                self.remaining = remaining;
                lost
            }
            Grant::Refused { lasts } if lasts <= now => 0,
            Grant::Refused { lasts } => {
                let lost = self.begin(lasts, now);
                self.remaining = 0;
                lost
            }
        }
    }

    /// Goes over to the window that lasts until then. What is left of an older one is lost; what is
    /// left of the same one lasts as long as is sure of both.
    fn begin(&mut self, lasts: Moment, now: Moment) -> u32 {
        if self.is_alive(now) && self.tokens > 0 {
            self.lasts = self.lasts.min(lasts);
            return 0;
        }
        self.lasts = lasts;
        std::mem::take(&mut self.tokens)
    }

    /// Whether its window surely lasts.
    pub(super) fn is_alive(&self, now: Moment) -> bool {
        now < self.lasts && self.lasts <= now.after(LONGEST)
    }

    /// Whether it says nothing any more, so that its place can be another's.
    pub(super) fn is_idle(&self, now: Moment) -> bool {
        let flies = self.nonce != 0 && now < self.until;
        !self.is_alive(now) && now >= self.over && !flies
    }
}

//! Budgets of other policies in the one table of limits: exact over all workers, in fixed memory.

use std::cell::OnceCell;
use std::rc::Rc;

use policy::{Allowance, Budget, Budgets, Context, Failure, Mode, Room, Store, Weight};

use crate::limit::retry_after;
use crate::table::{Charge, Identity, SeedSource, Size, Table, Unusable, Verdict};
use crate::{Moment, Rate, Rates, Tallies};

/// The keys of the table where no document says how many.
const KEYS: u64 = 65_536;

/// Who keeps the budgets. Budgets are opened while the document is read, before it is known how large
/// its table is, so the table is asked for with the first decision.
pub struct Ledger {
    store: Rc<dyn Store>,
    source: SeedSource,
    tallies: Rc<Tallies>,
    table: Rc<OnceCell<Rc<Table>>>,
}

impl Ledger {
    /// A ledger whose counts are in `store`; the source gives 16 random bytes, as for
    /// [`Limits`](crate::Limits).
    #[must_use]
    pub fn new(store: Rc<dyn Store>, source: SeedSource, tallies: Rc<Tallies>) -> Self {
        Self {
            store,
            source,
            tallies,
            table: Rc::default(),
        }
    }

    /// Counts in the table of the document's own limits. The first stays.
    pub(crate) fn share(&self, table: &Rc<Table>) {
        let _ = self.table.set(Rc::clone(table));
    }
}

impl Budgets for Ledger {
    fn open(&self, name: &str, allowance: Allowance) -> Option<Rc<dyn Budget>> {
        let rate = Rate::new(allowance.requests, allowance.per, allowance.burst);
        let quota = rate.quota(std::num::NonZeroU32::MIN).ok()?;
        // No limit's name holds this sign, so that a limit of the same name counts apart.
        let identity = Identity::new(&format!("@{name}"), &[rate]);
        Some(Rc::new(Account {
            trial: identity.on_trial(),
            identity,
            rates: Rates::new(vec![quota])?,
            store: Rc::clone(&self.store),
            source: Rc::clone(&self.source),
            tallies: Rc::clone(&self.tallies),
            table: Rc::clone(&self.table),
        }))
    }
}

impl std::fmt::Debug for Ledger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ledger").finish_non_exhaustive()
    }
}

/// One budget.
struct Account {
    identity: Identity,
    trial: Identity,
    rates: Rates,
    store: Rc<dyn Store>,
    source: SeedSource,
    tallies: Rc<Tallies>,
    table: Rc<OnceCell<Rc<Table>>>,
}

impl Account {
    fn take(&self, key: &[u8], cost: u32, context: &Context<'_>) -> Result<Room, Failure> {
        let table = self.table.get_or_init(|| {
            let (store, source) = (Rc::clone(&self.store), Rc::clone(&self.source));
            let tallies = Rc::clone(&self.tallies);
            Rc::new(Table::new(store, source, Size::for_keys(KEYS), tallies))
        });
        let charge = Charge {
            limit: match context.mode() {
                Mode::Enforce => &self.identity,
                Mode::Shadow => &self.trial,
            },
            rates: &self.rates,
            key,
            cost,
        };
        let clock = || {
            let reading = context.request.monotonic()?;
            Moment::from_reading(reading).ok_or(Unusable::Clock)
        };
        match table.take(&charge, &clock) {
            Ok(Verdict::Admitted(_)) => Ok(Room::Left),
            Ok(Verdict::Exceeded(refusal)) => Ok(Room::Spent {
                retry_after: retry_after(refusal.wait, refusal.jitter),
            }),
            // Others were first each time: there is certainly no rest here.
            Ok(Verdict::Contended) => Ok(Room::Spent { retry_after: 1 }),
            Err(unusable) => Err(Failure::new(unusable.reason(), Weight::Fault)),
        }
    }
}

impl Budget for Account {
    fn room(&self, key: &[u8], context: &Context<'_>) -> Result<Room, Failure> {
        self.take(key, 0, context)
    }

    fn spend(&self, key: &[u8], context: &Context<'_>) -> Result<Room, Failure> {
        self.take(key, 1, context)
    }
}

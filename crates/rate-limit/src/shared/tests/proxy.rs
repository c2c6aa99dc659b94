//! A worker of a proxy: its side of the service, its leases, and the requests that it holds.

use std::num::NonZeroU32;
use std::rc::Rc;
use std::time::Duration;

use policy::{Learnt, Store};

use super::shelf::Shelf;
use crate::shared::entries::{Form, PartName};
use crate::shared::leases::Leases;
use crate::shared::rate::{Passage, Patience, Shared, SharedRate};
use crate::shared::service::{Service, Settings};
use crate::shared::ticket::Ticket;
use crate::shared::wire::Unit;
use crate::table::{Charge, SeedSource, Size, Table, Unusable};
use crate::{Identity, Moment, Rate, Rates, Tallies};

pub(super) const TIMEOUT: Duration = Duration::from_millis(20);

/// The limit that everybody shares.
#[derive(Clone)]
pub(super) struct Limit {
    pub(super) name: Rc<str>,
    pub(super) rate: SharedRate,
    identity: Identity,
    rates: Rates,
}

pub(super) struct Worker {
    pub(super) proxy: usize,
    pub(super) life: u32,
    pub(super) shared: Shared,
    pub(super) held: Vec<Held>,
}

/// A request that waits.
pub(super) struct Held {
    pub(super) key: u8,
    pub(super) cost: u32,
    pub(super) learnt: Learnt,
    pub(super) ticket: Rc<Ticket>,
    /// The window in which the service has counted it.
    pub(super) counted: Option<i128>,
}

impl Limit {
    pub(super) fn new(requests: u32, unit: Unit, batch: u32) -> Self {
        let n = |number| NonZeroU32::new(number).unwrap();
        let per = Duration::from_secs(unit.seconds());
        let rate = Rate::new(n(requests), per, n(requests));
        let part = PartName {
            name: "request.path".into(),
            form: Form::Plain,
        };
        Self {
            name: "all".into(),
            rate: SharedRate {
                requests,
                unit,
                batch,
                entries: vec![("limit".into(), "all".into())],
                parts: [part].into(),
            },
            identity: Identity::new("all", &[rate]),
            rates: Rates::new(vec![rate.quota(n(1)).unwrap()]).unwrap(),
        }
    }
}

impl Worker {
    pub(super) fn new(proxy: usize, life: u32, store: &Rc<Shelf>) -> Self {
        let tallies: Rc<Tallies> = Rc::default();
        let seed: SeedSource = Rc::new(|| Ok([7; 16]));
        let store = Rc::clone(store) as Rc<dyn Store>;
        let size = Size::for_keys(1_024);
        let table = Rc::new(Table::new(store, seed, size, Rc::clone(&tallies)));
        let settings = Settings {
            cluster: "ratelimit".into(),
            domain: "shop".into(),
            timeout: TIMEOUT,
        };
        Self {
            proxy,
            life,
            shared: Shared {
                service: Rc::new(Service::new(settings, Rc::clone(&tallies))),
                leases: Rc::new(Leases::new(table, 1_024, Rc::clone(&tallies))),
            },
            held: Vec::new(),
        }
    }

    /// Asks the limit about a request, by this worker's reading of the clock.
    pub(super) fn ask(
        &self,
        limit: &Limit,
        (key, cost): (u8, u32),
        (learnt, patience): (&Learnt, Patience),
        reading: u64,
    ) -> Passage {
        let mut bytes = vec![1]; // present
        bytes.extend_from_slice(&1_u64.to_le_bytes());
        bytes.push(b'a' + key);
        let charge = Charge {
            limit: &limit.identity,
            rates: &limit.rates,
            key: &bytes,
            cost,
        };
        let clock = || Moment::from_reading(Duration::from_nanos(reading)).ok_or(Unusable::Clock);
        let asked = (&limit.name, &charge);
        let passage = limit
            .rate
            .take(&self.shared, asked, (learnt, patience), &clock);
        passage.unwrap()
    }
}

//! What is shared between proxies: the service, and the rates that it can count.

use std::num::NonZeroU32;
use std::rc::Rc;

use policy::language::{Place, Report};

use super::{Compiler, narrow};
use crate::bucket::{Bucket, Told};
use crate::key::{Key, Part};
use crate::overrides::{Overrides, Tier};
use crate::shared::wire::Unit;
use crate::shared::{Form, PartName, Service, Settings, Shared, SharedRate};
use crate::{LimitEntry, OnError, Rate, RateEntry, Section, ServiceEntry, StoreKind, Tallies};

/// The most that a process holds of one key, if the document says nothing.
const BATCH: u32 = 100;

/// What holds for all shared limits of a document.
#[derive(Clone, Debug)]
pub(crate) struct Sharing {
    pub(crate) shared: Shared,
    pub(crate) on_error: OnError,
}

impl Sharing {
    /// The service as this worker asks it.
    pub(crate) fn service(entry: &ServiceEntry, tallies: &Rc<Tallies>) -> Rc<Service> {
        let settings = Settings {
            cluster: entry.cluster.as_str().into(),
            domain: entry.domain.as_str().into(),
            timeout: entry.timeout.value(),
        };
        Rc::new(Service::new(settings, Rc::clone(tallies)))
    }

    /// The service, if any limit is counted by it; says what leases take.
    pub(crate) fn used(
        self,
        section: &Section,
        place: &Place<'_>,
        report: &mut Report,
    ) -> Option<Rc<Service>> {
        let mut limits = section.limits.iter();
        if !limits.any(|limit| limit.store == StoreKind::Shared) {
            report.warning(&place.field("service"), "no limit has store: shared");
            return None;
        }
        let bytes = self.shared.leases.memory();
        report.note(
            &place.field("max_keys"),
            format_args!(
                "of shared limits, {} keys hold a lease at once, which takes at most {}.{} MiB more",
                self.shared.leases.keys(),
                bytes / MIB,
                bytes % MIB * 10 / MIB
            ),
        );
        Some(self.shared.service)
    }
}

const MIB: u64 = 1 << 20;

impl Compiler<'_> {
    /// Has the service count a limit, with its overrides, if it is to: gives `None` where something
    /// is wrong with it.
    pub(super) fn share(
        &self,
        entry: &LimitEntry,
        (key, cost, bucket, overrides): (&Key, u32, &mut Bucket, &mut Overrides),
        place: &Place<'_>,
        report: &mut Report,
    ) -> Option<Option<Sharing>> {
        check_batch(entry, cost, &place.field("batch"), report);
        if entry.store == StoreKind::Local {
            return Some(None);
        }
        if self.sharing.is_none() {
            report.error(
                &place.field("store"),
                "a shared limit is counted by a rate limit service; name it in \
                 rate_limit.service: {cluster: ..., domain: ...}",
            );
        }
        let counted = Counted {
            entry,
            cost,
            parts: parts(entry, key),
        };
        let first = counted.by_service(&entry.rates, bucket, &place.field("rates"), report);
        let mut complete = first.is_some();
        let entries = entry.overrides.as_deref().unwrap_or_default();
        for (index, (one, other)) in entries.iter().zip(&mut overrides.entries).enumerate() {
            let place = place.field("overrides");
            let place = place.index(index);
            if let (Some(rates), Tier::Limited(bucket)) = (&one.rates, &mut other.tier) {
                let rate = counted.by_service(rates, bucket, &place.field("rates"), report);
                complete &= rate.is_some();
            }
        }
        let sharing = self.sharing.filter(|_| complete)?;
        Some(Some(sharing.clone()))
    }
}

/// A limit that the service counts.
struct Counted<'a> {
    entry: &'a LimitEntry,
    cost: u32,
    parts: Rc<[PartName]>,
}

impl Counted<'_> {
    /// Has the service count a bucket, if its rates are one that it can.
    fn by_service(
        &self,
        rates: &[RateEntry],
        bucket: &mut Bucket,
        place: &Place<'_>,
        report: &mut Report,
    ) -> Option<()> {
        let [rate] = rates else {
            let others = place.index(1);
            report.error(
                &others,
                "a shared limit has one rate, since the rate limit service counts one for each \
                 key; make another limit of this one",
            );
            return None;
        };
        let place = place.index(0);
        if rate.burst.is_some() {
            report.error(
                &place.field("burst"),
                "a shared limit cannot carry burst (the rate limit service knows only a number \
                 per second, minute, hour or day); remove it or use store: local",
            );
        }
        let Some(unit) = Unit::of(rate.per.value()) else {
            report.error(
                &place.field("per"),
                "the rate limit service counts per 1s, 1m, 1h or 1d; write one of them or use \
                 store: local",
            );
            return None;
        };
        let requests = narrow(rate.requests.value()).get();
        let batch = self.entry.batch.map(|batch| narrow(batch.value()).get());
        let name = self.entry.name.as_str();
        bucket.told = Told::all(name, &[Rate::from(rate)], NonZeroU32::MIN);
        bucket.shared = Some(SharedRate {
            requests,
            unit,
            // what a request takes at once must be held at once
            batch: batch.unwrap_or_else(|| BATCH.max(self.cost)),
            entries: vec![
                ("limit".into(), name.into()),
                ("rate".into(), written(requests, unit)),
            ],
            parts: Rc::clone(&self.parts),
        });
        Some(())
    }
}

/// What the service counts a limit's key by: which attribute each part is.
fn parts(entry: &LimitEntry, key: &Key) -> Rc<[PartName]> {
    let texts = entry.key.as_deref().unwrap_or_default();
    let parts = texts.iter().zip(&key.0);
    parts
        .map(|(text, part)| PartName {
            name: text.as_str().into(),
            form: match part {
                Part::RemoteIp(_) => Form::Address,
                Part::Attribute(_) if may_be_secret(text.as_str()) => Form::Secret,
                Part::Attribute(_) => Form::Plain,
            },
        })
        .collect()
}

/// Refuses a batch that a request's cost does not fit into, and one of a limit that has none.
fn check_batch(entry: &LimitEntry, cost: u32, place: &Place<'_>, report: &mut Report) {
    let Some(batch) = entry.batch else {
        return;
    };
    if entry.store == StoreKind::Local {
        report.error(
            place,
            "only a limit with store: shared asks for a batch; remove it",
        );
    }
    if batch.value() > 1 && batch.value() < u64::from(cost) {
        report.error(
            place,
            format_args!(
                "a request that costs {cost} could never be prepaid; write at least {cost}, or 1 \
                 to ask about each request"
            ),
        );
    }
}

/// A rate in the service's entries: a limit whose rate changes begins anew.
fn written(requests: u32, unit: Unit) -> Box<str> {
    let unit = match unit {
        Unit::Second => "1s",
        Unit::Minute => "1m",
        Unit::Hour => "1h",
        Unit::Day => "1d",
    };
    format!("{requests}/{unit}").into()
}

/// Whether an attribute's value may be a credential.
fn may_be_secret(attribute: &str) -> bool {
    ["request.headers", "request.cookies"]
        .iter()
        .any(|head| attribute.starts_with(head))
}

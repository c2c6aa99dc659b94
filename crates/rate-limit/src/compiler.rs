//! From limits as they are written to gates: names resolved, rates checked, holes refused.

mod costs;
mod overrides;
mod rates;
mod shared;
mod verified;

use std::num::NonZeroU32;
use std::rc::Rc;

use policy::language::{Place, Report, nearest};
use policy::{Attributes, Ipv6Prefix, RouteId, RouteNames, Stage};

use crate::LimitEntry;
use crate::costs::Costs;
use crate::headers::Headers;
use crate::key::{Key, MAX_PARTS, Part};
use crate::limit::{Limit, Scope};
use crate::table::Table;
pub(crate) use shared::Sharing;

/// Turns limits as they are written into gates.
pub(crate) struct Compiler<'a> {
    pub(crate) table: Rc<Table>,
    pub(crate) replicas: NonZeroU32,
    pub(crate) ipv6: Ipv6Prefix,
    pub(crate) headers: Headers,
    pub(crate) routes: &'a dyn RouteNames,
    pub(crate) attributes: &'a dyn Attributes,
    /// What holds for shared limits, where the section names a service.
    pub(crate) sharing: Option<&'a Sharing>,
}

impl Compiler<'_> {
    /// The gate of one limit; what is wrong with it goes to the report.
    pub(crate) fn limit(
        &self,
        entry: &LimitEntry,
        place: &Place<'_>,
        report: &mut Report,
    ) -> Option<Limit> {
        let scope = self.scope(entry, &place.field("routes"), report);
        let costs = self.costs(entry, scope.as_ref(), &place.field("costs"), report);
        let cost = costs.as_ref().map_or(0, Costs::largest);
        let bucket = self.bucket(
            entry.name.as_str(),
            &entry.rates,
            cost,
            &place.field("rates"),
            report,
        );
        let key = self.key(entry, &place.field("key"), report);
        let overrides = self.overrides(
            entry,
            (scope.as_ref(), cost),
            &place.field("overrides"),
            report,
        );
        let (mut bucket, key, scope) = (bucket?, key?, scope?);
        let mut overrides = overrides?;
        let counted = (&key, cost, &mut bucket, &mut overrides);
        let sharing = self.share(entry, counted, place, report)?;
        self.check_verified(entry, &key, &scope, &place.field("key"), report);
        let verified = key.verified().next().is_some() || overrides.are_verified();
        Some(Limit {
            name: entry.name.share(),
            stage: if verified {
                Stage::AfterRoute
            } else {
                Stage::BeforeIdentity
            },
            scope,
            key,
            costs: costs?,
            missing: entry.missing,
            on_contention: entry.on_contention,
            mode: entry.mode,
            bucket,
            overrides,
            headers: self.headers,
            sharing,
            table: Rc::clone(&self.table),
        })
    }

    fn key(&self, entry: &LimitEntry, place: &Place<'_>, report: &mut Report) -> Option<Key> {
        let Some(texts) = &entry.key else {
            return Some(Key::default());
        };
        if texts.len() > MAX_PARTS {
            report.error(
                place,
                format_args!("{} attributes; a key has at most {MAX_PARTS}", texts.len()),
            );
            return None;
        }
        let mut parts = Vec::with_capacity(texts.len());
        for (index, text) in texts.iter().enumerate() {
            let place = place.index(index);
            if texts.iter().take(index).any(|earlier| earlier == text) {
                report.error(&place, format_args!("\"{}\" is given twice", text.as_str()));
            }
            parts.push(match text.as_str() {
                "remote.ip" => Some(Part::RemoteIp(self.ipv6)),
                text => {
                    let attribute = self.attributes.resolve(text, &place, report);
                    attribute.map(Part::Attribute)
                }
            });
        }
        let key = parts.into_iter().collect::<Option<_>>().map(Key)?;
        note_unverified(entry, &key, place, report);
        Some(key)
    }

    fn scope(&self, entry: &LimitEntry, place: &Place<'_>, report: &mut Report) -> Option<Scope> {
        let Some(names) = &entry.routes else {
            return Some(Scope::Every);
        };
        let mut ids: Vec<Option<RouteId>> = Vec::with_capacity(names.len());
        for (index, name) in names.iter().enumerate() {
            ids.push(self.route(name.as_str(), &place.index(index), report));
        }
        let mut ids = ids.into_iter().collect::<Option<Vec<_>>>()?;
        ids.sort_unstable();
        Some(Scope::Routes(ids))
    }

    /// The route of this name, or a message with the nearest one.
    fn route(&self, name: &str, place: &Place<'_>, report: &mut Report) -> Option<RouteId> {
        let found = self.routes.find(name);
        if found.is_none() {
            match nearest(name, self.routes.names()) {
                Some(near) => report.error(
                    place,
                    format_args!("no route has the name \"{name}\"; did you mean \"{near}\"?"),
                ),
                None => report.error(place, format_args!("no route has the name \"{name}\"")),
            }
        }
        found
    }
}

/// Says which parts of a key nobody verifies: whoever can change one is counted apart.
fn note_unverified(entry: &LimitEntry, key: &Key, place: &Place<'_>, report: &mut Report) {
    let parts: Vec<&str> = key
        .unverified()
        .map(|index| written(entry, index))
        .filter(|text| !OURS.contains(text))
        .collect();
    if !parts.is_empty() {
        report.note(
            place,
            format_args!(
                "nobody verifies {}: whoever can change it is counted apart",
                parts.join(", ")
            ),
        );
    }
}

/// Attributes that no client chooses freely: the document's own names, the listener's port.
const OURS: [&str; 2] = ["route", "destination.port"];

/// A part of the key as it is written.
fn written(entry: &LimitEntry, index: usize) -> &str {
    let texts = entry.key.as_deref().unwrap_or_default();
    texts.get(index).map_or("it", |text| text.as_str())
}

/// A number whose bounds the language has checked.
pub(crate) fn narrow(value: u64) -> NonZeroU32 {
    let value = u32::try_from(value).unwrap_or(u32::MAX);
    NonZeroU32::new(value).unwrap_or(NonZeroU32::MIN)
}

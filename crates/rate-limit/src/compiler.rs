//! From limits as they are written to gates: names resolved, rates checked, holes refused.

use std::num::NonZeroU32;
use std::rc::Rc;

use policy::language::{Place, Report, Whole, nearest};
use policy::{Attributes, RouteId, RouteNames, Stage};

use crate::key::{Ipv6Prefix, Key, MAX_PARTS, Part};
use crate::limit::{Limit, Scope};
use crate::table::{Identity, Table};
use crate::{LimitEntry, MAX_RATES, Rate, RateEntry, Rates};

/// Turns limits as they are written into gates.
pub(crate) struct Compiler<'a> {
    pub(crate) table: Rc<Table>,
    pub(crate) replicas: NonZeroU32,
    pub(crate) ipv6: Ipv6Prefix,
    pub(crate) routes: &'a dyn RouteNames,
    pub(crate) attributes: &'a dyn Attributes,
}

impl Compiler<'_> {
    /// The gate of one limit; what is wrong with it goes to the report.
    pub(crate) fn limit(
        &self,
        entry: &LimitEntry,
        place: &Place<'_>,
        report: &mut Report,
    ) -> Option<Limit> {
        let rates = self.rates(entry, &place.field("rates"), report);
        let key = self.key(entry, &place.field("key"), report);
        let scope = self.scope(entry, &place.field("routes"), report);
        let (identity, rates) = rates?;
        let (key, scope) = (key?, scope?);
        self.check_missing(entry, &key, &scope, &place.field("key"), report);
        let stage = if key.verified().next().is_none() {
            Stage::BeforeIdentity
        } else {
            Stage::AfterRoute
        };
        Some(Limit {
            name: entry.name.share(),
            stage,
            scope,
            key,
            missing: entry.missing,
            on_contention: entry.on_contention,
            identity,
            rates,
            table: Rc::clone(&self.table),
        })
    }

    fn rates(
        &self,
        entry: &LimitEntry,
        place: &Place<'_>,
        report: &mut Report,
    ) -> Option<(Identity, Rates)> {
        if entry.rates.len() > MAX_RATES {
            report.error(
                place,
                format_args!(
                    "{} rates; a limit has at most {MAX_RATES}",
                    entry.rates.len()
                ),
            );
            return None;
        }
        let mut quotas = Vec::with_capacity(entry.rates.len());
        for (index, rate) in entry.rates.iter().enumerate() {
            let place = place.index(index);
            let place = place.field("burst");
            let rate = Rate::from(rate);
            match rate.quota(self.replicas) {
                Ok(quota) => quotas.push(quota),
                Err(too_slow) => report.error(
                    &place,
                    format_args!("{too_slow}; write a smaller burst, or more requests per time"),
                ),
            }
            if rate.burst() < self.replicas {
                report.warning(
                    &place,
                    format_args!(
                        "{} is less than replicas ({}), and each process admits at \
                         least one at once",
                        rate.burst(),
                        self.replicas
                    ),
                );
            }
        }
        let written: Vec<Rate> = entry.rates.iter().map(Rate::from).collect();
        let complete = quotas.len() == written.len();
        let rates = complete.then(|| Rates::new(quotas)).flatten()?;
        Some((Identity::new(entry.name.as_str(), &written), rates))
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
        parts.into_iter().collect::<Option<_>>().map(Key)
    }

    fn scope(&self, entry: &LimitEntry, place: &Place<'_>, report: &mut Report) -> Option<Scope> {
        let Some(names) = &entry.routes else {
            return Some(Scope::Every);
        };
        let mut ids: Vec<Option<RouteId>> = Vec::with_capacity(names.len());
        for (index, name) in names.iter().enumerate() {
            let name = name.as_str();
            let found = self.routes.find(name);
            if found.is_none() {
                let place = place.index(index);
                match nearest(name, self.routes.names()) {
                    Some(near) => report.error(
                        &place,
                        format_args!("no route has the name \"{name}\"; did you mean \"{near}\"?"),
                    ),
                    None => report.error(&place, format_args!("no route has the name \"{name}\"")),
                }
            }
            ids.push(found);
        }
        let mut ids = ids.into_iter().collect::<Option<Vec<_>>>()?;
        ids.sort_unstable();
        Some(Scope::Routes(ids))
    }

    /// Refuses a key that some request can reach the limit without, unless the entry says what
    /// becomes of such a request.
    fn check_missing(
        &self,
        entry: &LimitEntry,
        key: &Key,
        scope: &Scope,
        place: &Place<'_>,
        report: &mut Report,
    ) {
        if entry.missing.is_some() {
            return;
        }
        for (index, section) in key.verified() {
            let unverified = self.routes.unverified(section);
            let hole = unverified.into_iter().find(|(id, _)| match scope {
                Scope::Every => true,
                Scope::Routes(ids) => ids.binary_search(id).is_ok(),
            });
            if let Some((_, route)) = hole {
                let texts = entry.key.as_deref().unwrap_or_default();
                let attribute = texts.get(index).map_or("it", |text| text.as_str());
                report.error(
                    &place.index(index),
                    format_args!(
                        "routes[{route}] verifies no {}, so {attribute} is missing there; narrow \
                         with \"routes: [...]\" or say \"missing: share\" or \"skip\"",
                        credential(section)
                    ),
                );
            }
        }
    }
}

impl From<&RateEntry> for Rate {
    fn from(entry: &RateEntry) -> Self {
        let requests = entry.requests.value();
        let burst = entry.burst.map_or(requests, Whole::value);
        Self::new(narrow(requests), entry.per.value(), narrow(burst))
    }
}

/// What a section verifies, in a sentence.
const fn credential(section: &str) -> &str {
    match section.as_bytes() {
        b"jwt" => "token",
        b"identity" => "identity",
        b"api_key" => "API key",
        _ => section,
    }
}

/// A number whose bounds the language has checked.
pub(crate) fn narrow(value: u64) -> NonZeroU32 {
    let value = u32::try_from(value).unwrap_or(u32::MAX);
    NonZeroU32::new(value).unwrap_or(NonZeroU32::MIN)
}

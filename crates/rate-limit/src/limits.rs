//! Rate limits as a policy: reads the section `rate_limit` and gives its gates.

use std::num::NonZeroU32;
use std::rc::Rc;

use policy::language::{Fields, Model, Place, Report, nearest};
use policy::{Attributes, Gate, Policy, RouteId, RouteNames, Stage, Store, Unreadable, Vocabulary};

use crate::key::{Ipv6Prefix, Key, MAX_PARTS, Part};
use crate::limit::{Limit, Scope};
use crate::table::{Identity, SeedSource, Size, Table};
use crate::{LimitEntry, MAX_RATES, Missing, Rate, RateEntry, Rates, Section, Tallies, reason};

/// The rate-limit policy of one document.
pub struct Limits {
    store: Rc<dyn Store>,
    source: SeedSource,
    tallies: Rc<Tallies>,
    section: Option<Section>,
}

/// The section's name.
const SECTION: &str = "rate_limit";

impl Limits {
    /// A policy whose state is in `store`. The source gives 16 random bytes; the first decision
    /// asks for them, and only where no other worker was earlier. Reading a document touches
    /// neither.
    #[must_use]
    pub fn new(
        store: Rc<dyn Store>,
        source: impl Fn() -> Result<[u8; 16], Unreadable> + 'static,
    ) -> Self {
        Self {
            store,
            source: Rc::new(source),
            tallies: Rc::default(),
            section: None,
        }
    }

    /// What its table had to do besides counting.
    #[must_use]
    pub fn tallies(&self) -> Rc<Tallies> {
        Rc::clone(&self.tallies)
    }
}

impl std::fmt::Debug for Limits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Limits")
            .field("section", &self.section)
            .finish_non_exhaustive()
    }
}

impl Policy for Limits {
    fn vocabulary(&self) -> Vocabulary {
        Vocabulary {
            section: SECTION,
            about: "How often requests may come, by address, header, identity or token.",
            shape: Section::shape,
            condition: None,
            attributes: &[],
            reasons: reason::ALL,
        }
    }

    fn read(&mut self, document: &mut Fields<'_>, report: &mut Report) {
        self.section = document.read(SECTION, report).flatten();
    }

    fn gates(
        &mut self,
        routes: &dyn RouteNames,
        attributes: &dyn Attributes,
        report: &mut Report,
    ) -> Vec<Box<dyn Gate>> {
        let Some(section) = &self.section else {
            return Vec::new();
        };
        let size = Size::for_keys(section.max_keys.value());
        let (store, source) = (Rc::clone(&self.store), Rc::clone(&self.source));
        let compiler = Compiler {
            table: Rc::new(Table::new(store, source, size, self.tallies())),
            replicas: narrow(section.replicas.value()),
            ipv6: Ipv6Prefix(narrow(section.ipv6_prefix.value()).get()),
            routes,
            attributes,
        };
        let top = Place::top();
        let place = top.field(SECTION);
        let place = place.field("limits");
        let mut gates: Vec<Box<dyn Gate>> = Vec::with_capacity(section.limits.len());
        for (index, entry) in section.limits.iter().enumerate() {
            let name = entry.name.as_str();
            let place = place.named(name);
            let mut earlier = section.limits.iter().take(index);
            if earlier.any(|other| other.name == entry.name) {
                report.error(&place, "two limits have this name; give each its own");
            }
            if let Some(limit) = compiler.limit(entry, &place, report) {
                gates.push(Box::new(limit));
            }
        }
        gates
    }
}

/// Turns limits as they are written into gates.
struct Compiler<'a> {
    table: Rc<Table>,
    replicas: NonZeroU32,
    ipv6: Ipv6Prefix,
    routes: &'a dyn RouteNames,
    attributes: &'a dyn Attributes,
}

impl Compiler<'_> {
    fn limit(&self, entry: &LimitEntry, place: &Place<'_>, report: &mut Report) -> Option<Limit> {
        let rates = self.rates(entry, &place.field("rates"), report);
        let key = self.key(entry, &place.field("key"), report);
        let scope = self.scope(entry, &place.field("routes"), report);
        let (identity, rates) = rates?;
        let (key, scope) = (key?, scope?);
        let missing = self.missing(entry, &key, &scope, &place.field("key"), report)?;
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
            missing,
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
                        "warning: {} is less than replicas ({}), and each process admits at \
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

    /// What `missing` means for a key: it must be said where a request can come that far with a
    /// part of the key not verified.
    fn missing(
        &self,
        entry: &LimitEntry,
        key: &Key,
        scope: &Scope,
        place: &Place<'_>,
        report: &mut Report,
    ) -> Option<Missing> {
        if let Some(said) = entry.missing {
            return Some(said);
        }
        let mut default = Some(Missing::Share);
        for (index, section) in key.verified() {
            // Every route verifies it, so that a request without it is not as it should be.
            default = default.map(|_| Missing::Deny);
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
                default = None;
            }
        }
        default
    }
}

impl From<&RateEntry> for Rate {
    fn from(entry: &RateEntry) -> Self {
        let burst = entry
            .burst
            .map_or(entry.requests.value(), |burst| burst.value());
        Self::new(
            narrow(entry.requests.value()),
            entry.per.value(),
            narrow(burst),
        )
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
fn narrow(value: u64) -> NonZeroU32 {
    let value = u32::try_from(value).unwrap_or(u32::MAX);
    NonZeroU32::new(value).unwrap_or(NonZeroU32::MIN)
}

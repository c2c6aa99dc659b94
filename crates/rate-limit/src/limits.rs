//! Rate limits as a policy: reads the section `rate_limit` and gives its gates.

use std::rc::Rc;

use policy::language::{Fields, Model, Place, Report};
use policy::{
    Attributes, Context, Denial, Errand, Failure, Gate, HeaderChange, Ipv6Prefix, Learnt, Permit,
    Policy, Reference, RouteNames, Store, Unreadable, Vocabulary,
};

use crate::compiler::{Compiler, Sharing, narrow};
use crate::headers::Headers;
use crate::shared::{Leases, Service, Shared};
use crate::standing::Standing;
use crate::table::{SeedSource, Size, Table};
use crate::{Ledger, Section, Tallies, reason};

/// The rate-limit policy of one document.
pub struct Limits {
    store: Rc<dyn Store>,
    source: SeedSource,
    tallies: Rc<Tallies>,
    section: Option<Section>,
    headers: Headers,
    ledger: Rc<Ledger>,
    /// What counts shared limits, where there are some.
    service: Option<Rc<Service>>,
}

/// The section's name.
const SECTION: &str = "rate_limit";

impl Limits {
    /// What the schema and the reference page say about it.
    pub const REFERENCE: Reference = Reference {
        section: SECTION,
        about: "How often requests may come, by address, header, identity or token.",
        shape: Section::shape,
        condition: None,
        attributes: &[],
        reasons: reason::ADVICE,
    };

    /// A policy whose state is in `store`. The source gives 16 random bytes; the first decision
    /// asks for them, and only where no other worker was earlier. Reading a document touches
    /// neither.
    #[must_use]
    pub fn new(
        store: Rc<dyn Store>,
        source: impl Fn() -> Result<[u8; 16], Unreadable> + 'static,
    ) -> Self {
        let source: SeedSource = Rc::new(source);
        let tallies = Rc::<Tallies>::default();
        let ledger = Ledger::new(Rc::clone(&store), Rc::clone(&source), Rc::clone(&tallies));
        Self {
            store,
            source,
            tallies,
            ledger: Rc::new(ledger),
            section: None,
            headers: Headers::default(),
            service: None,
        }
    }

    /// Budgets of other policies, counted in the same table.
    #[must_use]
    pub fn ledger(&self) -> Rc<Ledger> {
        Rc::clone(&self.ledger)
    }

    /// The headers that tell the client what is left.
    fn told(&self, learnt: &Learnt) -> Vec<(&'static str, String)> {
        let standing = learnt.find::<Standing>();
        standing.map_or_else(Vec::new, |standing| self.headers.of(&standing))
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
            has_conditions: false,
            attributes: &[],
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
        let top = Place::top();
        let top = top.field(SECTION);
        self.headers = Headers::read(&section.headers, &top.field("headers"), report);
        let size = Size::for_keys(section.max_keys.value());
        let (store, source) = (Rc::clone(&self.store), Rc::clone(&self.source));
        let table = Rc::new(Table::new(store, source, size, self.tallies()));
        self.ledger.share(&table);
        let sharing = section.service.as_ref().map(|service| {
            let tallies = self.tallies();
            Sharing {
                shared: Shared {
                    service: Sharing::service(service, &tallies),
                    leases: Rc::new(Leases::new(Rc::clone(&table), size.keys(), tallies)),
                },
                on_error: service.on_error,
            }
        });
        let compiler = Compiler {
            table,
            sharing: sharing.as_ref(),
            replicas: narrow(section.replicas.value()),
            ipv6: Ipv6Prefix(narrow(section.ipv6_prefix.value()).get()),
            headers: self.headers,
            routes,
            attributes,
        };
        let place = top.field("limits");
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
        report_size(section, size, &top.field("max_keys"), report);
        self.service = sharing.and_then(|sharing| sharing.used(section, &top, report));
        gates
    }

    fn errands(&self) -> Vec<Rc<dyn Errand>> {
        let service = self.service.iter();
        service
            .map(|service| Rc::clone(service) as Rc<dyn Errand>)
            .collect()
    }

    fn on_permit(&self, context: &Context<'_>, permit: &mut Permit) -> Result<(), Failure> {
        for (name, value) in self.told(context.learnt) {
            // Lists may come from several servers on the way; the older headers are single.
            let change = match name {
                "ratelimit" | "ratelimit-policy" => HeaderChange::Add,
                _ => HeaderChange::Set,
            };
            permit
                .response
                .push(change(name.into(), value.into_bytes()));
        }
        Ok(())
    }

    fn on_denial(&self, learnt: &Learnt, denial: &mut Denial) {
        denial.headers.extend(self.told(learnt));
    }
}

/// Says what the table takes, and whether it can hold what the document itself names.
fn report_size(section: &Section, size: Size, place: &Place<'_>, report: &mut Report) {
    let rates = section.limits.iter().map(|limit| {
        let overrides = limit.overrides.iter().flatten();
        let more = overrides.filter_map(|entry| Some(entry.rates.as_ref()?.len()));
        more.fold(limit.rates.len(), usize::max)
    });
    let bytes = size.memory(rates.fold(1, usize::max));
    report.note(
        place,
        format_args!(
            "the table holds {} keys and takes at most {}.{} MiB of the proxy's memory, as they \
             come",
            size.keys(),
            bytes / MIB,
            bytes % MIB * 10 / MIB
        ),
    );
    let named = section.limits.iter().map(|limit| {
        let overrides = limit.overrides.iter().flatten();
        let counted = overrides.filter(|entry| !entry.unlimited);
        let values = counted.flat_map(|entry| &entry.r#match.0);
        values.fold(1, |sum: usize, (_, values)| {
            sum.saturating_add(values.len())
        })
    });
    let named = named.fold(0, usize::saturating_add) as u64;
    if named > size.keys() / 4 {
        report.warning(
            place,
            format_args!(
                "the document itself names {named} keys, and a table of {} is crowded from a \
                 quarter on; write at least {}",
                size.keys(),
                named.saturating_mul(4)
            ),
        );
    }
}

const MIB: u64 = 1 << 20;

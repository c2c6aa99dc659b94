//! Rate limits as a policy: reads the section `rate_limit` and gives its gates.

use std::rc::Rc;

use policy::language::{Fields, Model, Place, Report};
use policy::{Attributes, Gate, Policy, Reference, RouteNames, Store, Unreadable, Vocabulary};

use crate::compiler::{Compiler, narrow};
use crate::key::Ipv6Prefix;
use crate::table::{SeedSource, Size, Table};
use crate::{Section, Tallies, reason};

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

//! The identity policy: its section, its condition parts, its attributes.
//!
//! Here the document becomes leaves and attributes; who the caller is, they all ask in one place
//! (`callers`), which asks the proxy once for each request.

mod aliases;
mod attribute;
mod cache;
mod caller;
mod callers;
mod condition;
mod disjoint;
mod forwarders;
mod known;
mod leaf;
mod lives;
mod peer;
mod recent_sets;
mod section;
#[cfg(test)]
mod tests;
mod validity;
mod waypoint;

use std::cell::Cell;
use std::rc::Rc;

use policy::language::{Fields, Model, Place, Report};
use policy::{
    Attribute, AttributeName, Context, Failure, Leaf, Learnt, Permit, Policy, Reference,
    Vocabulary, Workloads,
};

pub use self::condition::{Namespace, ServiceAccount, Who};
pub use self::lives::Lives;
pub use self::section::{ForwardedHeader, Origin, Section};

use self::aliases::Aliases;
use self::attribute::{ATTRIBUTES, HEADS, SourceAttribute};
use self::caller::Caller;
use self::callers::Callers;
use self::condition::ShortForm;
use self::disjoint::Part;
use self::forwarders::Forwarders;
use self::known::Known;
use self::leaf::Among;
use self::peer::Peers;
use self::recent_sets::RecentSets;
use crate::{IdTemplate, TrustDomain, reason};

/// The name of the section, and of the credential that its attributes need.
pub(crate) const SECTION: &str = "identity";

/// The most principals of a document, short forms included: 4.1 of the language.
pub const MAX_PRINCIPALS: usize = 100_000;

/// The identity policy.
///
/// # Security
/// An identity is the one URI SAN of the certificate on the caller's own connection, or what a
/// proxy states that the document names. That the certificate was verified is the listener's part:
/// `require_client_certificate` and a validation context. Without them anybody can state any
/// identity.
#[derive(Debug, Default)]
pub struct Identity {
    own: OwnDomain,
    callers: Rc<Callers>,
    known: Rc<Known>,
    /// Principals compiled so far.
    principals: Cell<usize>,
    /// A missing trust domain is reported once, at the first short form that needs it.
    told: Cell<bool>,
    sets: RecentSets,
}

/// `identity.trust_domain` as the document has it.
#[derive(Debug, Default)]
enum OwnDomain {
    #[default]
    Missing,
    /// Something in the section is wrong and has been reported.
    Wrong,
    Known(TrustDomain),
}

impl Identity {
    /// What the schema and the reference page say about it.
    pub const REFERENCE: Reference = Reference {
        section: SECTION,
        about: "Where the calling workload's identity comes from, and whom to believe.",
        shape: Section::shape,
        condition: Some(Who::shape),
        attributes: ATTRIBUTES,
        reasons: reason::ADVICE,
    };

    /// A policy that has read nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What other policies may ask about the caller.
    #[must_use]
    pub fn workloads(&self) -> Rc<dyn Workloads> {
        Rc::clone(&self.known) as Rc<dyn Workloads>
    }

    /// How long the certificates of peers still have, as they are seen.
    #[must_use]
    pub fn lives(&self) -> Rc<Lives> {
        self.callers.peers.lives()
    }

    /// Compiles the section.
    fn open(&mut self, section: Section, place: &Place<'_>, report: &mut Report) {
        let map = section.trust_domain_aliases;
        let aliases = map.map_or_else(Aliases::default, |map| {
            Aliases::read(&map, &place.field("trust_domain_aliases"), report)
        });
        if let Some(own) = &section.trust_domain
            && let Some(domain) = aliases.domain_of(own)
        {
            report.error(
                &place.field("trust_domain"),
                format_args!("\"{own}\" is an alias of \"{domain}\"; write \"{domain}\""),
            );
        }
        let forwarders = section.trusted_forwarders.unwrap_or_default();
        self.callers = Rc::new(Callers {
            sources: section.sources,
            grace: section.expiry_grace.value(),
            aliases,
            forwarders: Forwarders::new(forwarders.iter().collect(), section.forwarded_headers),
            peers: Peers::telling(self.lives()),
        });
        self.known.are(&self.callers);
        self.own = section
            .trust_domain
            .map_or(OwnDomain::Missing, OwnDomain::Known);
    }

    /// The templates of short forms in the own trust domain; none where it is not known, which
    /// has been reported then.
    fn expand<'a>(
        &self,
        short: impl Iterator<Item = &'a ShortForm>,
        place: &Place<'_>,
        report: &mut Report,
    ) -> Vec<IdTemplate> {
        match &self.own {
            OwnDomain::Known(domain) => short.map(|short| short.within(domain)).collect(),
            OwnDomain::Wrong => Vec::new(),
            OwnDomain::Missing => {
                for (index, short) in short.enumerate().take(1) {
                    self.report_missing_domain(&place.index(index), short, report);
                }
                Vec::new()
            }
        }
    }

    /// Reports once that the trust domain is missing: every short form misses the same one.
    fn report_missing_domain(&self, place: &Place<'_>, short: &ShortForm, report: &mut Report) {
        if !self.told.replace(true) {
            let top = Place::top();
            let section = top.field(SECTION);
            let message = format!(
                "missing; {place} \"{}\" is short for spiffe://TRUST_DOMAIN{}",
                short.written(),
                short.path()
            );
            report.error(&section.field("trust_domain"), message);
        }
    }

    /// Counts principals towards [`MAX_PRINCIPALS`].
    fn count(&self, more: usize, place: &Place<'_>, report: &mut Report) {
        let before = self.principals.get();
        let after = before.saturating_add(more);
        self.principals.set(after);
        if before <= MAX_PRINCIPALS && after > MAX_PRINCIPALS {
            report.error(
                place,
                format_args!(
                    "more than {MAX_PRINCIPALS} principals in one document; use templates such as \
                     spiffe://example.org/team/**"
                ),
            );
        }
    }
}

impl Policy for Identity {
    fn vocabulary(&self) -> Vocabulary {
        Vocabulary {
            section: SECTION,
            has_conditions: true,
            attributes: HEADS,
        }
    }

    fn read(&mut self, document: &mut Fields<'_>, report: &mut Report) {
        match document.read::<Section>(SECTION, report) {
            None => {}
            Some(None) => self.own = OwnDomain::Wrong,
            Some(Some(section)) => {
                let place = document.place().field(SECTION);
                section.refuse_slips(&place, report);
                section.refuse_ports(document, report);
                self.open(section, &place, report);
            }
        }
    }

    fn condition(&self, fields: &mut Fields<'_>, report: &mut Report) -> Vec<Box<dyn Leaf>> {
        let place = fields.place();
        let Some(who) = Who::take(fields, report) else {
            return Vec::new();
        };
        let accounts = who
            .service_accounts
            .iter()
            .flatten()
            .map(|account| &account.0);
        let accounts = self.expand(accounts, &place.field("service_accounts"), report);
        let namespaces = who
            .namespaces
            .iter()
            .flatten()
            .map(|namespace| &namespace.0);
        let namespaces = self.expand(namespaces, &place.field("namespaces"), report);
        let principals = who.principals.unwrap_or_default();
        self.callers
            .aliases
            .refuse_in_templates(&principals, &place.field("principals"), report);
        let mut parts = vec![
            Part {
                name: "principals",
                ids: principals,
            },
            Part {
                name: "service_accounts",
                ids: accounts,
            },
            Part {
                name: "namespaces",
                ids: namespaces,
            },
        ];
        parts.retain(|part| !part.ids.is_empty());
        self.count(parts.iter().map(|part| part.ids.len()).sum(), place, report);
        disjoint::refuse(&parts, place, report);
        let leaf = |part: Part| -> Box<dyn Leaf> {
            Box::new(Among::new(
                Rc::clone(&self.callers),
                self.sets.set(part.ids),
            ))
        };
        parts.into_iter().map(leaf).collect()
    }

    fn attribute(
        &self,
        name: &AttributeName<'_>,
        place: &Place<'_>,
        report: &mut Report,
    ) -> Option<Option<Rc<dyn Attribute>>> {
        let attribute = SourceAttribute::of(name.head, &self.callers)?;
        if name.path.is_empty() && name.tail.is_empty() {
            return Some(Some(Rc::new(attribute)));
        }
        report.error(
            place,
            format_args!("write \"{}\" alone, without brackets", name.head),
        );
        Some(None)
    }

    fn finish(&self, _report: &mut Report) {
        self.sets.clear();
    }

    fn principal(&self, learnt: &Learnt) -> Option<Rc<str>> {
        let caller = learnt.find::<Caller>()?;
        Some(caller.presented().as_str().into())
    }

    /// States who called, if somebody asked.
    fn on_permit(&self, context: &Context<'_>, permit: &mut Permit) -> Result<(), Failure> {
        if let Some(caller) = context.learnt.find::<Caller>() {
            let id = caller.presented().as_str();
            permit.outcomes.push((PRINCIPAL, id.as_bytes().to_vec()));
        }
        Ok(())
    }
}

/// The outcome that names the caller: filter state `wasm.portcullis.principal`.
const PRINCIPAL: &str = "principal";

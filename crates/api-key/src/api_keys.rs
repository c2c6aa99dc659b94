//! The policy: its section, its condition part, its attribute, and what the upstream gets.

use std::cell::RefCell;
use std::rc::Rc;

use policy::language::{Fields, Model, Place, Report, Text};
use policy::{
    Attribute, AttributeName, Context, Denial, Failure, Leaf, Learnt, Permit, Policy, Reference,
    Vocabulary,
};

use crate::attribute::{ATTRIBUTES, ClientAttribute, HEADS};
use crate::compile::compile;
use crate::leaf::{Clients, KeyLeaf};
use crate::reason;
use crate::section::{KeyPart, Section, Wanted};
use crate::verifier::Verifier;

/// API keys, as a policy of the language: the section `api_key`, the part `api_key` of a condition,
/// and the attribute `api_key.client`.
#[derive(Debug, Default)]
pub struct ApiKeys {
    section: Read,
    /// Whether a condition takes the client of each number.
    used: RefCell<Vec<bool>>,
}

/// What became of the section.
#[derive(Debug, Default)]
enum Read {
    /// It is not there.
    #[default]
    Absent,
    /// It is wrong, and reported; what names a client of it is not reported again.
    Broken,
    /// It is compiled.
    Ready(Rc<Verifier>),
}

impl ApiKeys {
    /// What the schema and the reference page say about it.
    pub const REFERENCE: Reference = Reference {
        section: crate::SECTION,
        about: "API keys: which there are, where a request carries one, and what becomes of it.",
        shape: Section::shape,
        condition: Some(KeyPart::shape),
        attributes: ATTRIBUTES,
        reasons: reason::ADVICE,
    };

    /// The policy, with nothing read yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    const fn verifier(&self) -> Option<&Rc<Verifier>> {
        match &self.section {
            Read::Ready(verifier) => Some(verifier),
            Read::Broken | Read::Absent => None,
        }
    }

    /// The compiled section; that there is none is reported at the place that needs it.
    fn compiled(&self, place: &Place<'_>, report: &mut Report) -> Option<&Rc<Verifier>> {
        if matches!(self.section, Read::Absent) {
            let message =
                "no key is declared; add the section api_key: {from_headers: [...], keys: [...]}";
            report.error(place, message);
        }
        self.verifier()
    }

    fn leaf(&self, wanted: &Wanted, place: &Place<'_>, report: &mut Report) -> Option<KeyLeaf> {
        let verifier = self.compiled(place, report)?;
        let keys = &verifier.keys;
        let mut used = self.used.borrow_mut();
        used.resize(keys.clients().len(), false);
        let clients = match wanted {
            Wanted::Any => {
                used.fill(true);
                Clients::Any
            }
            Wanted::OneOf(names) => {
                let number = |(index, name): (usize, &Text)| {
                    let number = keys.number(name.as_str());
                    if number.is_none() {
                        let message = unknown(name.as_str(), keys.clients());
                        report.error(&place.index(index), message);
                    }
                    number
                };
                let numbers: Vec<usize> = names.iter().enumerate().filter_map(number).collect();
                for number in &numbers {
                    if let Some(used) = used.get_mut(*number) {
                        *used = true;
                    }
                }
                Clients::OneOf(numbers)
            }
        };
        Some(KeyLeaf {
            verifier: Rc::clone(verifier),
            clients,
        })
    }
}

/// How many clients a message names.
const NAMED: usize = 20;

fn unknown(name: &str, clients: &[Rc<str>]) -> String {
    let clients = listed(clients);
    format!("no key has the client \"{name}\"; clients: {clients}")
}

fn listed(clients: &[Rc<str>]) -> String {
    let names: Vec<&str> = clients.iter().take(NAMED).map(|client| &**client).collect();
    let more = if clients.len() > NAMED { ", ..." } else { "" };
    format!("{}{more}", names.join(", "))
}

impl Policy for ApiKeys {
    fn vocabulary(&self) -> Vocabulary {
        Vocabulary {
            section: crate::SECTION,
            has_conditions: true,
            attributes: HEADS,
        }
    }

    fn read(&mut self, document: &mut Fields<'_>, report: &mut Report) {
        self.section = match document.read::<Section>(crate::SECTION, report) {
            None => Read::Absent,
            Some(None) => Read::Broken,
            Some(Some(section)) => {
                let place = &document.place().field(crate::SECTION);
                Read::Ready(Rc::new(compile(&section, place, report)))
            }
        };
    }

    fn condition(&self, fields: &mut Fields<'_>, report: &mut Report) -> Vec<Box<dyn Leaf>> {
        let wanted = KeyPart::take(fields, report).and_then(|part| part.api_key);
        let place = fields.place().field("api_key");
        let leaf = wanted.and_then(|wanted| self.leaf(&wanted, &place, report));
        let leaf = leaf.map(|leaf| Box::new(leaf) as Box<dyn Leaf>);
        leaf.into_iter().collect()
    }

    fn attribute(
        &self,
        name: &AttributeName<'_>,
        place: &Place<'_>,
        report: &mut Report,
    ) -> Option<Option<Rc<dyn Attribute>>> {
        if !HEADS.contains(&name.head) {
            return None;
        }
        if !name.path.is_empty() || !name.tail.is_empty() {
            report.error(place, "api_key.client takes no brackets");
            return Some(None);
        }
        let verifier = self.compiled(place, report).map(Rc::clone);
        Some(verifier.map(|verifier| Rc::new(ClientAttribute(verifier)) as Rc<dyn Attribute>))
    }

    fn finish(&self, report: &mut Report) {
        let clients = self
            .verifier()
            .map_or(&[][..], |verifier| verifier.keys.clients());
        let used = self.used.borrow();
        let numbered = clients.iter().enumerate();
        let unused = numbered.filter(|(number, _)| !used.get(*number).copied().unwrap_or_default());
        let unused: Vec<Rc<str>> = unused.map(|(_, client)| Rc::clone(client)).collect();
        if !unused.is_empty() {
            let top = Place::top();
            let section = top.field(crate::SECTION);
            let message = format!("no route takes the keys of: {}", listed(&unused));
            report.warning(&section.field("keys"), message);
        }
    }

    fn written_headers(&self) -> Vec<Rc<str>> {
        let header = self
            .verifier()
            .and_then(|verifier| verifier.client_id_header.clone());
        header.into_iter().collect()
    }

    fn on_permit(&self, context: &Context<'_>, permit: &mut Permit) -> Result<(), Failure> {
        if let Some(verifier) = self.verifier() {
            verifier.on_permit(context, permit)?;
        }
        Ok(())
    }

    fn on_denial(&self, learnt: &Learnt, denial: &mut Denial) {
        let verifier = self.verifier();
        denial.client = verifier
            .and_then(|verifier| verifier.counted(learnt))
            .cloned();
    }

    fn principal(&self, learnt: &Learnt) -> Option<Rc<str>> {
        let client = self.verifier()?.verified(learnt)?;
        Some(format!("api_key:{client}").into())
    }
}

//! The policy: its section, its condition parts, its attributes, and what the upstream gets.

use std::cell::RefCell;
use std::rc::Rc;

use policy::language::{Fields, Model, Place, Report};
use policy::{
    Attribute, AttributeName, Context, Errand, Failure, Leaf, Permit, Policy, Reference, Store,
    Unreadable, Vocabulary, Workloads,
};

use crate::attribute::{ATTRIBUTES, HEADS, TokenAttribute, What};
use crate::compile::compile;
use crate::document::{Section, TokenParts};
use crate::leaf::TokenLeaf;
use crate::remote::{FetchTallies, Nowhere};
use crate::seams::{Seams, SpiffeIds};
use crate::verifier::Verifier;
use crate::{JwtSimple, Signatures, reason};

/// Tokens, as a policy of the language: the section `jwt`, the parts `jwt`, `scopes` and `claims`
/// of a condition, and the attributes of a verified token.
pub struct Tokens {
    seams: Seams,
    section: Read,
    /// Providers that a condition names.
    used: RefCell<Vec<usize>>,
}

/// What became of the section.
enum Read {
    /// It is not there.
    Absent,
    /// It is wrong, and reported; what names a provider of it is not reported again.
    Broken,
    /// It is compiled.
    Ready(Rc<Verifier>),
}

impl Tokens {
    /// What the schema and the reference page say about it.
    pub const REFERENCE: Reference = Reference {
        section: crate::SECTION,
        about: "Tokens: who issues them, with which keys, and what becomes of them.",
        shape: Section::shape,
        condition: Some(TokenParts::shape),
        attributes: ATTRIBUTES,
        reasons: reason::ADVICE,
    };

    /// The policy with signatures verified in the VM.
    #[must_use]
    pub fn new() -> Self {
        Self::with_signatures(Rc::new(JwtSimple))
    }

    /// The policy with another primitive for signatures.
    #[must_use]
    pub fn with_signatures(signatures: Rc<dyn Signatures>) -> Self {
        Self {
            seams: Seams {
                signatures,
                spiffe_ids: None,
                workloads: None,
                budgets: None,
                random: None,
                store: Rc::new(Nowhere),
                fetches: Rc::default(),
            },
            section: Read::Absent,
            used: RefCell::new(Vec::new()),
        }
    }

    /// The same with a reader of SPIFFE IDs, without which no JWT-SVIDs are taken.
    #[must_use]
    pub fn with_spiffe_ids(mut self, spiffe_ids: SpiffeIds) -> Self {
        self.seams.spiffe_ids = Some(spiffe_ids);
        self
    }

    /// The same with who knows callers as workloads: for tokens bound to a certificate that a forwarder
    /// has seen, and for JWT-SVIDs that only the workload itself may present.
    #[must_use]
    pub fn with_workloads(mut self, workloads: Rc<dyn Workloads>) -> Self {
        self.seams.workloads = Some(workloads);
        self
    }

    /// The same with who keeps the count of bad tokens, without which none are counted.
    #[must_use]
    pub fn with_budgets(mut self, budgets: Rc<dyn policy::Budgets>) -> Self {
        self.seams.budgets = Some(budgets);
        self
    }

    /// The same with a source of random bytes, without which fingerprints of tokens can be aimed at.
    #[must_use]
    pub fn with_random(
        mut self,
        random: impl Fn() -> Result<[u8; 16], Unreadable> + 'static,
    ) -> Self {
        self.seams.random = Some(Rc::new(random));
        self
    }

    /// The same with what all workers share, without which no key set ever comes.
    #[must_use]
    pub fn with_store(mut self, store: Rc<dyn Store>) -> Self {
        self.seams.store = store;
        self
    }

    /// How fetching key sets goes.
    #[must_use]
    pub fn fetch_tallies(&self) -> Rc<FetchTallies> {
        Rc::clone(&self.seams.fetches)
    }

    /// The compiled section; that there is none is reported at the place that needs it.
    fn compiled(&self, place: &Place<'_>, report: &mut Report) -> Option<&Rc<Verifier>> {
        match &self.section {
            Read::Ready(verifier) => Some(verifier),
            Read::Broken => None,
            Read::Absent => {
                let message = "no provider is declared; add the section jwt: {providers: [...]}";
                report.error(place, message);
                None
            }
        }
    }

    /// The number of a provider; where there is none of this name, that is reported at the place.
    fn find(&self, name: &str, place: &Place<'_>, report: &mut Report) -> Option<usize> {
        let verifier = self.compiled(place, report)?;
        let mut names = verifier.providers.iter().map(|provider| &*provider.name);
        let found = names.position(|provider| provider == name);
        if found.is_none() {
            let names: Vec<&str> = verifier.providers.iter().map(|one| &*one.name).collect();
            let names = names.join(", ");
            let message = format!("no provider has the name \"{name}\"; providers: {names}");
            report.error(place, message);
        }
        found
    }

    fn leaf(
        &self,
        parts: &TokenParts,
        place: &Place<'_>,
        report: &mut Report,
    ) -> Option<TokenLeaf> {
        let part = parts.jwt.as_ref()?;
        let mut providers = Vec::with_capacity(part.providers.len());
        for name in &part.providers {
            let place = &place.field("jwt");
            if let Some(number) = self.find(name.as_str(), place, report) {
                if providers.contains(&number) {
                    report.error(place, format_args!("\"{}\" is given twice", name.as_str()));
                }
                providers.push(number);
            }
        }
        self.used.borrow_mut().extend_from_slice(&providers);
        let place = &place.field("claims");
        let mut claims = Vec::new();
        for (index, entry) in parts.claims.iter().flatten().enumerate() {
            claims.extend(entry.test(&place.index(index), report));
        }
        let scopes = parts.scopes.iter().flatten();
        let scopes = scopes.map(|scope| scope.as_str().into()).collect();
        match &self.section {
            Read::Ready(verifier) => Some(TokenLeaf::new(
                verifier,
                providers,
                part.demand,
                scopes,
                claims,
            )),
            Read::Absent | Read::Broken => None, // refused already
        }
    }
}

impl Default for Tokens {
    fn default() -> Self {
        Self::new()
    }
}

impl Policy for Tokens {
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
                Read::Ready(Rc::new(compile(&section, place, report, &self.seams)))
            }
        };
    }

    fn condition(&self, fields: &mut Fields<'_>, report: &mut Report) -> Vec<Box<dyn Leaf>> {
        let Some(parts) = TokenParts::of(fields, report) else {
            return Vec::new();
        };
        let leaf = self.leaf(&parts, fields.place(), report);
        leaf.map(|leaf| Box::new(leaf) as Box<dyn Leaf>)
            .into_iter()
            .collect()
    }

    fn attribute(
        &self,
        name: &AttributeName<'_>,
        place: &Place<'_>,
        report: &mut Report,
    ) -> Option<Option<Rc<dyn Attribute>>> {
        let Some((provider, what)) = What::read(name, place, report)? else {
            return Some(None);
        };
        let provider = match provider.map(|name| self.find(name, place, report)) {
            Some(None) => return Some(None),
            found => found.flatten(),
        };
        let verifier = self.compiled(place, report).map(Rc::clone);
        Some(verifier.map(|verifier| {
            Rc::new(TokenAttribute::new(verifier, provider, what)) as Rc<dyn Attribute>
        }))
    }

    fn errands(&self) -> Vec<Rc<dyn Errand>> {
        let Read::Ready(verifier) = &self.section else {
            return Vec::new();
        };
        let providers = verifier.providers.iter();
        let sources = providers.filter_map(|one| one.keys.source());
        sources
            .map(|source| Rc::clone(source) as Rc<dyn Errand>)
            .collect()
    }

    fn finish(&self, report: &mut Report) {
        let Read::Ready(verifier) = &self.section else {
            return;
        };
        let used = self.used.borrow();
        for (number, provider) in verifier.providers.iter().enumerate() {
            if !used.contains(&number) {
                let top = Place::top();
                let section = top.field(crate::SECTION);
                let providers = section.field("providers");
                report.warning(&providers.named(&provider.name), "no route uses it");
            }
        }
    }

    fn written_headers(&self) -> Vec<Rc<str>> {
        let Read::Ready(verifier) = &self.section else {
            return Vec::new();
        };
        let mut headers: Vec<Rc<str>> = Vec::new();
        for provider in &verifier.providers {
            let claims = provider.claim_headers.iter().map(|claim| &claim.header);
            for header in claims.chain(&provider.payload_header) {
                if !headers.contains(header) {
                    headers.push(Rc::clone(header));
                }
            }
        }
        headers
    }

    fn on_permit(&self, context: &Context<'_>, permit: &mut Permit) -> Result<(), Failure> {
        if let Read::Ready(verifier) = &self.section {
            verifier.on_permit(context, permit)?;
        }
        Ok(())
    }
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let providers = match &self.section {
            Read::Ready(verifier) => verifier.providers.len(),
            Read::Absent | Read::Broken => 0,
        };
        write!(f, "Tokens({providers} providers)")
    }
}

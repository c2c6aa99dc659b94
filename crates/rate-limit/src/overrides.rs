//! Other rates for named callers: plans, partners, robots.
//!
//! The values of all overrides are one sorted list, so that ten thousand of them cost a request
//! one search for each attribute that they look at.

use std::rc::Rc;

use policy::{Attribute, Context, Failure, Presence, Trust};

use crate::bucket::Bucket;

/// The overrides of one limit, in the order of the document.
#[derive(Clone, Debug, Default)]
pub(crate) struct Overrides {
    /// What is compared, each once.
    pub(crate) attributes: Vec<Rc<dyn Attribute>>,
    /// A value of an attribute, by its number, and the override that names it; sorted.
    pub(crate) values: Vec<(usize, Box<[u8]>, usize)>,
    /// What each override says.
    pub(crate) entries: Vec<Override>,
}

/// One override.
#[derive(Clone, Debug)]
pub(crate) struct Override {
    /// How many attributes it compares; all must match.
    pub(crate) conditions: usize,
    pub(crate) tier: Tier,
}

/// What holds for a request of a limit.
#[derive(Clone, Debug)]
pub(crate) enum Tier {
    /// It is counted here.
    Limited(Bucket),
    /// It is not counted.
    Unlimited,
}

impl Overrides {
    /// Whether any of them looks at what has to be verified first.
    pub(crate) fn are_verified(&self) -> bool {
        let mut trusts = self.attributes.iter().map(|attribute| attribute.trust());
        trusts.any(|trust| trust != Trust::Unverified)
    }

    /// What the first override that matches says; `None` where none does.
    pub(crate) fn find(&self, context: &Context<'_>) -> Result<Option<&Tier>, Failure> {
        if self.entries.is_empty() {
            return Ok(None);
        }
        let mut matched = Vec::new();
        let mut value = Vec::new();
        for (number, attribute) in self.attributes.iter().enumerate() {
            value.clear();
            if attribute.append(context, &mut value)? == Presence::Present {
                matched.extend(self.naming(number, &value));
            }
        }
        matched.sort_unstable();
        let mut groups = matched.chunk_by(|one, other| one == other);
        Ok(groups.find_map(|group| {
            let entry = self.entries.get(*group.first()?)?;
            (group.len() == entry.conditions).then_some(&entry.tier)
        }))
    }

    /// The overrides that name this value of an attribute. Each names a value once.
    fn naming<'a>(&'a self, number: usize, value: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
        let start = self
            .values
            .partition_point(|(at, known, _)| (*at, &**known) < (number, value));
        let rest = self.values.get(start..).unwrap_or_default().iter();
        rest.take_while(move |(at, known, _)| (*at, &**known) == (number, value))
            .map(|(_, _, entry)| *entry)
    }
}

//! Conditions: every part given must hold; "or" is always spelled `any_of`.

mod asked;
mod clash;
mod ip_block;
mod read;
mod when;

pub(crate) use read::{ConditionReader, Who, condition_shape};

use ip_block::IpBlock;
use when::When;

use crate::reason::route as reason;
use crate::{Context, Failure, Leaf, Weight};

/// A compiled condition: a map of the document, whose parts must all hold.
#[derive(Debug, Default)]
pub(crate) struct Condition {
    remote_ip_blocks: Vec<IpBlock>,
    when: Vec<When>,
    leaves: Vec<Box<dyn Leaf>>,
    /// The sections whose policies brought leaves.
    asks: Vec<&'static str>,
    all_of: Vec<Self>,
    any_of: Vec<Self>,
    /// Comparisons of what is verified, which may be verified by any of the other parts.
    verified: Vec<When>,
}

impl Condition {
    /// Whether it holds. What costs least is asked first, and last what compares a fact that another
    /// part has to verify; of several alternatives that fail the
    /// heaviest failure is told.
    pub(crate) fn holds(&self, context: &Context<'_>) -> Result<(), Failure> {
        if !self.remote_ip_blocks.is_empty() {
            let ip = context.request.remote_ip()?;
            let inside =
                ip.is_some_and(|ip| self.remote_ip_blocks.iter().any(|block| block.contains(ip)));
            if !inside {
                return Err(Failure::new(reason::NOT_ALLOWED, Weight::NotAllowed));
            }
        }
        self.when.iter().try_for_each(|when| when.holds(context))?;
        self.leaves
            .iter()
            .try_for_each(|leaf| leaf.holds(context))?;
        self.all_of
            .iter()
            .try_for_each(|condition| condition.holds(context))?;
        self.any_holds(context)?;
        self.verified
            .iter()
            .try_for_each(|when| when.holds(context))
    }

    fn any_holds(&self, context: &Context<'_>) -> Result<(), Failure> {
        let mut alternatives = self.any_of.iter();
        let Some(first) = alternatives.next() else {
            return Ok(());
        };
        alternatives.fold(
            first.alone_holds(context),
            |verdict, alternative| match verdict {
                Ok(()) => Ok(()),
                Err(failure) => alternative
                    .alone_holds(context)
                    .map_err(|other| failure.or(other)),
            },
        )
    }

    /// The same, and where it does not hold, no part of it counts as one that has let the request in.
    pub(crate) fn alone_holds(&self, context: &Context<'_>) -> Result<(), Failure> {
        let before = context.learnt.so_far();
        let holds = self.holds(context);
        if holds.is_err() {
            context.learnt.take_back(before);
        }
        holds
    }

    /// Whether a request without any credential passes it.
    pub(crate) fn is_open(&self) -> bool {
        self.remote_ip_blocks.is_empty()
            && self.when.is_empty()
            && self.verified.is_empty()
            && self.leaves.iter().all(|leaf| leaf.is_open())
            && self.all_of.iter().all(Self::is_open)
            && (self.any_of.is_empty() || self.any_of.iter().any(Self::is_open))
    }

    /// Whether whoever passes it has shown a credential of this section, of this source of it if
    /// one is named.
    pub(crate) fn verifies(&self, section: &str, source: Option<&str>) -> bool {
        let leaf_does = |leaf: &dyn Leaf| match source {
            None => leaf.verifies(section),
            Some(source) => leaf.verifies_source(section, source),
        };
        let does = |condition: &Self| condition.verifies(section, source);
        self.leaves.iter().any(|leaf| leaf_does(&**leaf))
            || self
                .verified
                .iter()
                .any(|when| when.verifies(section, source))
            || self.all_of.iter().any(does)
            || (!self.any_of.is_empty() && self.any_of.iter().all(does))
    }

    /// Whether asking it may verify a credential of this section, of this source if one is named.
    pub(crate) fn looks_for(&self, section: &str, source: Option<&str>) -> bool {
        let does = |condition: &Self| condition.looks_for(section, source);
        let mut leaves = self.leaves.iter();
        leaves.any(|leaf| leaf.looks_for(section, source))
            || self.all_of.iter().any(does)
            || self.any_of.iter().any(does)
    }
}

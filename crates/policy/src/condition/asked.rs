//! Whether what a condition compares is verified before it is compared.
//!
//! An attribute such as `jwt.principal` verifies nothing by itself. Without a part that does, a
//! condition on it would never hold: closed in an `allow`, but open in a `deny`. The same is true of
//! `jwt[login].claims[A]` beside a part that asks for the token of another provider.

use super::{Condition, When};
use crate::document::linked::Linked;
use crate::language::{Place, Report};

/// Whether a credential, by the name of its section or as `SECTION[NAME]`, is asked for before.
type IsAsked<'a> = dyn Fn(&str) -> bool + 'a;

impl Condition {
    /// Refuses comparisons of what no part verifies first, and puts the branches of `all_of` that
    /// need the others behind them. `asked` tells what is asked before this condition.
    pub(super) fn settle(&mut self, asked: &IsAsked<'_>, place: &Place<'_>, report: &mut Report) {
        let branches = std::mem::take(&mut self.all_of).into_iter().enumerate();
        let (needy, others): (Vec<_>, Vec<_>) = branches
            .partition(|(_, branch)| branch.is_needy(&|name| asked(name) || self.asks(name)));
        let list = place.field("all_of");
        for (index, mut branch) in others.into_iter().chain(needy) {
            branch.settle(
                &|name| asked(name) || self.asks_itself(name) || self.all_ask(name),
                &list.index(index),
                report,
            );
            self.all_of.push(branch);
        }
        let list = place.field("any_of");
        let mut any_of = std::mem::take(&mut self.any_of);
        for (index, branch) in any_of.iter_mut().enumerate() {
            branch.settle(
                &|name| asked(name) || self.asks(name),
                &list.index(index),
                report,
            );
        }
        self.any_of = any_of;
        for when in &self.verified {
            let lacking = |(name, _): &(&str, _)| !asked(name) && !self.asks(name);
            let Some((name, section)) = when.needs().filter(lacking) else {
                continue;
            };
            let (key, word) = (when.key(), Linked::first_condition(section));
            let whose = name.strip_prefix(section).unwrap_or_default();
            let whose = whose.trim_matches(['[', ']']);
            let whose = if whose.is_empty() { "..." } else { whose };
            report.error(
                &place.field("when"),
                format_args!(
                    "\"{key}\" needs \"{word}\" beside it or in an all_of around it: it verifies nothing \
                     by itself, so it would be missing on every request; write {{{word}: {whose}, when: [...]}}"
                ),
            );
        }
    }

    /// Whether a part of this name is asked whenever it holds, be it an optional one.
    fn asks(&self, name: &str) -> bool {
        self.asks_itself(name)
            || self.all_ask(name)
            || (!self.any_of.is_empty() && self.any_of.iter().all(|branch| branch.asks(name)))
    }

    fn asks_itself(&self, name: &str) -> bool {
        self.asks.contains(&name) || self.leaves.iter().any(|leaf| leaf.asks(name))
    }

    fn all_ask(&self, name: &str) -> bool {
        self.all_of.iter().any(|branch| branch.asks(name))
    }

    /// Whether it compares what neither it nor what was asked before verifies.
    fn is_needy(&self, asked: &IsAsked<'_>) -> bool {
        let asked = |name: &str| asked(name) || self.asks(name);
        let mut branches = self.all_of.iter().chain(&self.any_of);
        let mut needs = self.verified.iter().filter_map(When::needs);
        needs.any(|(name, _)| !asked(name)) || branches.any(|branch| branch.is_needy(&asked))
    }
}

//! Whether what a condition compares is verified before it is compared.
//!
//! An attribute such as `jwt.principal` verifies nothing by itself. Without a part that does, a
//! condition on it would never hold: closed in an `allow`, but open in a `deny`.

use super::{Condition, When};
use crate::document::linked::Linked;
use crate::language::{Place, Report};

impl Condition {
    /// Refuses comparisons of what no part verifies first, and puts the branches of `all_of` that
    /// need the others behind them. `asked` are the sections that are asked before this condition.
    pub(super) fn settle(
        &mut self,
        asked: &[&'static str],
        linked: &Linked,
        place: &Place<'_>,
        report: &mut Report,
    ) {
        let mut known = asked.to_vec();
        known.extend(&self.asks);
        let branches = std::mem::take(&mut self.all_of).into_iter().enumerate();
        let (needy, others): (Vec<_>, Vec<_>) =
            branches.partition(|(_, branch)| branch.is_needy(&|section| known.contains(&section)));
        let list = place.field("all_of");
        for (index, mut branch) in others.into_iter().chain(needy) {
            branch.settle(&known, linked, &list.index(index), report);
            known.extend(linked.sections().iter().filter(|name| branch.asks(name)));
            self.all_of.push(branch);
        }
        let list = place.field("any_of");
        for (index, branch) in self.any_of.iter_mut().enumerate() {
            branch.settle(&known, linked, &list.index(index), report);
        }
        for when in &self.verified {
            let lacking = |section: &&str| !known.contains(section) && !self.asks(section);
            let Some(section) = when.needs().filter(lacking) else {
                continue;
            };
            let (key, word) = (when.key(), Linked::first_condition(section));
            report.error(
                &place.field("when"),
                format_args!(
                    "\"{key}\" needs \"{word}\" beside it or in an all_of around it: it verifies nothing \
                     by itself, so it would be missing on every request; write {{{word}: ..., when: [...]}}"
                ),
            );
        }
    }

    /// Whether a part of this section is asked whenever it holds, be it an optional one.
    fn asks(&self, section: &str) -> bool {
        self.asks.contains(&section)
            || self.all_of.iter().any(|branch| branch.asks(section))
            || (!self.any_of.is_empty() && self.any_of.iter().all(|branch| branch.asks(section)))
    }

    /// Whether it compares what neither it nor what was asked before verifies.
    fn is_needy(&self, known: &dyn Fn(&str) -> bool) -> bool {
        let known = |section: &str| known(section) || self.asks(section);
        let mut branches = self.all_of.iter().chain(&self.any_of);
        let mut needs = self.verified.iter().filter_map(When::needs);
        needs.any(|section| !known(section)) || branches.any(|branch| branch.is_needy(&known))
    }
}

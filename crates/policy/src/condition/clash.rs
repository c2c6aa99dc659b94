//! Parts that must all hold and never can: a slip, which in a `deny` would never deny.
//!
//! Compared is what must hold together without an "or" between: a map, and the maps in its `all_of`.

use super::Condition;
use super::ip_block::IpBlock;
use super::when::When;
use crate::language::{Place, Report};

/// What must hold at once: comparisons, and lists of blocks of which the address is in each.
#[derive(Default)]
struct Together<'c> {
    whens: Vec<&'c When>,
    blocks: Vec<&'c [IpBlock]>,
}

impl Condition {
    /// Refuses two parts of this condition that never hold together, each pair once.
    pub(super) fn report_clashes(&self, place: &Place<'_>, report: &mut Report) {
        self.clashes(place, report);
    }

    fn clashes(&self, place: &Place<'_>, report: &mut Report) -> Together<'_> {
        let mut all = Together::default();
        for when in self.when.iter().chain(&self.verified) {
            let one = Together {
                whens: vec![when],
                ..Together::default()
            };
            all.join(one, &place.field("when"), report);
        }
        if !self.remote_ip_blocks.is_empty() {
            all.blocks.push(&self.remote_ip_blocks);
        }
        let list = place.field("all_of");
        for (index, branch) in self.all_of.iter().enumerate() {
            let place = list.index(index);
            let branch = branch.clashes(&place, report);
            all.join(branch, &place, report);
        }
        let list = place.field("any_of");
        for (index, branch) in self.any_of.iter().enumerate() {
            branch.report_clashes(&list.index(index), report);
        }
        all
    }
}

impl Together<'_> {
    /// Adds what must hold too; `place` is where that stands.
    fn join(&mut self, other: Self, place: &Place<'_>, report: &mut Report) {
        for when in &other.whens {
            if !self.whens.iter().all(|mine| mine.can_hold_with(when)) {
                report.error(
                    place,
                    format_args!(
                        "asks of \"{}\" what can never hold together with another entry on it; write one \
                         entry, or the two in an any_of",
                        when.key()
                    ),
                );
            }
        }
        let meets = |mine: &[IpBlock], theirs: &[IpBlock]| {
            let mut mine = mine.iter();
            mine.any(|one| theirs.iter().any(|other| one.overlaps(*other)))
        };
        for theirs in &other.blocks {
            if !self.blocks.iter().all(|mine| meets(mine, theirs)) {
                report.error(
                    &place.field("remote_ip_blocks"),
                    "no address lies in these and in the blocks that must hold beside them",
                );
            }
        }
        self.whens.extend(other.whens);
        self.blocks.extend(other.blocks);
    }
}

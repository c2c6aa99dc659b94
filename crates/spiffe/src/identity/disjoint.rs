//! Refuses parts of one condition that no caller could ever meet together.
//!
//! Parts of a map must all hold; who lists a principal and another's namespace meant "or", and
//! would find out only when every call is denied.

use policy::language::{Place, Report};

use crate::IdTemplate;
use crate::id_trie::{Patience, Trie};

/// How far is looked before parts are taken to meet. A document at its limits would otherwise take
/// longer to load than a proxy waits; what is let through here denies, and never permits.
const PATIENCE: Patience = Patience {
    steps: 200_000,
    depth: 64,
};

/// One part of a condition with the templates it lists.
pub(super) struct Part {
    pub(super) name: &'static str,
    pub(super) ids: Vec<IdTemplate>,
}

/// Reports the parts that can never hold together.
pub(super) fn refuse(parts: &[Part], place: &Place<'_>, report: &mut Report) {
    if parts.len() < 2 {
        return;
    }
    let trie = |part: &Part| Trie::of(&part.ids.iter().collect::<Vec<_>>());
    let tries: Vec<Trie> = parts.iter().map(trie).collect();
    let parts: Vec<(&Part, &Trie)> = parts.iter().zip(&tries).collect();
    for (index, first) in parts.iter().enumerate() {
        for second in parts.iter().skip(index.saturating_add(1)) {
            if !meet(&[*first, *second]) {
                let (first, second) = (first.0.name, second.0.name);
                report.error(
                    place,
                    format_args!(
                        "{first} and {second} can never both hold; to accept either write \
                         {{any_of: [{{{first}: [...]}}, {{{second}: [...]}}]}}"
                    ),
                );
                return;
            }
        }
    }
    if !meet(&parts) {
        let names: Vec<&str> = parts.iter().map(|(part, _)| part.name).collect();
        let names = names.join(", ");
        report.error(place, format_args!("{names} can never all hold together"));
    }
}

/// Whether some ID is in all parts.
fn meet(parts: &[(&Part, &Trie)]) -> bool {
    let tries: Vec<&Trie> = parts.iter().map(|(_, trie)| *trie).collect();
    Trie::meet(&tries, &mut { PATIENCE })
}

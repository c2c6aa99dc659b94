//! Refuses parts of one condition that no caller could ever meet together.
//!
//! Parts of a map must all hold; who lists a principal and another's namespace meant "or", and
//! would find out only when every call is denied.

use policy::language::{Place, Report};

use crate::IdTemplate;

/// How many pairs are tried before parts are taken to meet. A document at its limits would
/// otherwise take longer to load than a proxy waits; what is let through here denies, and never
/// permits.
const MAX_TRIED: usize = 1_000_000;

/// One part of a condition with the templates it lists.
pub(super) struct Part {
    pub(super) name: &'static str,
    pub(super) ids: Vec<IdTemplate>,
}

/// Reports the parts that can never hold together.
pub(super) fn refuse(parts: &[Part], place: &Place<'_>, report: &mut Report) {
    for (index, first) in parts.iter().enumerate() {
        for second in parts.iter().skip(index.saturating_add(1)) {
            if !meet(&[first, second]) {
                let (first, second) = (first.name, second.name);
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
    if !meet(&parts.iter().collect::<Vec<_>>()) {
        let names: Vec<&str> = parts.iter().map(|part| part.name).collect();
        let names = names.join(", ");
        report.error(place, format_args!("{names} can never all hold together"));
    }
}

/// Whether some ID is in all parts.
fn meet(parts: &[&Part]) -> bool {
    let mut left = MAX_TRIED;
    meet_within(None, parts, &mut left)
}

fn meet_within(so_far: Option<&IdTemplate>, parts: &[&Part], left: &mut usize) -> bool {
    let Some((part, others)) = parts.split_first() else {
        return true;
    };
    part.ids.iter().any(|template| {
        *left = left.saturating_sub(1);
        let both = match so_far {
            None => Some(template.clone()),
            Some(so_far) => so_far.intersection(template),
        };
        *left == 0 || both.is_some_and(|both| meet_within(Some(&both), others, left))
    })
}

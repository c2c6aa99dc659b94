//! From budgets as they are written to what counts.

use std::num::NonZeroU32;

use policy::language::{Place, Report, Span, Whole};
use policy::{Allowance, Ipv6Prefix};

use crate::budgets::{Budgets, Failures};
use crate::document::BudgetsModel;
use crate::pace::Pace;

/// Compiles the budgets. Without anybody who keeps a count over all workers, failures are not counted:
/// so it is where a document is only checked.
pub(super) fn of(
    model: &BudgetsModel,
    ledger: Option<&dyn policy::Budgets>,
    place: &Place<'_>,
    report: &mut Report,
) -> Budgets {
    let place = place.field("budgets");
    let failures = &model.failures;
    let allowed = allowance(failures.requests, failures.per, failures.burst);
    let checked = check(allowed, &place.field("failures"), report);
    let budget = match (ledger, checked, failures.unlimited) {
        (Some(ledger), Some(_), false) => ledger.open("jwt.failures", allowed),
        _ => None,
    };
    let signatures = model.signatures.as_ref().and_then(|model| {
        let allowed = allowance(model.requests, model.per, model.burst);
        check(allowed, &place.field("signatures"), report)
    });
    Budgets {
        failures: budget.map(|budget| Failures {
            budget,
            caller: failures.key,
            ipv6: Ipv6Prefix(narrow(failures.ipv6_prefix.value()).get()),
        }),
        signatures,
    }
}

fn allowance<const A: u64, const B: u64>(
    requests: Whole<1, 1_000_000>,
    per: Span<A, B>,
    burst: Option<Whole<1, 1_000_000>>,
) -> Allowance {
    Allowance {
        requests: narrow(requests.value()),
        per: per.value(),
        burst: narrow(burst.unwrap_or(requests).value()),
    }
}

/// The same bound for both, so that what loads here loads wherever the count is kept.
fn check(allowance: Allowance, place: &Place<'_>, report: &mut Report) -> Option<Pace> {
    let checked = Pace::new(allowance);
    if checked.is_none() {
        let message = "used up, it would come back only after more than a day; write a smaller burst \
                       or a shorter time";
        report.error(place, message);
    }
    checked
}

/// A number whose bounds the language has checked.
fn narrow(value: u64) -> NonZeroU32 {
    let value = u32::try_from(value).unwrap_or(u32::MAX);
    NonZeroU32::new(value).unwrap_or(NonZeroU32::MIN)
}

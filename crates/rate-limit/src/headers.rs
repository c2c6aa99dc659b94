//! What the client is told about its limits.
//!
//! `RateLimit` and `RateLimit-Policy` after draft-ietf-httpapi-ratelimit-headers-11, which are lists
//! of strings with parameters (RFC 9651 §3.1), and the `X-RateLimit` headers of its draft 03. They
//! are written by hand: names hold no character that a string would escape, numbers are whole, and
//! a library for the whole grammar would weigh more than this policy; a test reads them with one.

use std::fmt::Write;
use std::time::Duration;

use policy::language::{Place, Report};

use crate::bucket::Told;
use crate::level::Left;
use crate::section::HeaderSet;
use crate::standing::Standing;

/// Which headers are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Headers {
    fields: bool,
    draft_03: bool,
}

/// The greatest number that a structured field holds (RFC 9651 §3.3.1).
const MAX_INTEGER: u64 = 999_999_999_999_999;

impl Headers {
    /// What the section says.
    pub(crate) fn read(words: &[HeaderSet], place: &Place<'_>, report: &mut Report) -> Self {
        if words.contains(&HeaderSet::None) && words.len() > 1 {
            report.error(place, "\"none\" stands alone; remove it or the others");
        }
        Self {
            fields: words.contains(&HeaderSet::RateLimit),
            draft_03: words.contains(&HeaderSet::XRateLimit),
        }
    }

    /// Whether none is written, so that nothing has to be noted for them.
    pub(crate) const fn is_none(self) -> bool {
        !self.fields && !self.draft_03
    }

    /// The headers of a response, each with its value.
    pub(crate) fn of(self, standing: &Standing) -> Vec<(&'static str, String)> {
        let all = standing.all();
        let rates: Vec<(&Told, Left)> = all
            .iter()
            .flat_map(|(told, level)| told.iter().zip(level.rates()))
            .collect();
        let mut headers = Vec::new();
        if self.fields && !rates.is_empty() {
            headers.push(("ratelimit-policy", list(&rates, policy)));
            headers.push(("ratelimit", list(&rates, limit)));
        }
        if self.draft_03 {
            headers.extend(draft_03(&rates));
        }
        headers
    }
}

/// `x-ratelimit-limit` names the rate of which least is left, and then all of them.
fn draft_03(rates: &[(&Told, Left)]) -> Vec<(&'static str, String)> {
    let tightest = rates
        .iter()
        .min_by_key(|(_, left)| (left.requests, std::cmp::Reverse(left.more)));
    let Some((told, left)) = tightest else {
        return Vec::new();
    };
    let all = list(rates, |out, (told, _)| {
        let _ = write!(
            out,
            "{};w={};name=\"{}\"",
            told.quota, told.window, told.name
        );
    });
    vec![
        ("x-ratelimit-limit", format!("{}, {all}", told.quota)),
        ("x-ratelimit-remaining", left.requests.to_string()),
        ("x-ratelimit-reset", seconds(left.more).to_string()),
    ]
}

fn policy(out: &mut String, (told, _): &(&Told, Left)) {
    out.push_str(&told.policy);
}

fn limit(out: &mut String, (told, left): &(&Told, Left)) {
    let (requests, more) = (left.requests, seconds(left.more).min(MAX_INTEGER));
    let _ = write!(out, "\"{}\";r={requests};t={more}", told.name); // a String takes all
}

fn list<T>(items: &[T], write: impl Fn(&mut String, &T)) -> String {
    let mut out = String::new();
    for item in items {
        if !out.is_empty() {
            out.push_str(", ");
        }
        write(&mut out, item);
    }
    out
}

/// Whole seconds, rounded up, and at least one: zero would ask the client to try again at once
/// (RFC 9110 §10.2.3).
pub(crate) fn seconds(time: Duration) -> u64 {
    let seconds = time.as_nanos().div_ceil(1_000_000_000).max(1);
    u64::try_from(seconds).unwrap_or(u64::MAX)
}

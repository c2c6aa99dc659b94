//! What the client is told about its limits.
//!
//! `RateLimit` and `RateLimit-Policy` after draft-ietf-httpapi-ratelimit-headers-11, which are lists
//! of strings with parameters (RFC 9651 §3.1), and the `X-RateLimit` headers of its draft 03, which
//! are no structured fields.

use std::fmt::Write;
use std::time::Duration;

use policy::language::{Place, Report};
use sfv::{Integer, KeyRef, ListSerializer};

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
        if self.fields {
            headers.extend(policies(&rates).map(|list| ("ratelimit-policy", list)));
            headers.extend(limits(&rates).map(|list| ("ratelimit", list)));
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
    let mut all = told.quota.to_string();
    for (told, _) in rates {
        let (quota, window, name) = (told.quota, told.window, told.name.as_str());
        let _ = write!(all, ", {quota};w={window};name=\"{name}\""); // a String takes all
    }
    vec![
        ("x-ratelimit-limit", all),
        ("x-ratelimit-remaining", left.requests.to_string()),
        ("x-ratelimit-reset", seconds(left.more).to_string()),
    ]
}

/// The value of `RateLimit-Policy` (§3); `None` where no limit counted the request.
fn policies(rates: &[(&Told, Left)]) -> Option<String> {
    let (quota, window, burst) = (key("q")?, key("w")?, key("portcullis-burst")?);
    let mut list = ListSerializer::new();
    for (told, _) in rates {
        let item = list
            .bare_item(&*told.name)
            .parameter(quota, integer(told.quota))
            .parameter(window, integer(told.window));
        if let Some(most) = told.burst {
            let _ = item.parameter(burst, integer(most));
        }
    }
    list.finish()
}

/// The value of `RateLimit` (§4); `None` where no limit counted the request.
fn limits(rates: &[(&Told, Left)]) -> Option<String> {
    let (remaining, reset) = (key("r")?, key("t")?);
    let mut list = ListSerializer::new();
    for (told, left) in rates {
        let _ = list
            .bare_item(&*told.name)
            .parameter(remaining, integer(left.requests.into()))
            .parameter(reset, integer(seconds(left.more)));
    }
    list.finish()
}

/// The name of a parameter, all of which are names of one.
fn key(name: &str) -> Option<&KeyRef> {
    KeyRef::from_str(name).ok()
}

/// A number, no greater than a structured field holds (RFC 9651 §3.3.1).
fn integer(number: u64) -> Integer {
    Integer::try_from(number).unwrap_or(Integer::MAX)
}

/// Whole seconds, rounded up, and at least one: zero would ask the client to try again at once
/// (RFC 9110 §10.2.3).
pub(crate) fn seconds(time: Duration) -> u64 {
    let seconds = time.as_nanos().div_ceil(1_000_000_000).max(1);
    u64::try_from(seconds).unwrap_or(u64::MAX)
}

//! Log lines: one for each denial and for each one that a rule on trial would have made, one for
//! each error of a document.
//!
//! They hold what the document and the plugin say, and a verified SPIFFE ID, whose characters are
//! few (SPIFFE-ID §2). Nothing else that a client sent is in them, so that no secret and no forged
//! line can be.

use std::fmt::Write;

use log::{Level, LevelFilter, Log, Metadata, Record};
use policy::{Denial, Permit, Reason, Status, Trial};

use crate::decision_id::DecisionId;
use crate::host::{self, HostError, abi};

/// Sends what is logged through the `log` crate to the proxy's log. Called once a VM; it bears no
/// policy, so a second call, by a plugin in the same process, changes nothing.
pub(crate) fn install() {
    if log::set_logger(&ProxyLog).is_ok() {
        log::set_max_level(LevelFilter::Info);
    }
}

/// The proxy's log. What becomes of a request or a configuration never hangs on a line, so a
/// failure to write one ends here.
struct ProxyLog;

impl Log for ProxyLog {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true // the proxy filters by its own level
    }

    fn log(&self, record: &Record<'_>) {
        let level = match record.level() {
            Level::Error => host::Level::Error,
            Level::Warn => host::Level::Warn,
            Level::Info | Level::Debug | Level::Trace => host::Level::Info,
        };
        let line = format!("portcullis: {}", record.args());
        let _ = if line.contains(char::is_control) {
            let escaped: String = line.chars().flat_map(escaped).collect();
            abi::log(level, &escaped)
        } else {
            abi::log(level, &line)
        };
    }

    fn flush(&self) {}
}

/// Whom a line about a rule on trial is about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct About<'a> {
    route: Option<&'a str>,
    principal: Option<&'a str>,
}

impl<'a> About<'a> {
    pub(crate) fn permit(permit: &'a Permit) -> Self {
        Self {
            route: permit.route.as_deref(),
            principal: permit.principal.as_deref(),
        }
    }

    pub(crate) fn denial(denial: &'a Denial) -> Self {
        Self {
            route: denial.route.as_deref(),
            principal: denial.principal.as_deref(),
        }
    }
}

/// Says that and why a request was denied.
pub(crate) fn denial(plugin: &str, denial: &Denial, id: DecisionId, fault: Option<HostError>) {
    let status = denial.reason.status();
    let level = match status {
        Status::Unavailable => Level::Warn,
        _ => Level::Info,
    };
    let About { route, principal } = About::denial(denial);
    let (route, principal) = (route.unwrap_or("-"), principal.unwrap_or("-"));
    let rule = denial.rule.as_deref().unwrap_or("-");
    let mut cause = String::new();
    // a call that failed for a rule on trial alone is not what denied
    if let (Some(fault), Status::Unavailable) = (fault, status) {
        let _ = write!(cause, " fault=\"{fault}\""); // writing to a String does not fail
    }
    log::log!(
        level,
        "{plugin} denied: reason={} status={} route={route} rule={rule} principal={principal} decision={id}{cause}",
        denial.reason,
        status.http(),
    );
}

/// Says what a rule on trial would have denied, and why.
pub(crate) fn trial(plugin: &str, trial: &Trial, reason: Reason, about: About<'_>, id: DecisionId) {
    let status = reason.status().http();
    let (route, principal) = (about.route.unwrap_or("-"), about.principal.unwrap_or("-"));
    let by = trial.by.as_deref().unwrap_or("-");
    log::info!(
        "{plugin} shadow denied: reason={reason} status={status} route={route} rule={} by={by} principal={principal} decision={id}",
        trial.rule,
    );
}

fn escaped(character: char) -> impl Iterator<Item = char> {
    let (plain, escape) = if character.is_control() {
        (None, Some(character.escape_default()))
    } else {
        (Some(character), None)
    };
    plain.into_iter().chain(escape.into_iter().flatten())
}

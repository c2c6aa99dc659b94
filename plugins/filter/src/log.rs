//! Log lines: one for each denial, one for each error of a document.
//!
//! They hold what the document and the plugin say. Nothing that a client sent is in them, so that
//! no secret and no forged line can be.

use std::fmt::Write;

use policy::{Denial, Status};

use crate::decision_id::DecisionId;
use crate::host::{HostError, Level, abi};

/// Writes a line, with control characters escaped. What becomes of a request or a configuration
/// never hangs on its log line, so a failure ends here.
pub(crate) fn line(level: Level, text: &str) {
    let _ = if text.contains(char::is_control) {
        let escaped: String = text.chars().flat_map(escaped).collect();
        abi::log(level, &escaped)
    } else {
        abi::log(level, text)
    };
}

/// Says that and why a request was denied.
pub(crate) fn denial(plugin: &str, denial: &Denial, id: DecisionId, fault: Option<HostError>) {
    let status = denial.reason.status();
    let level = match status {
        Status::Unavailable => Level::Warn,
        _ => Level::Info,
    };
    let route = denial.route.as_deref().unwrap_or("-");
    let rule = denial.rule.as_deref().unwrap_or("-");
    let mut text = format!(
        "portcullis: {plugin} denied: reason={} status={} route={route} rule={rule} decision={id}",
        denial.reason,
        status.http(),
    );
    if let Some(fault) = fault {
        let _ = write!(text, " fault=\"{fault}\""); // writing to a String does not fail
    }
    line(level, &text);
}

fn escaped(character: char) -> impl Iterator<Item = char> {
    let (plain, escape) = if character.is_control() {
        (None, Some(character.escape_default()))
    } else {
        (Some(character), None)
    };
    plain.into_iter().chain(escape.into_iter().flatten())
}

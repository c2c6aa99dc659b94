//! One line of the access log.
//!
//! It is what an operator sees; a denial whose code is missing there is a denial nobody can explain.

use std::{collections::HashMap, fs, path::Path};

use serde_json::Value;

/// A request as the proxy logged it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// `%RESPONSE_CODE%`.
    pub status: u64,
    /// `%RESPONSE_CODE_DETAILS%`.
    pub details: String,
    /// The mark that the seal looks for, when the plugin set it.
    pub pass: Option<String>,
    /// What decided, as the plugin stated it.
    pub decision: Option<String>,
    /// The claim that the tests' documents tell under the name `tenant`.
    pub claim: Option<String>,
    /// The guard or limit that denied.
    pub denied_by: Option<String>,
    /// Whether the request reached the upstream.
    pub upstream: bool,
    /// What a native RBAC filter in shadow mode would have decided: `allowed` or `denied`.
    pub shadow_rbac: Option<String>,
}

/// The line of a request's id, when it has been written.
pub(crate) fn find(log: &Path, id: &str) -> Option<LogLine> {
    all(log).remove(id)
}

/// All lines that have been written, by the ids of their requests.
pub(crate) fn all(log: &Path) -> HashMap<String, LogLine> {
    let text = fs::read(log).unwrap_or_default();
    String::from_utf8_lossy(&text)
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .filter_map(|line: Value| Some((line["id"].as_str()?.to_owned(), parse(&line))))
        .collect()
}

fn parse(line: &Value) -> LogLine {
    let text = |name: &str| line[name].as_str().map(str::to_owned);
    LogLine {
        status: line["status"].as_u64().expect("a status is a number"),
        details: text("details").unwrap_or_default(),
        pass: text("pass"),
        decision: text("decision"),
        claim: text("claim"),
        denied_by: text("denied_by"),
        upstream: line["upstream"].is_string(),
        shadow_rbac: text("shadow_rbac"),
    }
}

//! Plain requests, and engines that know API keys and nothing else.

#![allow(
    dead_code,
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "for tests, of which each binary uses some"
)]

use std::borrow::Cow;
use std::cell::Cell;
use std::time::Duration;

use api_key::{ApiKeys, Digest};
use policy::language::Report;
use policy::{Decision, Engine, Fact, HeaderChange, Permit, Source, Unreadable};

/// The time of the tests: 2023-11-14T22:13:20Z.
pub(crate) const NOW: u64 = 1_700_000_000;

/// A request as plain values.
pub(crate) struct Plain {
    path: String,
    headers: Vec<(String, Vec<u8>)>,
    now: u64,
    /// How often the wall clock was read.
    pub(crate) clock_read: Cell<u32>,
}

impl Plain {
    pub(crate) fn new(path: &str) -> Self {
        Self {
            path: path.to_owned(),
            headers: Vec::new(),
            now: NOW,
            clock_read: Cell::new(0),
        }
    }

    pub(crate) fn with(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        let value = value.as_ref().to_vec();
        self.headers.push((name.to_owned(), value));
        self
    }

    pub(crate) const fn at(mut self, now: u64) -> Self {
        self.now = now;
        self
    }
}

impl Source for Plain {
    fn header(&self, name: &str) -> Result<Option<Cow<'_, [u8]>>, Unreadable> {
        let pseudo = match name {
            ":method" => Some(b"GET".as_slice()),
            ":path" => Some(self.path.as_bytes()),
            ":authority" => Some(b"shop.example.org".as_slice()),
            _ => None,
        };
        let named = self.headers.iter().filter(|(header, _)| header == name);
        let values: Vec<&[u8]> = pseudo
            .into_iter()
            .chain(named.map(|(_, value)| value.as_slice()))
            .collect();
        Ok((!values.is_empty()).then(|| Cow::Owned(values.join(&b','))))
    }

    fn fact(&self, _fact: Fact) -> Result<Option<Cow<'_, [u8]>>, Unreadable> {
        Ok(Some(Cow::Borrowed(b"203.0.113.9:50000")))
    }

    fn unix_time(&self) -> Result<Duration, Unreadable> {
        self.clock_read.set(self.clock_read.get() + 1);
        Ok(Duration::from_secs(self.now))
    }

    fn monotonic(&self) -> Result<Duration, Unreadable> {
        Err(Unreadable)
    }
}

/// An entry of `keys`.
pub(crate) fn entry(client: &str, key: &str, not_after: Option<&str>) -> String {
    let digest = Digest::of(key.as_bytes());
    let not_after = not_after.map(|time| format!(r#", "not_after": "{time}""#));
    let not_after = not_after.unwrap_or_default();
    format!(r#"{{"client": "{client}", "sha256": "{digest}"{not_after}}}"#)
}

/// acme has two keys, of which the older ends; beta has one, gone one that has ended.
pub(crate) fn section(more: &str) -> String {
    let keys = [
        entry("acme", "acme-old", Some("2023-12-01T00:00:00Z")),
        entry("acme", "acme-new", None),
        entry("beta", "beta-key", None),
        entry("gone", "gone-key", Some("2023-11-14T22:13:19Z")),
    ];
    format!(r#"{{{more}, "keys": [{}]}}"#, keys.join(", "))
}

pub(crate) const HEADER: &str = r#""from_headers": [{"name": "x-api-key"}]"#;

/// A document with this section and these routes.
pub(crate) fn document(section: &str, routes: &str) -> String {
    format!(r#"{{"version": "v1", "api_key": {section}, "routes": {routes}}}"#)
}

pub(crate) fn compile(document: &str) -> Result<(Engine, Report), Report> {
    let policies: Vec<Box<dyn policy::Policy>> = vec![Box::new(ApiKeys::new())];
    policy::compile(document.as_bytes(), "keys.wasm", policies)
}

/// An engine of a good document.
pub(crate) fn engine(section: &str, routes: &str) -> Engine {
    let document = document(section, routes);
    compile(&document).expect("a good document").0
}

/// The code of a decision; `permit` for a permit.
pub(crate) fn code(decision: &Decision) -> &'static str {
    decision
        .as_ref()
        .map_or_else(|denial| denial.reason.code(), |_| "permit")
}

/// Changes to the request's headers in a readable form.
pub(crate) fn changes(permit: &Permit) -> Vec<String> {
    let text = |change: &HeaderChange| match change {
        HeaderChange::Remove(name) => format!("-{name}"),
        HeaderChange::Set(name, value) => format!("{name}={}", value.escape_ascii()),
        HeaderChange::Add(name, value) => format!("{name}+{}", value.escape_ascii()),
    };
    permit.changes.iter().map(text).collect()
}

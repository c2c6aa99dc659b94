//! A case of the corpus.

use portcullis_envoy_tests::Request;
use serde_json::Value;

/// What becomes of a request: it reaches the upstream, or it does not, whoever refuses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Permit,
    Deny,
}

/// A request that servers may read in several ways.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) name: String,
    method: String,
    /// Each character is one byte.
    target: String,
    hosts: Vec<String>,
    /// How many letters follow the target, for long ones.
    pad: usize,
    /// What is expected behind the listener as it is shipped.
    pub(crate) shipped: Verdict,
    /// And behind one that sets nothing.
    pub(crate) defaults: Verdict,
}

impl Case {
    pub(crate) fn all() -> Vec<Self> {
        let cases: Value = serde_json::from_str(include_str!("../../corpus/confusion.json"))
            .expect("the corpus is JSON");
        let cases = cases.as_array().expect("the corpus is a list");
        cases.iter().map(Self::read).collect()
    }

    fn read(value: &Value) -> Self {
        let fields = value.as_object().expect("a case is a map");
        for field in fields.keys() {
            assert!(FIELDS.contains(&field.as_str()), "{field} in {value}");
        }
        let text = |field: &str| fields.get(field).and_then(Value::as_str);
        let stated = |field: &str| text(field).unwrap_or_else(|| panic!("no {field} in {value}"));
        assert!(!stated("why").is_empty(), "no reason in {value}");
        let verdict = |word: &str| match word {
            "permit" => Verdict::Permit,
            "deny" => Verdict::Deny,
            other => panic!("{other} in {value}"),
        };
        let hosts = match fields.get("host") {
            None => vec![SHOP.to_owned()],
            Some(Value::Null) => Vec::new(),
            Some(Value::String(host)) => vec![host.clone()],
            Some(several) => serde_json::from_value(several.clone()).expect("a list of hosts"),
        };
        let shipped = verdict(stated("expect"));
        Self {
            name: stated("name").to_owned(),
            method: text("method").unwrap_or("GET").to_owned(),
            target: stated("target").to_owned(),
            hosts,
            pad: fields.get("pad").and_then(Value::as_u64).map_or(0, |pad| {
                usize::try_from(pad).expect("a length fits this machine")
            }),
            shipped,
            defaults: text("defaults").map_or(shipped, verdict),
        }
    }

    /// The bytes that a client sends.
    pub(crate) fn request(&self) -> Request {
        let target = bytes(&(self.target.clone() + &"a".repeat(self.pad)));
        let request = Request::hostless(&self.method, target);
        let hosts = self.hosts.iter();
        hosts.fold(request, |request, host| request.header("host", bytes(host)))
    }

    /// The request line's target and the hosts, for the page.
    pub(crate) fn shown(&self) -> String {
        let target: String = self.target.chars().take(SHOWN).collect();
        let cut = target.len() < self.target.len() || self.pad > 0;
        let method = Some(self.method.as_str()).filter(|method| *method != "GET");
        let hosts = match self.hosts.as_slice() {
            [host] if host == SHOP => None,
            [] => Some("no host".to_owned()),
            hosts => Some(format!("host \"{}\"", hosts.join("\" and \""))),
        };
        let cut = if cut { "..." } else { "" };
        let hosts = hosts.map_or_else(String::new, |hosts| format!(", {hosts}"));
        let method = method.map_or_else(String::new, |method| format!("{method} "));
        format!("{method}{target}{cut}{hosts}")
    }
}

/// Text in which each character stands for one byte.
pub(crate) fn bytes(text: &str) -> Vec<u8> {
    let byte = |character| u8::try_from(u32::from(character)).expect("a character up to U+00FF");
    text.chars().map(byte).collect()
}

/// The host of a case that names none.
pub(crate) const SHOP: &str = "shop.example.org";
const FIELDS: &[&str] = &[
    "name", "target", "method", "host", "pad", "expect", "defaults", "why",
];
const SHOWN: usize = 60;

//! The cases of SPIFFE-ID and X509-SVID: what the standards' text and other implementations try,
//! with what must come of it.
//!
//! The files in `spiffe/` are the cases; expectations there are reasoned from the text, each with its
//! section. Here they are read and judged by the policy's own types; `tests/envoy` shows those that
//! TLS can carry to a real proxy.

mod judge;
mod svid;

pub use self::judge::{id_verdict, matches, svid_verdict, template_verdict, trust_domain_verdict};
pub use self::svid::{Carried, SvidCase, good_ids, svids};

use serde_json::{Map, Value};

use crate::der::hex;
use crate::recipe::expanded;

/// A text and the rule that it breaks.
#[derive(Clone, Debug)]
pub struct TextCase {
    /// The bytes to read.
    pub bytes: Vec<u8>,
    /// `valid`, or the rule that is broken.
    pub expect: String,
}

/// A template, and IDs to hold against it.
#[derive(Clone, Debug)]
pub struct TemplateCase {
    /// The template.
    pub template: String,
    /// `valid`, or the rule that is broken.
    pub expect: String,
    /// IDs that it matches.
    pub matches: Vec<String>,
    /// IDs that it does not match.
    pub misses: Vec<String>,
}

/// SPIFFE IDs.
#[must_use]
pub fn ids() -> Vec<TextCase> {
    texts(include_str!("../spiffe/ids.json"), "id")
}

/// Names of trust domains.
#[must_use]
pub fn trust_domains() -> Vec<TextCase> {
    texts(include_str!("../spiffe/trust_domains.json"), "name")
}

/// Templates over SPIFFE IDs.
#[must_use]
pub fn templates() -> Vec<TemplateCase> {
    let known = ["template", "matches", "misses"];
    cases(include_str!("../spiffe/templates.json"), &known)
        .iter()
        .map(|case| {
            let list = |name: &str| {
                let list = case.get(name).and_then(Value::as_array);
                list.into_iter().flatten().map(expanded).collect()
            };
            TemplateCase {
                template: expanded(&case["template"]),
                expect: word(case, "expect"),
                matches: list("matches"),
                misses: list("misses"),
            }
        })
        .collect()
}

fn texts(file: &str, name: &str) -> Vec<TextCase> {
    cases(file, &[name, "hex"])
        .iter()
        .map(|case| TextCase {
            bytes: match case.get("hex") {
                Some(digits) => hex(digits.as_str().expect("hex digits")),
                None => expanded(&case[name]).into_bytes(),
            },
            expect: word(case, "expect"),
        })
        .collect()
}

/// The cases of a file; each says what is expected and where it is from, and has no field but
/// these, notes and the known ones.
fn cases(file: &str, known: &[&str]) -> Vec<Map<String, Value>> {
    let file: Value = serde_json::from_str(file).expect("a file of cases is JSON");
    let cases = file["cases"].as_array().expect("cases");
    let case = |value: &Value| {
        let case = value.as_object().expect("a case is an object").clone();
        assert!(
            case.contains_key("expect") && case.contains_key("from"),
            "{value}"
        );
        let ours = ["expect", "from", "others", "note"];
        for field in case.keys().map(String::as_str) {
            assert!(
                ours.contains(&field) || known.contains(&field),
                "{field} in {value}"
            );
        }
        case
    };
    cases.iter().map(case).collect()
}

fn word(case: &Map<String, Value>, name: &str) -> String {
    case[name].as_str().expect("a word").to_owned()
}

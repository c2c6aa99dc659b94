//! Cases of X509-SVID: a certificate, the form in which a proxy states it, and the verdict.

use serde_json::{Map, Value};

use super::{cases, word};
use crate::der::{base64_lines, pem, url_encoded};
use crate::recipe::{Extension, Recipe, WORKLOAD, expanded};

/// A certificate that a peer shows.
#[derive(Clone, Debug)]
pub struct SvidCase {
    /// What it shows.
    pub name: String,
    /// How the certificate is made.
    pub recipe: Recipe,
    /// The text in which it is stated, with marks for the certificate; none for plain PEM.
    text: Option<String>,
    /// The time at which it is looked at, in seconds since the Unix epoch.
    pub now: u64,
    /// `permit`, or the reason code.
    pub expect: String,
    /// The SPIFFE ID that a permitted one names.
    pub id: String,
    /// What becomes of it in front of a real proxy.
    pub carried: Carried,
}

/// Whether TLS brings a certificate to the filter in a real proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Carried {
    /// It does: the filter decides.
    ToTheFilter,
    /// The proxy's own validation of the chain refuses it before.
    RefusedInHandshake,
    /// TLS cannot carry it, or not at this time.
    No,
}

/// When the cases are looked at that do not say: 2026-01-01.
const NOW: u64 = 1_767_225_600;

/// All cases of X509-SVID: of the certificate, and of the text in which it is stated.
#[must_use]
pub fn svids() -> Vec<SvidCase> {
    let known = ["name", "certificate", "text", "now", "id", "in_envoy"];
    let certificates = cases(include_str!("../../spiffe/svids.json"), &known);
    let texts = cases(include_str!("../../spiffe/pem.json"), &known);
    certificates.iter().chain(&texts).map(read).collect()
}

/// Every ID that a case's good certificate names: an allowlist for all of them.
#[must_use]
pub fn good_ids() -> Vec<String> {
    let mut ids: Vec<String> = svids()
        .into_iter()
        .filter(|case| case.expect == "permit")
        .map(|case| case.id)
        .collect();
    ids.sort();
    ids.dedup();
    ids
}

impl SvidCase {
    /// The text in which a proxy states this case's certificate.
    #[must_use]
    pub fn stated(&self) -> Vec<u8> {
        let der = self.recipe.unsigned();
        let Some(text) = &self.text else {
            return pem(&der).into_bytes();
        };
        let other = Recipe::good("spiffe://mesh.test/ns/jobs/sa/batch").unsigned();
        let ca = Recipe::good(WORKLOAD)
            .with(Extension::authority())
            .unsigned();
        let marks: [(&str, &dyn Fn() -> String); 8] = [
            ("{pem}", &|| pem(&der)),
            ("{crlf}", &|| pem(&der).replace('\n', "\r\n")),
            ("{url}", &|| url_encoded(&pem(&der))),
            ("{lower}", &|| {
                url_encoded(&pem(&der))
                    .replace("%0A", "%0a")
                    .replace("%2F", "%2f")
            }),
            ("{twice}", &|| url_encoded(&url_encoded(&pem(&der)))),
            ("{lines}", &|| base64_lines(&der)),
            ("{other}", &|| pem(&other)),
            ("{ca}", &|| pem(&ca)),
        ];
        let filled = marks.iter().fold(text.clone(), |text, (mark, fill)| {
            if text.contains(mark) {
                text.replace(mark, &fill())
            } else {
                text
            }
        });
        filled.into_bytes()
    }
}

fn read(case: &Map<String, Value>) -> SvidCase {
    let bends = case.get("certificate").and_then(Value::as_object);
    let uri = bends.and_then(|bends| bends.get("uri"));
    let id = case.get("id").or(uri);
    SvidCase {
        name: word(case, "name"),
        recipe: Recipe::read(bends.unwrap_or(&Map::new())),
        text: case.get("text").map(expanded),
        now: case
            .get("now")
            .map_or(NOW, |now| now.as_u64().expect("seconds")),
        expect: word(case, "expect"),
        id: id.map_or_else(|| WORKLOAD.to_owned(), expanded),
        carried: match case
            .get("in_envoy")
            .map(|word| word.as_str().expect("words"))
        {
            None if case.contains_key("text") || case.contains_key("now") => Carried::No,
            None => Carried::ToTheFilter,
            Some(words) if words.starts_with("handshake") => Carried::RefusedInHandshake,
            Some(_) => Carried::No,
        },
    }
}

//! The vectors as they stand in the file.

use serde_json::{Map, Value};

use crate::certificate::Form;
use crate::{certificate, token};

/// How many letters `$LONG` stands for: more than a token may have.
const LONG: usize = 9_000;

/// The workload whose certificate headers can hold.
const STATED: &str = "spiffe://mesh.test/ns/shop/sa/checkout";

const FILE: &str = include_str!("../vectors.json");

/// A document under its name in the file.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its name.
    pub name: String,
    /// The document, with the key set of these vectors where it says `"$KEYS"`.
    pub json: String,
}

/// A request, and what becomes of it.
#[derive(Clone, Debug)]
pub struct Vector {
    /// What it shows.
    pub name: String,
    /// The document it meets.
    pub document: String,
    /// The method.
    pub method: String,
    /// The path, as the client sends it.
    pub path: String,
    /// The host.
    pub host: String,
    /// More headers; `$TOKEN` stands for [`Vector::token`], signed now, `$LONG` for more letters
    /// than a token may have, and `$PEM` and `$DER` for the certificate of the checkout, URL-encoded
    /// and in base64.
    pub headers: Vec<(String, String)>,
    /// The SPIFFE ID of the client's certificate and its form; `None` for a client without one.
    pub peer: Option<(String, Form)>,
    /// What a waypoint in front of the filter states as the caller.
    pub principal: Option<String>,
    /// The client's address.
    pub remote: String,
    /// Header and claims of the token, with times relative to now.
    pub token: Option<Value>,
    /// The reason code, or `permit`, of this request sent so many times in a row.
    pub expect: Vec<String>,
    /// Why a real Envoy never shows it to the filter; `None` where it does.
    pub not_in_envoy: Option<String>,
}

impl Vector {
    /// The headers to send at a time (seconds since the Unix epoch).
    #[must_use]
    pub fn headers_at(&self, unix_time: u64) -> Vec<(String, String)> {
        let token = self
            .token
            .as_ref()
            .map(|token| token::sign(token, unix_time));
        let fill = |value: &str| match &token {
            Some(token) => value.replace("$TOKEN", token),
            None => value
                .replace("$LONG", &"a".repeat(LONG))
                .replace("$PEM", &certificate::url_encoded_pem(STATED, Form::Plain))
                .replace("$DER", &certificate::base64(STATED, Form::Plain)),
        };
        self.headers
            .iter()
            .map(|(name, value)| (name.clone(), fill(value)))
            .collect()
    }
}

/// All documents of the file.
#[must_use]
pub fn documents() -> Vec<Document> {
    let file = file();
    let documents = file["documents"].as_object().expect("documents");
    let document = |(name, json): (&String, &Value)| Document {
        name: name.clone(),
        json: json
            .to_string()
            .replace("\"$KEYS\"", &token::key_set().to_string()),
    };
    documents.iter().map(document).collect()
}

/// All vectors of the file.
#[must_use]
pub fn vectors() -> Vec<Vector> {
    file()["vectors"]
        .as_array()
        .expect("vectors")
        .iter()
        .map(read)
        .collect()
}

fn file() -> Value {
    serde_json::from_str(FILE).expect("vectors.json is JSON")
}

fn read(value: &Value) -> Vector {
    let object = value.as_object().expect("a vector is an object");
    let known = [
        "name",
        "document",
        "method",
        "path",
        "host",
        "headers",
        "peer",
        "form",
        "principal",
        "remote",
        "token",
        "expect",
        "not_in_envoy",
    ];
    assert!(
        object.keys().all(|key| known.contains(&key.as_str())),
        "unknown field in {value}"
    );
    let or =
        |name: &str, otherwise: &str| text(object, name).unwrap_or_else(|| otherwise.to_owned());
    let headers = object
        .get("headers")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let expect = match object.get("expect").expect("expect") {
        Value::String(one) => vec![one.clone()],
        list => serde_json::from_value(list.clone()).expect("a list of codes"),
    };
    Vector {
        name: text(object, "name").expect("name"),
        document: text(object, "document").expect("document"),
        method: or("method", "GET"),
        path: or("path", "/"),
        host: or("host", "shop.example.org"),
        headers: headers
            .map(|pair| serde_json::from_value(pair.clone()).expect("a pair"))
            .collect(),
        peer: text(object, "peer").map(|id| (id, Form::named(&or("form", "plain")))),
        principal: text(object, "principal"),
        remote: or("remote", "127.0.0.1"),
        token: object.get("token").cloned(),
        expect,
        not_in_envoy: text(object, "not_in_envoy"),
    }
}

fn text(object: &Map<String, Value>, name: &str) -> Option<String> {
    object
        .get(name)
        .map(|value| value.as_str().expect("a string").to_owned())
}

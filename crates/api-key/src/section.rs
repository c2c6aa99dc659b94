//! The section `api_key` and its part of a condition, as the document has them.

use policy::carrier::{CookieName, FromHeader, ParamName};
use policy::language::{HeaderName, Json, Model, Name, Place, Report, Shape, Text, Time};

policy::model! {
    /// API keys: which there are, where a request carries one, and what becomes of it.
    pub(crate) struct Section {
        /// The headers that carry a key. At least one of `from_headers`, `from_cookies` and
        /// `from_params` must be there; two keys in one request are refused.
        optional from_headers: Vec<FromHeader>;
        /// The cookies that carry a key.
        optional from_cookies: Vec<CookieName>;
        /// The parameters of the query that carry a key. What stands in a URL is kept by logs,
        /// histories and other sites.
        optional from_params: Vec<ParamName>;
        /// The keys, 10,000 at most.
        required keys: Vec<KeyEntry>, "list at least one key; `portcullis key new --client NAME` makes one";
        /// A header in which the upstream is told the client, always removed from what the client
        /// sends.
        optional client_id_header: HeaderName;
        /// Whether the upstream gets the key too; otherwise it is removed from every request that
        /// passes.
        default forward: bool = false, "false";
    }
    instead [
        ("key_sources", "from_headers, from_cookies or from_params"),
        ("extractFrom", "from_headers, from_cookies or from_params"),
        ("fromHeaders", "from_headers: [{name: ...}]"),
        ("credentials", "keys: [{client: ..., sha256: ...}]"),
        ("credentialRefs", "keys: [{client: ..., sha256: ...}]"),
        ("hide_credentials", "forward: true or false, the other way round"),
        ("sanitize", "forward: true or false, the other way round"),
        ("forwardClientIDHeader", "client_id_header"),
        ("clients", "keys: [{client: ..., sha256: ...}]"),
    ];
}

policy::model! {
    /// A key. Several of one client are all good, so that one can replace another.
    pub(crate) struct KeyEntry {
        /// Whose key it is; a name that conditions, limits, logs and counters use.
        required client: Name, "name the client whose key it is";
        /// The SHA-256 of the key's bytes in 64 lower-case hex digits. `portcullis key new` makes a
        /// key with its digest, `portcullis key hash` gives the digest of one that exists.
        required sha256: DigestText, "make the pair with `portcullis key new --client NAME`";
        /// The last second in which it is taken, in UTC.
        optional not_after: Time;
    }
    instead [
        ("key", "sha256, the key's digest: `portcullis key hash` gives it"),
        ("name", "client"),
        ("id", "client"),
        ("expires", "not_after"),
        ("expires_at", "not_after"),
    ];
}

policy::model! {
    /// Whose API key.
    pub(crate) struct KeyPart {
        /// A valid API key of one of these clients, or of any.
        optional api_key: Wanted;
    }
}

/// A digest as it is written; what is wrong with it can be told better where the client is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DigestText(pub(crate) Text);

impl Model for DigestText {
    fn read(value: &Json, place: &Place<'_>, report: &mut Report) -> Option<Self> {
        Text::read(value, place, report).map(Self)
    }

    fn shape() -> Shape {
        Shape::Pattern("^[0-9a-f]{64}$", "SHA-256 in hex")
    }
}

/// Which clients a condition takes.
#[derive(Clone, Debug)]
pub(crate) enum Wanted {
    /// Each that has a key.
    Any,
    /// These.
    OneOf(Vec<Text>),
}

impl Model for Wanted {
    fn read(value: &Json, place: &Place<'_>, report: &mut Report) -> Option<Self> {
        match value {
            Json::Text(word) if word == "any" => Some(Self::Any),
            Json::List(_) => Vec::read(value, place, report).map(Self::OneOf),
            other => {
                let got = match other.text() {
                    Some(text) => format!("\"{text}\"; a client is written as [{text}]"),
                    None => other.kind(),
                };
                let message = format!("expected \"any\" or a list of clients, got {got}");
                report.error(place, message);
                None
            }
        }
    }

    fn shape() -> Shape {
        Shape::Either(vec![Shape::Words(&["any"]), Vec::<Text>::shape()])
    }
}

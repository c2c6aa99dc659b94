//! Whole documents with an issuer's real keys, and requests of plain values.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "only tests are built with this, each with its own part of it"
)]

mod shelf;

use std::borrow::Cow;
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use fixtures::{Algorithm, Issuer, Jws};
use jwt::{JwtSimple, Key, Signatures, Tokens};
use policy::language::Report;
use policy::{Denial, Engine, Fact, HeaderChange, Permit, Source, Store, Unreadable};
use serde_json::{Value, json};

pub use shelf::Shelf;

/// The time of all tests, in seconds since 1970.
pub const NOW: u64 = 1_700_000_000;

/// A request of plain values.
#[derive(Clone)]
pub struct Plain {
    headers: Vec<(String, Vec<u8>)>,
    now: u64,
    peer: Option<String>,
    metadata: Option<Vec<u8>>,
    address: Option<String>,
    monotonic: Duration,
}

impl Plain {
    pub fn get(path: &str) -> Self {
        let plain = Self {
            headers: Vec::new(),
            now: NOW,
            peer: None,
            metadata: None,
            address: None,
            monotonic: Duration::ZERO,
        };
        plain
            .with(":method", "GET")
            .with(":authority", "shop.test")
            .with(":path", path)
    }

    pub fn with(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers
            .push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    pub fn bearer(self, token: &str) -> Self {
        self.with("authorization", format!("Bearer {token}"))
    }

    /// Behind a client certificate of this digest, in hex.
    pub fn peer(mut self, digest: &str) -> Self {
        self.peer = Some(digest.to_owned());
        self
    }

    /// Behind a filter that has put this into dynamic metadata.
    pub fn metadata(mut self, metadata: Vec<u8>) -> Self {
        self.metadata = Some(metadata);
        self
    }

    /// From this address.
    pub fn from(mut self, address: &str) -> Self {
        self.address = Some(address.to_owned());
        self
    }

    /// When the monotonic clock stands there.
    pub const fn after(mut self, monotonic: Duration) -> Self {
        self.monotonic = monotonic;
        self
    }

    pub const fn at(mut self, now: u64) -> Self {
        self.now = now;
        self
    }
}

impl Source for Plain {
    fn header(&self, name: &str) -> Result<Option<Cow<'_, [u8]>>, Unreadable> {
        let values = self.headers.iter().filter(|(header, _)| header == name);
        let values: Vec<&[u8]> = values.map(|(_, value)| value.as_slice()).collect();
        Ok((!values.is_empty()).then(|| Cow::Owned(values.join(&b','))))
    }

    fn fact(&self, fact: Fact) -> Result<Option<Cow<'_, [u8]>>, Unreadable> {
        let told = match fact {
            Fact::PeerDigest => self.peer.as_deref().map(str::as_bytes),
            Fact::SourceAddress => self.address.as_deref().map(str::as_bytes),
            Fact::Metadata => self.metadata.as_deref(),
            _ => None,
        };
        Ok(told.map(Cow::Borrowed))
    }

    fn unix_time(&self) -> Result<Duration, Unreadable> {
        Ok(Duration::from_secs(self.now))
    }

    fn monotonic(&self) -> Result<Duration, Unreadable> {
        Ok(self.monotonic)
    }
}

/// Counts the signatures that it has verified.
#[derive(Default)]
pub struct Counting(pub Cell<usize>);

impl Signatures for Counting {
    fn verify(
        &self,
        algorithm: jwt::Algorithm,
        key: &Key,
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        self.0.set(self.0.get() + 1);
        JwtSimple.verify(algorithm, key, message, signature)
    }
}

/// An issuer of the tests.
pub fn issuer(name: &str, algorithm: Algorithm) -> Issuer {
    Issuer::new(&format!("https://{name}.test"), algorithm)
}

/// A provider as the document has it, with more fields or other ones.
pub fn provider(name: &str, issuer: &Issuer, more: Value) -> Value {
    let mut provider = json!({
        "name": name, "issuer": issuer.url(), "audiences": ["shop"],
        "algorithms": ["RS256", "ES256", "EdDSA"], "jwks": {"inline": issuer.jwks()},
    });
    let fields = provider.as_object_mut().unwrap();
    let Value::Object(more) = more else {
        panic!("fields, not {more}")
    };
    fields.extend(more);
    provider
}

/// A document of these providers, with a route `/N` for the Nth condition.
pub fn document(section: &Value, allow: &[Value]) -> Value {
    let routes = allow.iter().enumerate().map(|(number, allow)| {
        json!({"name": format!("r{number}"), "paths": [format!("/{number}")], "allow": allow})
    });
    json!({"version": "v1", "jwt": section, "routes": routes.collect::<Vec<_>>()})
}

pub fn compile(document: &Value) -> Result<(Engine, Report), Report> {
    let tokens = Tokens::new().with_spiffe_ids(is_in);
    let policies: Vec<Box<dyn policy::Policy>> = vec![Box::new(tokens)];
    policy::compile(document.to_string().as_bytes(), "jwt-authn", policies)
}

/// Stands for the reader of SPIFFE IDs, which is another crate's.
pub fn is_in(subject: &str, trust_domain: &str) -> bool {
    let id = subject.strip_prefix("spiffe://").unwrap_or_default();
    let plain = |byte: u8| byte.is_ascii_lowercase() || matches!(byte, b'.' | b'/');
    id.bytes().all(plain)
        && id
            .split_once('/')
            .is_some_and(|(domain, _)| domain == trust_domain)
}

/// An engine, and what counts its signatures.
pub fn engine(document: &Value) -> (Engine, Rc<Counting>) {
    engine_over(document, Rc::new(Shelf::default()))
}

/// The same, with what the workers of a proxy share.
pub fn engine_over(document: &Value, shelf: Rc<dyn Store>) -> (Engine, Rc<Counting>) {
    let counting = Rc::new(Counting::default());
    let tokens = Tokens::with_signatures(Rc::clone(&counting) as Rc<dyn Signatures>);
    let tokens = tokens.with_spiffe_ids(is_in).with_store(shelf);
    let policies: Vec<Box<dyn policy::Policy>> = vec![Box::new(tokens)];
    match policy::compile(document.to_string().as_bytes(), "jwt-authn", policies) {
        Ok((engine, _)) => (engine, counting),
        Err(report) => panic!("{:#?}", report.errors()),
    }
}

/// Honest claims at the time of the tests, with more or other ones; null takes one away.
pub fn claims(issuer: &Issuer, more: Value) -> Value {
    let mut claims = json!({
        "iss": issuer.url(), "sub": "ada", "aud": "shop", "iat": NOW - 10, "exp": NOW + 600,
    });
    let fields = claims.as_object_mut().unwrap();
    let Value::Object(more) = more else {
        panic!("claims, not {more}")
    };
    fields.extend(more);
    fields.retain(|_, value| !value.is_null());
    claims
}

/// A token with honest claims, and more or other ones.
pub fn token(issuer: &Issuer, more: Value) -> String {
    issuer.sign(&claims(issuer, more))
}

/// A token with a header of its own, signed by the issuer's key.
pub fn token_under(issuer: &Issuer, header: &Value) -> String {
    Jws::new(header, &claims(issuer, json!({}))).signed_by(issuer.key())
}

/// The code of a denial, or "permit".
pub fn code(decision: &Result<Permit, Denial>) -> &'static str {
    decision
        .as_ref()
        .map_or_else(|denial| denial.reason.code(), |_| "permit")
}

/// The challenge of a denial.
pub fn challenge(decision: &Result<Permit, Denial>) -> Option<&str> {
    let denial = decision.as_ref().err()?;
    let header = |(name, _): &&(&str, String)| *name == "www-authenticate";
    denial
        .headers
        .iter()
        .find(header)
        .map(|(_, value)| value.as_str())
}

/// What a permit removes and sets, as lines.
pub fn changes(decision: &Result<Permit, Denial>) -> Vec<String> {
    let changes = decision.as_ref().map(|permit| permit.changes.as_slice());
    let lines = changes
        .unwrap_or_default()
        .iter()
        .map(|change| match change {
            HeaderChange::Remove(name) => format!("-{name}"),
            HeaderChange::Set(name, value) => format!("{name}: {}", value.escape_ascii()),
            HeaderChange::Add(name, value) => format!("+{name}: {}", value.escape_ascii()),
        });
    lines.collect()
}

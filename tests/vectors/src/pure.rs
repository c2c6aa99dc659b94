//! The pure run: the policies of `gateway.wasm` over plain values, with a clock that stands still.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::num::NonZeroU32;
use std::rc::Rc;
use std::time::Duration;

use policy::{
    Decision, Engine, Expected, Fact, Policy, Source, Store, StoreError, Stored, Swap, Unreadable,
    Version,
};

use crate::certificate::url_encoded_pem;
use crate::{Document, Form, Vector};

/// Now, for the pure runs: 2023-11-14.
pub const NOW: u64 = 1_700_000_000;

/// The engine of one document, and what the time is for it.
pub struct Pure {
    engine: Engine,
    now: u64,
}

impl Pure {
    /// Compiles a document with the policies of `gateway.wasm`.
    #[must_use]
    pub fn new(document: &Document) -> Self {
        Self::at(document, NOW)
    }

    /// The same at another time (seconds since the Unix epoch).
    #[must_use]
    pub fn at(document: &Document, now: u64) -> Self {
        let store = Rc::new(Memory::default());
        let identity = spiffe::Identity::new();
        let limits = rate_limit::Limits::new(store, || Ok([7; 16]));
        let tokens = jwt::Tokens::new()
            .with_spiffe_ids(spiffe::SpiffeId::is_in)
            .with_workloads(identity.workloads())
            .with_budgets(limits.ledger());
        let policies: Vec<Box<dyn Policy>> = vec![
            Box::new(identity),
            Box::new(tokens),
            Box::new(api_key::ApiKeys::new()),
            Box::new(limits),
        ];
        match policy::compile(document.json.as_bytes(), "gateway.wasm", policies) {
            Ok((engine, _)) => Self { engine, now },
            Err(report) => unreachable!("{}: {:#?}", document.name, report.errors()),
        }
    }

    /// The reason code of each time the request is sent, or `permit`.
    #[must_use]
    pub fn run(&self, vector: &Vector) -> Vec<String> {
        let once = |_: &String| match self.decide(vector) {
            Ok(_) => "permit".to_owned(),
            Err(denial) => denial.reason.to_string(),
        };
        vector.expect.iter().map(once).collect()
    }

    /// What becomes of the request, sent once.
    ///
    /// # Errors
    /// The denial.
    pub fn decide(&self, vector: &Vector) -> Decision {
        self.engine.decide(&Evidence {
            headers: vector.headers_at(self.now),
            now: self.now,
            vector,
        })
    }
}

struct Evidence<'v> {
    vector: &'v Vector,
    headers: Vec<(String, String)>,
    now: u64,
}

impl Source for Evidence<'_> {
    fn header(&self, name: &str) -> Result<Option<Cow<'_, [u8]>>, Unreadable> {
        let pseudo = match name {
            ":method" => Some(&self.vector.method),
            ":path" => Some(&self.vector.path),
            ":authority" => Some(&self.vector.host),
            _ => None,
        };
        let more = self
            .headers
            .iter()
            .filter(|(header, _)| header == name)
            .map(|(_, value)| value);
        let values: Vec<&str> = pseudo.into_iter().chain(more).map(String::as_str).collect();
        Ok((!values.is_empty()).then(|| Cow::Owned(values.join(",").into_bytes())))
    }

    fn fact(&self, fact: Fact) -> Result<Option<Cow<'_, [u8]>>, Unreadable> {
        let peer = self.vector.peer.as_ref();
        let text = match fact {
            Fact::SourceAddress => Some(format!("{}:50000", self.vector.remote)),
            Fact::DestinationPort => Some("8443".to_owned()),
            Fact::Mtls => Some(peer.is_some().to_string()),
            Fact::PeerDigest => peer.map(|(id, form)| digest(id, *form)),
            Fact::PeerCertificate => peer.map(|(id, form)| url_encoded_pem(id, *form)),
            Fact::PeerPrincipal => self.vector.principal.clone(),
            Fact::Metadata => None,
        };
        Ok(text.map(|text| Cow::Owned(text.into_bytes())))
    }

    fn unix_time(&self) -> Result<Duration, Unreadable> {
        Ok(Duration::from_secs(self.now))
    }

    fn monotonic(&self) -> Result<Duration, Unreadable> {
        Ok(Duration::from_secs(1_000))
    }
}

/// 64 hex digits that differ where the certificates do: the proxy's digest, as far as a cache
/// needs it.
fn digest(id: &str, form: Form) -> String {
    let quarter = |turn: u8| {
        let mut hasher = DefaultHasher::new();
        (turn, id, form).hash(&mut hasher);
        format!("{:016x}", hasher.finish())
    };
    (0..4).map(quarter).collect()
}

/// A store in memory, where nobody interferes.
#[derive(Default)]
struct Memory(RefCell<HashMap<String, (Vec<u8>, u32)>>);

impl Store for Memory {
    fn read(&self, key: &str) -> Result<Option<Stored>, StoreError> {
        let values = self.0.borrow();
        let Some((value, number)) = values.get(key) else {
            return Ok(None);
        };
        let version = Version(NonZeroU32::new(*number).ok_or(StoreError)?);
        Ok(Some(Stored {
            value: value.clone(),
            version,
        }))
    }

    fn swap(&self, key: &str, value: &[u8], expected: Expected) -> Result<Swap, StoreError> {
        let mut values = self.0.borrow_mut();
        let known = values.get(key).map(|(_, number)| *number);
        let expects = match expected {
            Expected::Absent => None,
            Expected::Version(Version(number)) => Some(number.get()),
        };
        if known != expects {
            return Ok(Swap::Lost);
        }
        values.insert(key.to_owned(), (value.to_vec(), known.unwrap_or(0) + 1));
        Ok(Swap::Done)
    }
}

//! Workers, their store, and an issuer, all in one thread with a clock that a test moves.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::num::NonZeroU32;
use std::rc::Rc;
use std::time::Duration;

use fixtures::Key;
use policy::{Answer, Call, Errand, Expected, Store, StoreError, Stored, Swap, Version};
use serde_json::json;

use super::super::{FetchFault, KeySource, Origin, Settings};
use crate::Algorithm;

pub(super) const MINUTE: Duration = Duration::from_secs(60);
pub(super) const SECOND: Duration = Duration::from_secs(1);

/// A store that can lose a write on purpose, or fail.
#[derive(Default)]
pub(super) struct Shelf {
    pub(super) values: RefCell<HashMap<String, (Vec<u8>, u32)>>,
    pub(super) lose_next: Cell<bool>,
    pub(super) broken: Cell<bool>,
    count: Cell<u32>,
}

impl Store for Shelf {
    fn read(&self, key: &str) -> Result<Option<Stored>, StoreError> {
        if self.broken.get() {
            return Err(StoreError);
        }
        let values = self.values.borrow();
        Ok(values.get(key).map(|(value, version)| Stored {
            value: value.clone(),
            version: Version(NonZeroU32::new(*version).unwrap()),
        }))
    }

    fn swap(&self, key: &str, value: &[u8], expected: Expected) -> Result<Swap, StoreError> {
        if self.broken.get() {
            return Err(StoreError);
        }
        let found = self.values.borrow().get(key).map(|(_, version)| *version);
        let fits = match expected {
            Expected::Absent => found.is_none(),
            Expected::Version(version) => found == Some(version.0.get()),
        };
        if !fits || self.lose_next.take() {
            return Ok(Swap::Lost);
        }
        self.count.set(self.count.get() + 1);
        let value = (value.to_vec(), self.count.get());
        self.values.borrow_mut().insert(key.to_owned(), value);
        Ok(Swap::Done)
    }
}

pub(super) struct World {
    pub(super) shelf: Rc<Shelf>,
    pub(super) workers: Vec<KeySource>,
    pub(super) now: Duration,
    pub(super) fetches: Cell<usize>,
    random: Cell<u64>,
}

impl World {
    pub(super) fn new(workers: usize) -> Self {
        let shelf = Rc::<Shelf>::default();
        let origin = Origin::Keys("https://login.example.org/keys".parse().unwrap());
        let settings = settings(origin);
        let worker = |_| {
            KeySource::new(
                "login",
                settings.clone(),
                Rc::clone(&shelf) as Rc<dyn Store>,
            )
        };
        Self {
            workers: (0..workers).map(worker).collect(),
            shelf,
            now: Duration::from_secs(1_000_000),
            fetches: Cell::new(0),
            random: Cell::new(0),
        }
    }

    /// One tick of one worker.
    pub(super) fn tick(&self, worker: usize) -> Option<Call> {
        let random = || {
            self.random.set(self.random.get() + 1);
            Some(self.random.get() * 7_919)
        };
        let step = self.workers[worker].poll(self.now, &random).unwrap();
        if step.is_some() {
            self.fetches.set(self.fetches.get() + 1);
        }
        step
    }

    /// One tick of each worker; whoever is to fetch is answered at once.
    pub(super) fn round(&self, kids: &[&str]) {
        for worker in 0..self.workers.len() {
            if self.tick(worker).is_some() {
                self.answer(worker, kids).unwrap();
            }
        }
    }

    pub(super) fn answer(&self, worker: usize, kids: &[&str]) -> Result<Option<Call>, FetchFault> {
        self.workers[worker].came(self.now, set(kids))
    }

    pub(super) fn fail(&self, worker: usize) -> FetchFault {
        let answer = self.workers[worker].came(self.now, Answer::NoResponse);
        answer.unwrap_err()
    }

    /// The key ids that a worker has, or none where it has no set that is good.
    pub(super) fn kids(&self, worker: usize) -> Vec<String> {
        let Ok(keys) = self.workers[worker].keys(self.now) else {
            return Vec::new();
        };
        keys.iter()
            .map(|key| key.id().unwrap().to_owned())
            .collect()
    }

    /// Whether all workers have just these, of one generation.
    pub(super) fn all_have(&self, kids: &[&str]) {
        let generation = self.workers[0].generation();
        for (number, worker) in self.workers.iter().enumerate() {
            assert_eq!(self.kids(number), kids, "worker {number}");
            assert_eq!(worker.generation(), generation, "worker {number}");
        }
    }
}

pub(super) fn settings(origin: Origin) -> Settings {
    Settings {
        origin,
        cluster: "login".into(),
        issuer: "https://login.example.org".into(),
        algorithms: vec![Algorithm::EdDsa],
        timeout: 5 * SECOND,
        cache_duration: 10 * MINUTE,
        max_stale: 60 * MINUTE,
        unknown_kid_interval: 30 * SECOND,
    }
}

/// The issuer's answer with one key for each id. A key is made once for each id: the same id is the
/// same key, and the same list the same bytes.
pub(super) fn set(kids: &[&str]) -> Answer {
    thread_local! {
        static JWKS: RefCell<HashMap<String, serde_json::Value>> = RefCell::default();
    }
    let jwk = |kid: &&str| {
        JWKS.with_borrow_mut(|jwks| {
            let new = || Key::new(fixtures::Algorithm::EdDsa, kid).jwk();
            jwks.entry((*kid).to_owned()).or_insert_with(new).clone()
        })
    };
    let keys: Vec<_> = kids.iter().map(jwk).collect();
    response(json!({ "keys": keys }).to_string())
}

pub(super) fn response(body: impl Into<Vec<u8>>) -> Answer {
    Answer::Response {
        status: 200,
        content_type: Some(b"application/json".to_vec()),
        body: body.into(),
        grpc_status: None,
    }
}

/// Where a call goes.
pub(super) fn target(call: Option<&Call>) -> String {
    call.map_or_else(String::new, |call| {
        let scheme = if call.https { "https" } else { "http" };
        format!("{scheme}://{}{}", call.authority, call.path)
    })
}

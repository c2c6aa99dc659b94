//! A worker, whose errands are driven by hand, and what it is asked.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use fixtures::{Algorithm, Issuer, Key};
use policy::{Answer, Call, Decision, Engine, Errand, Store};
use serde_json::{Value, json};

use crate::support::{Counting, NOW, Plain, Shelf, code, document, engine_over, provider};

/// One worker, whose errands are driven by hand.
pub(crate) struct Worker {
    pub(crate) engine: Engine,
    pub(crate) errands: Vec<Rc<dyn Errand>>,
    pub(crate) counting: Rc<Counting>,
    pub(crate) random: Cell<u64>,
}

impl Worker {
    pub(crate) fn new(document: &Value, shelf: &Rc<Shelf>, number: u64) -> Self {
        let (engine, counting) = engine_over(document, Rc::clone(shelf) as Rc<dyn Store>);
        Self {
            errands: engine.errands(),
            engine,
            counting,
            random: Cell::new(number),
        }
    }

    /// A tick at a time; what its first provider asks for.
    pub(crate) fn tick(&self, seconds: u64) -> Option<Call> {
        let random = || {
            self.random.set(self.random.get() + 16);
            Some(self.random.get())
        };
        let polled = self
            .errands
            .iter()
            .map(|one| one.poll(at(seconds), &random));
        polled.map(Result::unwrap).next().flatten()
    }

    /// A tick at which the issuer is asked, and answers with these keys.
    pub(crate) fn fetch(&self, seconds: u64, keys: &[&Issuer]) {
        assert!(self.tick(seconds).is_some());
        let answered = self.errands[0].answered(at(seconds), 0, set(keys));
        assert_eq!(answered, Ok(None));
    }

    pub(crate) fn decide(&self, seconds: u64, token: &str) -> &'static str {
        told(&self.engine.decide(&request(seconds, token)))
    }
}

pub(crate) fn request(seconds: u64, token: &str) -> Plain {
    let request = Plain::get("/0").bearer(token);
    request.at(NOW + seconds).after(at(seconds))
}

pub(crate) const fn at(seconds: u64) -> Duration {
    Duration::from_secs(1_000 + seconds)
}

pub(crate) fn told(decision: &Decision) -> &'static str {
    code(decision)
}

pub(crate) fn set(issuers: &[&Issuer]) -> Answer {
    let keys: Vec<Value> = issuers.iter().map(|issuer| issuer.key().jwk()).collect();
    Answer::Response {
        status: 200,
        content_type: Some(b"application/json".to_vec()),
        body: json!({ "keys": keys }).to_string().into_bytes(),
        grpc_status: None,
    }
}

pub(crate) fn issuer(kid: &str) -> Issuer {
    Issuer::with_key("https://login.test", Key::new(Algorithm::Es256, kid))
}

pub(crate) fn fetched(name: &str, issuer: &Issuer, more: Value) -> Value {
    let mut jwks = json!({"uri": format!("{}/keys", issuer.url()), "cluster": "login"});
    let Value::Object(more) = more else {
        unreachable!("fields are an object")
    };
    jwks.as_object_mut().unwrap().extend(more);
    provider(name, issuer, json!({ "jwks": jwks }))
}

pub(crate) fn one_provider(issuer: &Issuer) -> Value {
    let section = json!({"providers": [fetched("login", issuer, json!({}))]});
    document(&section, &[json!({"jwt": "login"})])
}

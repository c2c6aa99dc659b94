//! Key sets that are fetched, from the document to the decision.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "it is a test from end to end"
)]

mod support;

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use fixtures::{Algorithm, Issuer, Key};
use policy::{Answer, Call, Decision, Engine, Errand, Store};
use serde_json::{Value, json};
use support::{Counting, NOW, Plain, Shelf, code, compile, document, engine_over, provider, token};

/// One worker, whose errands are driven by hand.
struct Worker {
    engine: Engine,
    errands: Vec<Rc<dyn Errand>>,
    counting: Rc<Counting>,
    random: Cell<u64>,
}

impl Worker {
    fn new(document: &Value, shelf: &Rc<Shelf>, number: u64) -> Self {
        let (engine, counting) = engine_over(document, Rc::clone(shelf) as Rc<dyn Store>);
        Self {
            errands: engine.errands(),
            engine,
            counting,
            random: Cell::new(number),
        }
    }

    /// A tick at a time; what its first provider asks for.
    fn tick(&self, seconds: u64) -> Option<Call> {
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
    fn fetch(&self, seconds: u64, keys: &[&Issuer]) {
        assert!(self.tick(seconds).is_some());
        let answered = self.errands[0].answered(at(seconds), 0, set(keys));
        assert_eq!(answered, Ok(None));
    }

    fn decide(&self, seconds: u64, token: &str) -> &'static str {
        told(&self.engine.decide(&request(seconds, token)))
    }
}

fn request(seconds: u64, token: &str) -> Plain {
    let request = Plain::get("/0").bearer(token);
    request.at(NOW + seconds).after(at(seconds))
}

const fn at(seconds: u64) -> Duration {
    Duration::from_secs(1_000 + seconds)
}

fn told(decision: &Decision) -> &'static str {
    code(decision)
}

fn set(issuers: &[&Issuer]) -> Answer {
    let keys: Vec<Value> = issuers.iter().map(|issuer| issuer.key().jwk()).collect();
    Answer::Response {
        status: 200,
        content_type: Some(b"application/json".to_vec()),
        body: json!({ "keys": keys }).to_string().into_bytes(),
        grpc_status: None,
    }
}

fn issuer(kid: &str) -> Issuer {
    Issuer::with_key("https://login.test", Key::new(Algorithm::Es256, kid))
}

fn fetched(name: &str, issuer: &Issuer, more: Value) -> Value {
    let mut jwks = json!({"uri": format!("{}/keys", issuer.url()), "cluster": "login"});
    let Value::Object(more) = more else {
        unreachable!("fields are an object")
    };
    jwks.as_object_mut().unwrap().extend(more);
    provider(name, issuer, json!({ "jwks": jwks }))
}

fn one_provider(issuer: &Issuer) -> Value {
    let section = json!({"providers": [fetched("login", issuer, json!({}))]});
    document(&section, &[json!({"jwt": "login"})])
}

#[test]
fn the_call_is_what_the_document_says() {
    let login = issuer("a");
    let more = json!({"timeout": "7s"});
    let section = json!({"providers": [fetched("login", &login, more)]});
    let worker = Worker::new(
        &document(&section, &[json!({"jwt": "login"})]),
        &Rc::default(),
        1,
    );
    assert_eq!(worker.errands[0].name(), "jwt.providers[login]");
    let call = worker.tick(0).unwrap();
    assert_eq!((&*call.cluster, call.method), ("login", "GET"));
    assert_eq!(
        (call.https, &*call.authority, &*call.path),
        (true, "login.test", "/keys")
    );
    assert_eq!(call.timeout, Duration::from_secs(7));
    assert!(call.body.is_empty());
}

#[test]
fn before_the_first_set_it_is_503_with_a_time_to_come_back() {
    let login = issuer("a");
    let worker = Worker::new(&one_provider(&login), &Rc::default(), 1);
    let token = token(&login, json!({}));
    let denial = worker.engine.decide(&request(0, &token)).unwrap_err();
    assert_eq!(denial.reason.code(), "jwt.keys_unavailable");
    assert_eq!(denial.headers, [("retry-after", "1".to_owned())]);
    assert_eq!(denial.rule.as_deref(), Some("login"));
    // What is wrong without any key is told as ever.
    let expired = support::token(&login, json!({"exp": 1}));
    assert_eq!(worker.decide(0, &expired), "jwt.expired");
    worker.fetch(1, &[&login]);
    assert_eq!(worker.decide(1, &token), "permit");
}

#[test]
fn a_key_that_is_taken_out_stops_its_tokens_in_every_worker() {
    let (old, new) = (issuer("old"), issuer("new"));
    let shelf = Rc::default();
    let document = one_provider(&old);
    let workers = [1, 2].map(|number| Worker::new(&document, &shelf, number));
    workers[0].fetch(0, &[&old, &new]);
    assert_eq!(workers[1].tick(0), None, "it is there already");
    let long = || json!({"exp": NOW + 3_600});
    let (gone, stays) = (token(&old, long()), token(&new, long()));
    for worker in &workers {
        for _ in 0..2 {
            assert_eq!(
                (worker.decide(1, &gone), worker.decide(1, &stays)),
                ("permit", "permit")
            );
        }
        assert_eq!(worker.counting.0.get(), 2, "each is verified once");
    }
    workers[0].fetch(601, &[&new]);
    assert_eq!(workers[0].decide(601, &gone), "jwt.unknown_key");
    assert_eq!(
        workers[1].decide(601, &gone),
        "permit",
        "it has not looked yet"
    );
    workers[1].tick(601);
    for worker in &workers {
        assert_eq!(
            (worker.decide(601, &gone), worker.decide(601, &stays)),
            ("jwt.unknown_key", "permit")
        );
        assert_eq!(worker.counting.0.get(), 3, "verified anew with the new set");
    }
    // The same set again: nothing that was verified is forgotten.
    workers[0].fetch(1_202, &[&new]);
    workers[1].tick(1_202);
    for worker in &workers {
        assert_eq!(
            (worker.decide(1_202, &stays), worker.counting.0.get()),
            ("permit", 3)
        );
    }
}

#[test]
fn an_unknown_kid_waits_once_for_the_set_and_finds_it() {
    let (old, new, never) = (issuer("old"), issuer("new"), issuer("never"));
    let worker = Worker::new(&one_provider(&old), &Rc::default(), 1);
    worker.fetch(0, &[&old]);
    let (fresh, invented) = (token(&new, json!({})), token(&never, json!({})));
    let learnt = worker.engine.learnt();
    let wait = worker
        .engine
        .try_decide(&request(1, &fresh), &learnt)
        .unwrap_err();
    assert!(!wait.is_over(at(1)));
    worker.fetch(1, &[&old, &new]);
    assert!(wait.is_over(at(1)));
    let decided = worker
        .engine
        .try_decide(&request(1, &fresh), &learnt)
        .unwrap();
    assert_eq!(told(&decided), "permit");
    // The budget is spent: nobody waits, and nobody asks.
    let learnt = worker.engine.learnt();
    let decided = worker
        .engine
        .try_decide(&request(2, &invented), &learnt)
        .unwrap();
    assert_eq!(told(&decided), "jwt.unknown_key");
    assert_eq!(worker.tick(2), None);
    // Half a minute later one more may ask.
    let learnt = worker.engine.learnt();
    assert!(
        worker
            .engine
            .try_decide(&request(32, &token(&issuer("x"), json!({}))), &learnt)
            .is_err()
    );
    assert!(worker.tick(32).is_some());
}

#[test]
fn what_can_be_told_without_the_key_does_not_ask_for_it() {
    let (old, new) = (issuer("old"), issuer("new"));
    let worker = Worker::new(&one_provider(&old), &Rc::default(), 1);
    worker.fetch(0, &[&old]);
    for (more, expected) in [
        (json!({"exp": 1}), "jwt.expired"),
        (json!({"aud": "x"}), "jwt.wrong_audience"),
        (json!({"iss": "x"}), "jwt.unknown_issuer"),
    ] {
        let learnt = worker.engine.learnt();
        let decided = worker
            .engine
            .try_decide(&request(1, &token(&new, more)), &learnt);
        assert_eq!(told(&decided.unwrap()), expected);
    }
    let nameless = json!({"alg": "ES256"});
    let learnt = worker.engine.learnt();
    let token = support::token_under(&new, &nameless);
    assert!(
        worker
            .engine
            .try_decide(&request(1, &token), &learnt)
            .is_ok()
    );
    assert_eq!(worker.tick(1), None);
}

#[test]
fn rules_on_trial_ask_nobody_and_hold_nobody() {
    let (old, new) = (issuer("old"), issuer("new"));
    let mut on_trial = one_provider(&old);
    on_trial["mode"] = json!("shadow");
    let worker = Worker::new(&on_trial, &Rc::default(), 1);
    worker.fetch(0, &[&old]);
    let learnt = worker.engine.learnt();
    let decided = worker
        .engine
        .try_decide(&request(1, &token(&new, json!({}))), &learnt);
    assert_eq!(told(&decided.unwrap()), "permit");
    assert_eq!(worker.tick(1), None);
}

#[test]
fn a_set_that_is_too_old_ends_with_what_was_verified() {
    let login = issuer("a");
    let more = json!({"cache_duration": "10s", "max_stale": "20s"});
    let section = json!({"providers": [fetched("login", &login, more)]});
    let worker = Worker::new(
        &document(&section, &[json!({"jwt": "login"})]),
        &Rc::default(),
        1,
    );
    worker.fetch(0, &[&login]);
    let token = token(&login, json!({}));
    for seconds in [1, 15, 20] {
        worker.tick(seconds);
        assert_eq!(worker.decide(seconds, &token), "permit");
    }
    worker.tick(21);
    assert_eq!(worker.decide(21, &token), "jwt.keys_unavailable");
}

#[test]
fn a_provider_without_keys_takes_no_other_down() {
    let (login, partner) = (
        issuer("a"),
        Issuer::new("https://partner.test", Algorithm::Es256),
    );
    let section = json!({"providers": [
        fetched("login", &login, json!({})),
        provider("partner", &partner, json!({})),
    ]});
    let allow = [json!({"jwt": {"provider": ["login", "partner"]}})];
    let worker = Worker::new(&document(&section, &allow), &Rc::default(), 1);
    assert_eq!(worker.decide(0, &token(&partner, json!({}))), "permit");
    assert_eq!(
        worker.decide(0, &token(&login, json!({}))),
        "jwt.keys_unavailable"
    );
}

#[test]
fn mistakes_about_fetching_are_told_by_place() {
    let login = issuer("a");
    let refused = |more: Value, changed: Value| {
        let mut provider = fetched("login", &login, more);
        let Value::Object(changed) = changed else {
            unreachable!("fields are an object")
        };
        let provider = provider.as_object_mut().unwrap();
        provider.extend(changed);
        provider.retain(|_, value| !value.is_null());
        let section = json!({"providers": [provider]});
        let report =
            compile(&document(&section, &[json!({"jwt": "login"})])).map(|(_, report)| report);
        let report = report.unwrap_or_else(|report| report);
        [report.errors(), report.warnings()].concat().join("\n")
    };
    let at = "jwt.providers[login].jwks";
    for (more, changed, expected) in [
        (
            json!({"discovery": "https://login.test/.well-known/x"}),
            json!({}),
            ": the keys come from one place: ",
        ),
        (
            json!({"inline": login.jwks()}),
            json!({}),
            ": the keys come from one place: ",
        ),
        (
            json!({"uri": "http://login.test/keys"}),
            json!({}),
            ".uri: over http anybody on the way chooses the keys; ",
        ),
        (
            json!({"insecure": true}),
            json!({}),
            ".insecure: changes nothing: ",
        ),
        (
            json!({"uri": "login.test/keys"}),
            json!({}),
            ".uri: \"login.test/keys\": write it in full, beginning with https://",
        ),
        (
            json!({"max_stale": "5m"}),
            json!({}),
            ".max_stale: shorter than cache_duration: ",
        ),
        (json!({"timeout": "31s"}), json!({}), ".timeout: "),
        (
            json!({"cache_duration": "9s"}),
            json!({}),
            ".cache_duration: ",
        ),
        (
            json!({"unknown_kid_interval": "4s"}),
            json!({}),
            ".unknown_kid_interval: ",
        ),
        (
            json!({}),
            json!({"algorithms": ["HS256"]}),
            ": HS256, HS384 and HS512 go with jwks: {inline: ...} alone",
        ),
        (
            json!({}),
            json!({"jwks": {"uri": "https://login.test:8443/keys"}}),
            ".cluster: missing; name the proxy's cluster that leads to login.test (Istio: \"outbound|443||login.test\"",
        ),
        (
            json!({}),
            json!({"jwks": {"inline": login.jwks(), "cluster": "login"}}),
            ".cluster: goes with uri or discovery; ",
        ),
        (
            json!({}),
            json!({"jwks": {"discovery": "https://login.test/keys", "cluster": "login"}}),
            ".discovery: has no /.well-known/ in it",
        ),
    ] {
        let report = refused(more, changed);
        assert!(
            report.contains(&format!("{at}{expected}")),
            "{expected}:\n{report}"
        );
    }
}

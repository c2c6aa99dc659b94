//! From the first set to the last, in every worker.

use std::rc::Rc;

use fixtures::{Algorithm, Issuer};
use serde_json::json;

use crate::support::{self, NOW, document, provider, token};
use crate::worker::{Worker, fetched, issuer, one_provider, request};

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
fn a_set_that_is_not_shared_lies_where_nobody_else_can_write() {
    let (old, new) = (issuer("old"), issuer("new"));
    let section = json!({"providers": [fetched("login", &old, json!({"shared": false}))]});
    let document = document(&section, &[json!({"jwt": "login"})]);
    let shelf = Rc::default();
    let workers = [1, 2].map(|number| Worker::new(&document, &shelf, number));
    for worker in &workers {
        worker.fetch(0, &[&old]);
        assert_eq!(worker.decide(1, &token(&old, json!({}))), "permit");
        assert!(
            worker
                .engine
                .try_decide(
                    &request(1, &token(&new, json!({}))),
                    &worker.engine.learnt()
                )
                .is_err()
        );
        worker.fetch(1, &[&new]);
        assert_eq!(worker.decide(1, &token(&new, json!({}))), "permit");
        assert_eq!(worker.decide(1, &token(&old, json!({}))), "jwt.unknown_key");
    }
    assert_eq!(shelf.names(), [""; 0]);
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

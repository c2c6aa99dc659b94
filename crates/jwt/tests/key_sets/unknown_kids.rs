//! Tokens that name a key which is not in the set.

use std::rc::Rc;

use serde_json::json;

use crate::support::{self, NOW, token};
use crate::worker::{Worker, at, issuer, one_provider, request, told};

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
fn a_key_that_another_worker_has_fetched_already_is_not_asked_for() {
    let (old, new) = (issuer("old"), issuer("new"));
    let shelf = Rc::default();
    let document = one_provider(&old);
    let workers = [1, 2].map(|number| Worker::new(&document, &shelf, number));
    workers[0].fetch(0, &[&old]);
    workers[1].tick(0);
    workers[0].fetch(601, &[&old, &new]);
    let fresh = token(&new, json!({"exp": NOW + 3_600}));
    let learnt = workers[1].engine.learnt();
    let asking = request(601, &fresh);
    let wait = workers[1].engine.try_decide(&asking, &learnt).unwrap_err();
    assert_eq!(workers[1].tick(601), None);
    assert!(wait.is_over(at(601)));
    let decided = workers[1].engine.try_decide(&asking, &learnt).unwrap();
    assert_eq!(told(&decided), "permit");
    // Nothing was spent: the next unknown one may still ask.
    let another = token(&issuer("another"), json!({"exp": NOW + 3_600}));
    let learnt = workers[1].engine.learnt();
    assert!(
        workers[1]
            .engine
            .try_decide(&request(602, &another), &learnt)
            .is_err()
    );
    assert!(workers[1].tick(602).is_some());
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

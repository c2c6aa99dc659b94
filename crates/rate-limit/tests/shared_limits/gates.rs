//! What becomes of a request: it waits for its own answer, and where none comes `on_error` decides.

use std::time::Duration;

use policy::{Answer, Denial, Failure, Learnt, Policy};

use crate::document::Asked;
use crate::service::{OK, OVER, Worker, body};

fn limit(rest: &str) -> String {
    format!(
        r#"{{"name": "all", "store": "shared", {rest}, "rates": [{{"requests": 2, "per": "1m"}}]}}"#
    )
}

fn one_by_one(service: &str) -> Worker {
    Worker::new(service, &limit(r#""batch": 1"#))
}

const QUICK: &str = r#""timeout": "20ms""#;

const fn code(failure: &Failure) -> &'static str {
    failure.reason.code()
}

/// Has a request wait, answers it, and asks again.
fn answered(worker: &Worker, answer: impl FnOnce(&policy::Call)) -> Result<(), Failure> {
    let learnt = Learnt::default();
    let waits = worker.pass(&Asked::default(), &learnt).unwrap_err();
    let wait = waits.wait.unwrap();
    assert!(!wait.is_over(worker.now));
    let call = worker.call().unwrap();
    answer(&call);
    assert!(wait.is_over(worker.now));
    worker.pass(&Asked::default(), &learnt)
}

#[test]
fn a_request_waits_for_its_own_answer() {
    let worker = one_by_one(QUICK);
    answered(&worker, |call| worker.say(call, OK, 1)).unwrap();
    let failure = answered(&worker, |call| worker.say(call, OVER, 0)).unwrap_err();
    assert_eq!(code(&failure), "rate_limit.exceeded");
    assert_eq!(failure.rule.as_deref(), Some("all"));
    let (name, seconds) = &failure.headers[0];
    assert_eq!(*name, "retry-after");
    let seconds: u64 = seconds.parse().unwrap();
    assert!((30..=33).contains(&seconds), "{seconds}");
}

#[test]
fn without_an_answer_on_error_decides() {
    for (on_error, passed) in [("deny", 0), ("allow", 5), ("local", 2)] {
        let worker = one_by_one(&format!(r#""timeout": "20ms", "on_error": "{on_error}""#));
        let mut permitted = 0;
        for _ in 0..5 {
            let learnt = Learnt::default();
            let asked = worker.pass(&Asked::default(), &learnt);
            let outcome = match asked {
                Err(Failure { wait: Some(_), .. }) => {
                    let call = worker.call().unwrap();
                    worker.answer(&call, Answer::NoResponse).unwrap_err();
                    worker.pass(&Asked::default(), &learnt)
                }
                outcome => outcome,
            };
            match outcome {
                Ok(()) => permitted += 1,
                Err(failure) if on_error == "local" => {
                    assert_eq!(code(&failure), "rate_limit.exceeded");
                }
                Err(failure) => assert_eq!(code(&failure), "rate_limit.unavailable"),
            }
        }
        assert_eq!(permitted, passed, "{on_error}");
        assert_eq!(worker.tally(|tallies| tallies.service_missed.get()), 5);
    }
}

#[test]
fn whoever_is_held_no_longer_is_decided_by_on_error_at_once() {
    let mut worker = one_by_one(r#""timeout": "20ms", "on_error": "allow""#);
    let learnt = Learnt::default();
    let waits = worker.pass(&Asked::default(), &learnt).unwrap_err();
    worker.pass(&Asked::default(), &learnt).unwrap(); // the proxy could not hold it
    let wait = waits.wait.unwrap();
    worker.now += Duration::from_millis(19);
    assert!(!wait.is_over(worker.now));
    worker.now += Duration::from_millis(1);
    assert!(wait.is_over(worker.now));
}

#[test]
fn each_fault_is_told_in_the_log_and_passes_nobody() {
    let response = |status, grpc_status, body| Answer::Response {
        status,
        content_type: None,
        body,
        grpc_status,
    };
    let nothing_known = vec![0, 0, 0, 0, 10, 8, 1, 18, 2, 8, 1, 18, 2, 8, 1];
    let table = [
        (Answer::NoResponse, "no answer in time"),
        (Answer::NoCluster, "no such cluster in this Envoy"),
        (Answer::NotSent, "the proxy did not take the call"),
        (response(503, None, vec![]), "answered with status 503"),
        (
            response(200, Some(14), vec![]),
            "answered with gRPC status 14",
        ),
        (
            response(200, None, vec![]),
            "not a message of the rate-limit service",
        ),
        (
            body(vec![0, 0, 0, 0, 2, 8, 1]),
            "answered about another number of limits",
        ),
        (
            body(nothing_known),
            "the service knows no limit for this domain",
        ),
    ];
    for (answer, message) in table {
        let worker = one_by_one(QUICK);
        let failure = answered(&worker, |call| {
            let error = worker.answer(call, answer).unwrap_err();
            assert!(error.starts_with(message), "{error}");
        });
        assert_eq!(
            code(&failure.unwrap_err()),
            "rate_limit.unavailable",
            "{message}"
        );
    }
}

#[test]
fn on_trial_nobody_waits_and_nothing_unknown_is_held_against_anybody() {
    let worker = Worker::new(QUICK, &limit(r#""mode": "shadow""#));
    for _ in 0..5 {
        worker.pass(&Asked::default(), &Learnt::default()).unwrap();
    }
    assert_eq!(worker.tally(|tallies| tallies.service_missed.get()), 0);
}

#[test]
fn what_is_left_is_told() {
    let worker = one_by_one(QUICK);
    let learnt = Learnt::default();
    worker.pass(&Asked::default(), &learnt).unwrap_err();
    let call = worker.call().unwrap();
    worker.say(&call, OK, 1);
    worker.pass(&Asked::default(), &learnt).unwrap();
    let mut denial = Denial::from(Failure::new(policy::internal::STATE, policy::Weight::Fault));
    worker.limits.on_denial(&learnt, &mut denial);
    let told = [
        ("ratelimit-policy", r#""all";q=2;w=60"#.to_owned()),
        ("ratelimit", r#""all";r=1;t=60"#.to_owned()),
    ];
    assert_eq!(denial.headers, told);
}

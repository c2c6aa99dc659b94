//! Decisions that have to wait: who waits, and what is not done twice.
#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests: what cannot be is said at once"
)]

mod support;

use std::cell::Cell;

use policy::language::{Fields, Report};
use policy::{
    Attributes, Context, Decision, Engine, Failure, Gate, Learnt, Mode, Policy, Reason, RouteNames,
    Stage, Status, Vocabulary, Weight,
};
use support::{Badges, Plain};

const OVER: Reason = Reason::new("rate_limit.exceeded", Status::TooManyRequests);

thread_local! {
    /// How often each counter was passed, by its place.
    static PASSED: [Cell<u32>; 3] = const { [Cell::new(0), Cell::new(0), Cell::new(0)] };
}

/// Three gates that count, of which the one in the middle is on trial, and is always over.
struct Counters;

#[derive(Debug)]
struct Counter(usize, Stage, Mode);

impl Policy for Counters {
    fn vocabulary(&self) -> Vocabulary {
        Vocabulary {
            section: "rate_limit",
            has_conditions: false,
            attributes: &[],
        }
    }

    fn read(&mut self, _: &mut Fields<'_>, _: &mut Report) {}

    fn gates(
        &mut self,
        _: &dyn RouteNames,
        _: &dyn Attributes,
        _: &mut Report,
    ) -> Vec<Box<dyn Gate>> {
        vec![
            Box::new(Counter(0, Stage::BeforeIdentity, Mode::Enforce)),
            Box::new(Counter(1, Stage::BeforeIdentity, Mode::Shadow)),
            Box::new(Counter(2, Stage::AfterRoute, Mode::Enforce)),
        ]
    }
}

impl Gate for Counter {
    fn stage(&self) -> Stage {
        self.1
    }

    fn mode(&self) -> Mode {
        self.2
    }

    fn pass(&self, _: &Context<'_>) -> Result<(), Failure> {
        PASSED.with(|passed| {
            let passed = passed.get(self.0).unwrap();
            passed.set(passed.get() + 1);
        });
        match self.2 {
            Mode::Enforce => Ok(()),
            Mode::Shadow => Err(Failure::new(OVER, Weight::NotAllowed)),
        }
    }
}

fn engine(rest: &str) -> Engine {
    let document = format!(r#"{{"version": "v1", {rest}}}"#);
    let policies: Vec<Box<dyn Policy>> = vec![Box::new(Badges), Box::new(Counters)];
    policy::compile(document.as_bytes(), "waiting.wasm", policies)
        .unwrap()
        .0
}

fn get() -> Plain {
    Plain::new("GET", "shop.example.org", "/")
}

fn coming() -> Plain {
    get().with("x-badge", "coming")
}

const fn told(decision: &Decision) -> &'static str {
    match decision {
        Ok(_) => "permit",
        Err(denial) => denial.reason.code(),
    }
}

/// What becomes of a request whose badge is coming.
fn first(engine: &Engine) -> &'static str {
    first_from(engine, "192.0.2.1:9")
}

fn first_from(engine: &Engine, address: &str) -> &'static str {
    match engine.try_decide(&coming().from(address), &engine.learnt()) {
        Ok(decision) => told(&decision),
        Err(_) => "wait",
    }
}

fn route(allow: &str) -> String {
    format!(r#""routes": [{{"name": "all", "paths": ["/**"], "allow": {allow}}}]"#)
}

#[test]
fn a_gate_is_passed_once_however_often_a_request_is_decided() {
    let engine = engine(&route(r#"{"principals": ["anna"]}"#));
    let learnt: Learnt = engine.learnt();
    for _ in 0..3 {
        assert!(engine.try_decide(&coming(), &learnt).is_err());
    }
    let anna = get().with("x-badge", "anna");
    let permit = engine.try_decide(&anna, &learnt).unwrap().unwrap();
    let passed =
        PASSED.with(|passed| [0, 1, 2].map(|place: usize| passed.get(place).unwrap().get()));
    assert_eq!(passed, [1, 1, 1]);
    let trials: Vec<_> = permit.trials.iter().map(ToString::to_string).collect();
    assert_eq!(
        trials,
        ["deny:rate_limit.exceeded@limits[]"],
        "and noted once"
    );
}

#[test]
fn a_request_that_can_permit_does_not_wait_and_one_that_may_yet_does() {
    let office = r#"{"remote_ip_blocks": ["10.0.0.0/8"]}"#;
    let anna = r#"{"principals": ["anna"]}"#;
    for (allow, home, in_the_office) in [
        (anna.to_owned(), "wait", "wait"),
        (
            format!(r#"{{"any_of": [{anna}, {office}]}}"#),
            "wait",
            "permit",
        ),
        (
            format!(r#"{{"any_of": [{office}, {anna}]}}"#),
            "wait",
            "permit",
        ),
        (
            format!(r#"{{"all_of": [{office}, {anna}]}}"#),
            "route.not_allowed",
            "wait",
        ),
    ] {
        let engine = engine(&route(&allow));
        assert_eq!(first(&engine), home, "{allow}");
        assert_eq!(first_from(&engine, "10.1.2.3:9"), in_the_office, "{allow}");
    }
}

#[test]
fn a_guard_waits_too_and_denies_where_it_never_learns() {
    for (guards, at_last) in [
        (
            r#""deny": [{"name": "no-bert", "who": {"principals": ["bert"]}}]"#,
            "badge.wrong",
        ),
        (
            r#""require": [{"name": "anna", "who": {"principals": ["anna"]}}]"#,
            "badge.wrong",
        ),
    ] {
        let engine = engine(&format!("{guards}, {}", route(r#""any""#)));
        assert_eq!(first(&engine), "wait", "{guards}");
        assert_eq!(told(&engine.decide(&coming())), at_last, "{guards}");
        let learnt = engine.learnt();
        assert!(engine.try_decide(&coming(), &learnt).is_err());
        assert_eq!(told(&engine.decide_at_last(&coming(), &learnt)), at_last);
        let anna = get().with("x-badge", "anna");
        let decision = engine.try_decide(&anna, &learnt).unwrap();
        assert_eq!(told(&decision), "permit", "{guards}");
    }
}

#[test]
fn what_cannot_be_told_at_last_is_the_plain_denial() {
    let engine = engine(&route(r#"{"principals": ["anna"]}"#));
    let learnt = engine.learnt();
    assert!(engine.try_decide(&coming(), &learnt).is_err());
    let denial = engine.decide_at_last(&coming(), &learnt).unwrap_err();
    assert_eq!(denial.reason.code(), "badge.wrong");
    assert_eq!(denial.route.as_deref(), Some("all"));
}

#[test]
fn nothing_on_trial_holds_a_request() {
    let over_all = engine(&format!(
        r#""mode": "shadow", {}"#,
        route(r#"{"principals": ["anna"]}"#)
    ));
    assert_eq!(first(&over_all), "permit");
    let overlay =
        r#""deny": [{"name": "no-bert", "mode": "shadow", "who": {"principals": ["bert"]}}]"#;
    let overlay = engine(&format!("{overlay}, {}", route(r#""any""#)));
    assert_eq!(first(&overlay), "permit");
}

//! Budgets: what counts as a failure, whom a spent budget stops, and what never asks for one.

#![expect(
    clippy::needless_pass_by_value,
    clippy::panic,
    reason = "it is a test from end to end"
)]

mod ledger;
mod support;

use std::rc::Rc;
use std::time::Duration;

use fixtures::{Algorithm, Issuer, Jws, Key};
use jwt::Tokens;
use ledger::{Account, Ledger, Opens};
use policy::{Allowance, Budget, Budgets, Context, Engine, Failure, Policy, Room};
use serde_json::{Value, json};
use support::{NOW, Plain, claims, code, document, issuer, provider, token};

fn engine(document: &Value) -> (Engine, Rc<Ledger>) {
    let ledger = Rc::<Ledger>::default();
    let tokens = Tokens::new().with_budgets(Rc::new(Opens(Rc::clone(&ledger))));
    let policies: Vec<Box<dyn Policy>> = vec![Box::new(tokens)];
    match policy::compile(document.to_string().as_bytes(), "jwt-authn", policies) {
        Ok((engine, _)) => (engine, ledger),
        Err(report) => panic!("{:#?}", report.errors()),
    }
}

/// A section with one provider and a room for two failures.
fn section(login: &Issuer, budgets: Value) -> Value {
    json!({"budgets": budgets, "providers": [provider("login", login, json!({}))]})
}

fn two() -> Value {
    json!({"failures": {"requests": 2, "per": "1h"}})
}

fn forged(login: &Issuer) -> String {
    let key = Key::foreign(Algorithm::Es256, login.key().kid());
    Issuer::sign_as(&key, &claims(login, json!({})))
}

fn from(address: &str, token: &str) -> Plain {
    Plain::get("/0").bearer(token).from(address)
}

#[test]
fn a_caller_that_has_spent_its_failures_is_not_looked_at() {
    let login = issuer("login", Algorithm::Es256);
    let (engine, ledger) = engine(&document(
        &section(&login, two()),
        &[json!({"jwt": "login"})],
    ));
    let (known, fresh) = (token(&login, json!({})), token(&login, json!({"n": 1})));
    let (here, there) = ("192.0.2.1:4000", "192.0.2.2:4000");
    let decide = |address, token: &str| code(&engine.decide(&from(address, token)));
    assert_eq!(decide(here, &known), "permit");
    assert_eq!(decide(here, &forged(&login)), "jwt.bad_signature");
    assert_eq!(decide("192.0.2.1:4001", "x"), "jwt.malformed");
    for token in ["x", &forged(&login), &fresh] {
        assert_eq!(decide(here, token), "jwt.too_many_failures");
    }
    assert_eq!(decide(here, &known), "permit", "what is known passes");
    assert_eq!(
        decide(there, &fresh),
        "permit",
        "and so does everybody else"
    );
    assert_eq!(
        decide(here, &fresh),
        "permit",
        "even what others made known"
    );
    assert_eq!(ledger.total(), 2);
    let denial = engine.decide(&from(here, "x")).unwrap_err();
    assert_eq!(denial.headers, [("retry-after", "7".to_owned())]);
    assert_eq!(denial.rule.as_deref(), Some("jwt.failures"));
}

#[test]
fn the_last_failure_that_finds_no_room_is_told_so() {
    // Another worker spends the last of it between the look and the charge.
    struct Late(Rc<Ledger>);
    impl Budgets for Late {
        fn open(&self, _: &str, _: Allowance) -> Option<Rc<dyn Budget>> {
            Some(Rc::new(LateAccount(Account(Rc::clone(&self.0)))))
        }
    }
    struct LateAccount(Account);
    impl Budget for LateAccount {
        fn room(&self, _: &[u8], _: &Context<'_>) -> Result<Room, Failure> {
            Ok(Room::Left)
        }
        fn spend(&self, key: &[u8], context: &Context<'_>) -> Result<Room, Failure> {
            self.0.spend(key, context)
        }
    }
    let login = issuer("login", Algorithm::Es256);
    let tokens = Tokens::new().with_budgets(Rc::new(Late(Rc::default())));
    let document = document(&section(&login, two()), &[json!({"jwt": "login"})]);
    let policies: Vec<Box<dyn Policy>> = vec![Box::new(tokens)];
    let text = document.to_string();
    let (engine, _) = policy::compile(text.as_bytes(), "jwt-authn", policies).unwrap();
    let forged = forged(&login);
    assert_eq!(
        code(&engine.decide(&from("192.0.2.1:1", &forged))),
        "jwt.too_many_failures"
    );
}

#[test]
fn an_ipv6_network_is_one_caller_and_a_certificate_another() {
    let login = issuer("login", Algorithm::Es256);
    let mut budgets = two();
    budgets["failures"]["key"] = json!("peer_certificate");
    let section = section(&login, budgets);
    let (engine, ledger) = engine(&document(&section, &[json!({"jwt": "login"})]));
    let callers = [
        Plain::get("/0").from("[2001:db8::1]:1"),
        Plain::get("/0").from("[2001:db8::2]:2"),
        Plain::get("/0").from("[2001:db8:0:1::1]:1"),
        Plain::get("/0").from("[2001:db8::1]:1").peer("aa"),
        Plain::get("/0").from("[2001:db8::9]:1").peer("aa"),
        Plain::get("/0").from("[2001:db8::1]:1").peer("bb"),
        Plain::get("/0"),
    ];
    for caller in callers {
        assert_eq!(code(&engine.decide(&caller.bearer("x"))), "jwt.malformed");
    }
    let spent: Vec<u32> = ledger.spent.borrow().values().copied().collect();
    assert_eq!(spent.iter().sum::<u32>(), 7);
    assert_eq!(spent.len(), 5, "two networks, two certificates, nobody");
}

#[test]
fn what_is_known_or_absent_or_too_long_asks_for_no_budget() {
    let login = issuer("login", Algorithm::Es256);
    let (engine, ledger) = engine(&document(
        &section(&login, two()),
        &[json!({"jwt": "login"})],
    ));
    let known = token(&login, json!({}));
    let decide = |plain: Plain| code(&engine.decide(&plain.from("192.0.2.1:1")));
    assert_eq!(decide(Plain::get("/0").bearer(&known)), "permit");
    assert_eq!(ledger.looked.get(), 1);
    assert_eq!(decide(Plain::get("/0").bearer(&known)), "permit");
    assert_eq!(decide(Plain::get("/0")), "jwt.missing");
    assert_eq!(
        decide(Plain::get("/0").bearer(&"x".repeat(9_000))),
        "jwt.too_large"
    );
    let late = Plain::get("/0").bearer(&known).at(NOW + 700);
    assert_eq!(decide(late), "jwt.expired");
    assert_eq!((ledger.looked.get(), ledger.total()), (1, 0));
}

#[test]
fn a_good_token_of_one_provider_is_no_failure_of_another() {
    let (login, partner) = (
        issuer("login", Algorithm::Es256),
        issuer("partner", Algorithm::Es256),
    );
    let section = json!({"budgets": two(), "providers": [
        provider("login", &login, json!({})), provider("partner", &partner, json!({})),
    ]});
    let either = json!({"any_of": [{"jwt": "login"}, {"jwt": "partner"}]});
    let both = json!({"jwt": {"provider": ["login", "partner"]}});
    let (engine, ledger) = engine(&document(&section, &[either, both]));
    for path in ["/0", "/1"] {
        for issuer in [&partner, &login] {
            for number in 0..3 {
                let fresh = token(issuer, json!({"n": format!("{path}{number}")}));
                let request = Plain::get(path).bearer(&fresh).from("192.0.2.1:1");
                assert_eq!(code(&engine.decide(&request)), "permit");
            }
        }
    }
    assert_eq!(ledger.total(), 0);
    // A bad one is one failure, however many providers and alternatives have looked at it.
    for (path, spent) in [("/0", 1), ("/1", 2)] {
        let garbage = Plain::get(path).bearer("x").from("192.0.2.1:1");
        assert_eq!(code(&engine.decide(&garbage)), "jwt.malformed");
        assert_eq!(ledger.total(), spent);
    }
}

#[test]
fn an_alternative_that_asks_for_no_token_is_open_to_who_has_spent_its_budget() {
    let login = issuer("login", Algorithm::Es256);
    let address = json!({"remote_ip_blocks": ["192.0.2.0/24"]});
    let either = json!({"any_of": [{"jwt": "login"}, address]});
    let (engine, ledger) = engine(&document(&section(&login, two()), &[either]));
    for _ in 0..5 {
        assert_eq!(code(&engine.decide(&from("192.0.2.1:1", "x"))), "permit");
    }
    assert_eq!(ledger.total(), 2);
}

#[test]
fn a_worker_verifies_so_many_signatures() {
    let login = issuer("login", Algorithm::Es256);
    let budgets = json!({
        "failures": {"unlimited": true}, "signatures": {"requests": 10, "per": "1s", "burst": 3},
    });
    let (engine, ledger) = engine(&document(
        &section(&login, budgets),
        &[json!({"jwt": "login"})],
    ));
    let decide = |token: &str, millis: u64| {
        let after = Duration::from_millis(5_000 + millis);
        engine.decide(&Plain::get("/0").bearer(token).after(after))
    };
    let fresh = |number: u64| token(&login, json!({"n": number}));
    let known = fresh(0);
    for token in [&known, &fresh(1), &fresh(2)] {
        assert_eq!(code(&decide(token, 0)), "permit");
    }
    let denial = decide(&fresh(3), 0).unwrap_err();
    assert_eq!(denial.reason.code(), "jwt.too_many_signatures");
    assert_eq!(denial.headers, [("retry-after", "1".to_owned())]);
    assert_eq!(denial.rule.as_deref(), Some("jwt.signatures"));
    assert_eq!(code(&decide(&known, 0)), "permit", "what is known passes");
    let expired = token(&login, json!({"exp": 1}));
    assert_eq!(
        code(&decide(&expired, 0)),
        "jwt.expired",
        "found without one"
    );
    assert_eq!(code(&decide(&forged(&login), 100)), "jwt.bad_signature");
    assert_eq!(code(&decide(&fresh(3), 100)), "jwt.too_many_signatures");
    assert_eq!(code(&decide(&fresh(3), 200)), "permit");
    assert_eq!((ledger.looked.get(), ledger.total()), (0, 0), "unlimited");
}

#[test]
fn a_document_on_trial_spends_nothing_that_is_enforced() {
    let login = issuer("login", Algorithm::Es256);
    let mut document = document(&section(&login, two()), &[json!({"jwt": "login"})]);
    document["mode"] = json!("shadow");
    let (engine, ledger) = engine(&document);
    for _ in 0..5 {
        assert_eq!(code(&engine.decide(&from("192.0.2.1:1", "x"))), "permit");
    }
    let spent = ledger.spent.borrow();
    assert!(spent.keys().all(|(_, on_trial)| *on_trial), "{spent:?}");
}

#[test]
fn budgets_that_come_back_after_more_than_a_day_are_refused() {
    let login = issuer("login", Algorithm::Es256);
    let budgets = json!({
        "failures": {"requests": 1, "per": "1d", "burst": 2},
        "signatures": {"requests": 1, "per": "1h", "burst": 25},
    });
    let document = document(&section(&login, budgets), &[json!({"jwt": "login"})]);
    let report = support::compile(&document).unwrap_err();
    let message = "used up, it would come back only after more than a day; write a smaller burst or \
                   a shorter time";
    assert_eq!(
        report.errors(),
        [
            format!("jwt.budgets.failures: {message}"),
            format!("jwt.budgets.signatures: {message}"),
        ]
    );
}

#[test]
fn a_hundred_a_second_hold_where_nothing_is_said() {
    let login = issuer("login", Algorithm::Es256);
    let section = json!({"providers": [provider("login", &login, json!({}))]});
    let (engine, ledger) = engine(&document(&section, &[json!({"jwt": "login"})]));
    let bad = Jws::raw(b"{}", b"{}").with_signature(b"");
    for _ in 0..100 {
        assert_eq!(
            code(&engine.decide(&from("192.0.2.1:1", &bad))),
            "jwt.malformed"
        );
    }
    let next = engine.decide(&from("192.0.2.1:1", &bad));
    assert_eq!(code(&next), "jwt.too_many_failures");
    assert_eq!(ledger.total(), 100);
}

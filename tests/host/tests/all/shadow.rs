//! Rules on trial as the filter shows them: filter state, counters, the log, a gauge.

use crate::policies;
use crate::proxy::{Proxy, Went, get, is_marked, log, reply, with};

const INFO: u32 = 2;

const OVERLAYS: &str = r#"{"version": "v1",
    "deny": [{"name": "no-beta", "mode": "shadow", "paths": ["/beta"], "who": "any"}],
    "routes": [
        {"name": "all", "paths": ["/**"], "allow": "any"},
        {"name": "closed", "paths": ["/closed"], "allow": "none"},
        {"name": "closed-next", "mode": "shadow", "paths": ["/closed"], "allow": "any"},
        {"name": "beta-next", "mode": "shadow", "paths": ["/beta"], "allow": "none"}
    ]}"#;

const ON_TRIAL: &str = r#"{"version": "v1", "mode": "shadow", "routes": [
    {"name": "open", "paths": ["/open"], "allow": "any"},
    {"name": "closed", "paths": ["/closed"], "allow": "none"}
]}"#;

fn decision(plugin: &str) -> String {
    let key = format!("portcullis.{plugin}.decision");
    with(|state| String::from_utf8(state.filter_state[&key].clone()).expect("text"))
}

fn counter(plugin: &str, name: &str) -> u64 {
    with(|state| state.counter(&format!("portcullis.{plugin}.{name}")))
}

#[test]
fn what_decided_is_in_filter_state() {
    let proxy = Proxy::configured(policies::routes, policies::OPEN);
    assert_eq!(proxy.get("/x"), Went::On);
    assert_eq!(
        decision("routes"),
        "verdict=permit;reason=-;route=all;rule=-;shadow=-"
    );
    assert_eq!(proxy.get("/closed"), Went::Nowhere);
    assert_eq!(
        decision("routes"),
        "verdict=deny;reason=route.not_allowed;route=closed;rule=-;shadow=-"
    );
    assert_eq!(proxy.get("/x;y"), Went::Nowhere);
    assert_eq!(
        decision("routes"),
        "verdict=deny;reason=request.ambiguous_path;route=all;rule=-;shadow=-"
    );
}

#[test]
fn an_overlay_is_shown_and_changes_nothing() {
    let proxy = Proxy::configured(policies::writer, OVERLAYS);
    assert_eq!(proxy.get("/closed"), Went::Nowhere);
    assert_eq!(
        decision("writer"),
        "verdict=deny;reason=route.not_allowed;route=closed;rule=-;shadow=permit@routes[closed-next]"
    );
    assert!(!reply().body.contains("closed-next"));
    assert_eq!(counter("writer", "shadow.permitted"), 1);
    assert_eq!(
        log().len(),
        1,
        "one line for the denial, none for the overlay"
    );

    assert_eq!(proxy.get("/beta"), Went::On);
    assert!(is_marked());
    assert_eq!(
        decision("writer"),
        "verdict=permit;reason=-;route=all;rule=-;shadow=deny:route.denied@deny[no-beta],\
         deny:route.not_allowed@routes[beta-next]"
    );
    assert_eq!(counter("writer", "shadow.denied.route.denied"), 1);
    assert_eq!(counter("writer", "shadow.denied.route.not_allowed"), 1);
    assert_eq!(counter("writer", "permitted"), 1);
    assert_eq!(
        counter("writer", "denied.route.denied"),
        0,
        "counters of their own"
    );
    let lines = log();
    assert_eq!(lines.len(), 3);
    let (level, line) = &lines[1];
    assert_eq!(*level, INFO);
    assert!(
        line.starts_with(
            "portcullis: writer shadow denied: reason=route.denied status=403 route=all \
             rule=deny[no-beta] by=no-beta principal=- decision="
        ),
        "{line}"
    );
    let id = |line: &str| line.rsplit('=').next().map(str::to_owned);
    assert_eq!(id(&lines[1].1), id(&lines[2].1), "one decision, one id");
}

#[test]
fn a_document_on_trial_lets_pass_marks_and_tells() {
    let proxy = Proxy::configured(policies::routes, ON_TRIAL);
    for (path, shadow) in [
        ("/open", "permit@document"),
        ("/closed", "deny:route.not_allowed@document"),
        ("/other", "deny:route.unmatched@document"),
        ("/open;x", "deny:request.ambiguous_path@document"),
    ] {
        assert_eq!(proxy.get(path), Went::On, "{path}");
        assert!(is_marked());
        let decision = decision("routes");
        assert!(decision.starts_with("verdict=permit;reason=-;"), "{path}");
        assert!(
            decision.ends_with(&format!(";shadow={shadow}")),
            "{decision}"
        );
    }
    assert_eq!(counter("routes", "permitted"), 4);
    assert_eq!(counter("routes", "shadow.permitted"), 1);
    assert_eq!(counter("routes", "shadow.denied.route.unmatched"), 1);
    assert_eq!(log().len(), 3);
}

#[test]
fn a_document_on_trial_still_strips_what_is_ours() {
    let proxy = Proxy::configured(policies::writer, ON_TRIAL);
    let mut headers = get("/closed").to_vec();
    headers.push(("x-user", b"root"));
    assert_eq!(proxy.send(&headers), Went::On);
    with(|state| {
        let user = state.headers.iter().find(|(name, _)| name == "x-user");
        assert_eq!(user, None, "neither the client's nor ours");
        assert!(!state.filter_state.contains_key("portcullis.principal"));
    });
}

#[test]
fn a_fault_stays_one_in_a_document_on_trial() {
    let proxy = Proxy::configured(policies::routes, ON_TRIAL);
    with(|state| state.failing.insert("headers", 10));
    assert_eq!(proxy.get("/open"), Went::Nowhere);
    assert_eq!(reply().details, "internal.host_call");
}

#[test]
fn a_gauge_says_how_much_is_on_trial() {
    // of the document as a whole: two routes, and the gate of the plugin's one policy
    for (document, rules) in [(policies::OPEN, 0), (OVERLAYS, 3), (ON_TRIAL, 3)] {
        let _proxy = Proxy::configured(policies::writer, document);
        with(|state| {
            let gauge = state
                .metrics
                .iter()
                .find(|(name, _)| name == "portcullis.writer.shadow.rules");
            assert_eq!(gauge.map(|(_, value)| *value), Some(rules));
        });
    }
}

#[test]
fn a_gauge_or_counter_that_cannot_be_set_stops_nothing() {
    let proxy = Proxy::start(policies::writer);
    with(|state| state.failing.insert("record metric", 10));
    assert!(proxy.configure(OVERLAYS.as_bytes()));
    assert_eq!(proxy.get("/closed"), Went::Nowhere);
    assert_eq!(reply().details, "route.not_allowed");
}

#[test]
fn a_permit_whose_decision_cannot_be_stated_is_none() {
    let proxy = Proxy::configured(policies::routes, policies::OPEN);
    with(|state| state.failing.insert("set property", 10));
    assert_eq!(proxy.get("/"), Went::Nowhere);
    assert_eq!(reply().details, "internal.host_call");
    assert!(!is_marked());
}

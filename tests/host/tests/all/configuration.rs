//! What becomes of a configuration: taken or refused by its bytes alone, and what then decides.

use crate::policies::{self, OPEN};
use crate::proxy::{Proxy, Went, log, reply, with};

const INFO: u32 = 2;
const WARN: u32 = 3;
const ERROR: u32 = 4;

fn errors() -> Vec<String> {
    let errors = log().into_iter().filter(|(level, _)| *level == ERROR);
    errors.map(|(_, line)| line).collect()
}

#[test]
fn no_configuration_is_refused_with_what_to_write() {
    let proxy = Proxy::start(policies::routes);
    assert!(!proxy.configure(b""));
    let errors = errors();
    assert_eq!(errors.len(), 1);
    assert!(
        errors[0].starts_with("portcullis: no configuration: write"),
        "{errors:?}"
    );
}

#[test]
fn every_error_of_a_document_is_a_line_of_its_own() {
    let proxy = Proxy::start(policies::routes);
    let document = r#"{"version": "v2", "routez": [], "routes": [{"name": "a", "paths": ["/a"]}]}"#;
    assert!(!proxy.configure(document.as_bytes()));
    let errors = errors();
    for place in ["version: ", "routez: ", "routes[a].allow: "] {
        let begins = |line: &&String| line.starts_with(&format!("portcullis: {place}"));
        assert_eq!(
            errors.iter().filter(begins).count(),
            1,
            "{place} in {errors:#?}"
        );
    }
}

#[test]
fn a_refusal_hangs_on_the_bytes_alone() {
    for document in [
        "{",
        "null",
        "[]",
        "\u{0}",
        "{\"version\": \"v1\"}",
        "\u{feff}{}",
    ] {
        let verdicts: Vec<_> = (0..2)
            .map(|_| {
                (
                    Proxy::start(policies::writer).configure(document.as_bytes()),
                    log(),
                )
            })
            .collect();
        assert_eq!(verdicts[0], verdicts[1]);
        assert!(!verdicts[0].0, "{document:?}");
        assert!(!errors().is_empty(), "{document:?}");
    }
    assert!(!Proxy::start(policies::routes).configure(b"{\"version\": \"\xff\"}"));
}

#[test]
fn nothing_is_asked_of_the_proxy_but_the_document() {
    let _proxy = Proxy::configured(policies::counting, OPEN);
    with(|state| {
        let calls = ["configuration", "define metric", "record metric"];
        assert_eq!(
            state.calls, calls,
            "the document, and the gauge of rules on trial"
        );
    });
}

#[test]
fn a_warning_is_one_line_whatever_is_in_it() {
    let document = OPEN.replacen('{', r#"{"probe": "x", "#, 1);
    let _proxy = Proxy::configured(policies::writer, &document);
    assert_eq!(
        log(),
        [(
            WARN,
            "portcullis: warning: probe: a warning\\nof two lines".to_owned()
        )]
    );
}

#[test]
fn before_and_after_a_refusal_everything_is_denied() {
    let proxy = Proxy::start(policies::routes);
    for _ in 0..2 {
        assert_eq!(proxy.get("/"), Went::Nowhere);
        let reply = reply();
        assert_eq!(
            (reply.status, reply.details.as_str()),
            (503, "config.invalid")
        );
        assert!(!proxy.configure(b"{}"));
    }
}

#[test]
fn a_configuration_that_the_proxy_does_not_hand_over_denies_everything() {
    for status in [1, 2, 6, 10, 12, u32::MAX] {
        let proxy = Proxy::start(policies::routes);
        with(|state| state.failing.insert("configuration", status));
        assert!(
            proxy.configure(OPEN.as_bytes()),
            "a fault of the proxy refuses nothing"
        );
        assert_eq!(errors().len(), 1);
        with(|state| state.failing.clear());
        assert_eq!(proxy.get("/"), Went::Nowhere);
        let reply = reply();
        assert_eq!(
            (reply.status, reply.details.as_str()),
            (503, "internal.host_call")
        );
    }
}

#[test]
fn half_a_configuration_is_none() {
    let proxy = Proxy::start(policies::routes);
    assert!(proxy.configure_announcing(OPEN.as_bytes(), OPEN.len() + 1));
    assert_eq!(proxy.get("/"), Went::Nowhere);
    assert_eq!(reply().details, "internal.host_call");
    assert!(
        !proxy.configure_announcing(OPEN.as_bytes(), OPEN.len() - 1),
        "not JSON any more"
    );
    assert_eq!(proxy.get("/"), Went::Nowhere);
}

#[test]
fn a_log_that_fails_changes_nothing() {
    let proxy = Proxy::start(policies::writer);
    with(|state| state.failing.insert("log", 10));
    assert!(!proxy.configure(b"{}"));
    assert!(proxy.configure(OPEN.replacen('{', r#"{"probe": "x", "#, 1).as_bytes()));
    assert_eq!(proxy.get("/"), Went::On);
    assert_eq!(proxy.get("/closed"), Went::Nowhere);
}

#[test]
fn an_old_root_and_a_new_one_decide_each_by_its_own() {
    let old = Proxy::configured(policies::routes, OPEN);
    let new = Proxy::root();
    let closed =
        r#"{"version": "v1", "routes": [{"name": "none", "paths": ["/**"], "allow": "none"}]}"#;
    assert!(new.configure(closed.as_bytes()));
    for _ in 0..2 {
        assert_eq!(old.get("/"), Went::On);
        assert_eq!(new.get("/"), Went::Nowhere);
    }
    let refused = Proxy::root();
    assert!(!refused.configure(b"{}"));
    assert_eq!(
        old.get("/"),
        Went::On,
        "a refused update leaves what there was"
    );
    assert_eq!(
        log().iter().filter(|(level, _)| *level == INFO).count(),
        2,
        "two denials"
    );
}

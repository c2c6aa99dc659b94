//! What the document says about fetching.

use std::rc::Rc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{compile, document};
use crate::worker::{Worker, fetched, issuer};

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
            json!({"jwks": {"inline": login.jwks(), "shared": false}}),
            ".shared: goes with uri or discovery; ",
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

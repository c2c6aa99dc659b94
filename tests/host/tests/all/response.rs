//! What the client is told besides the body: headers of a response, and of a denial.

use crate::policies::{self, OPEN};
use crate::proxy::{Proxy, Went, get, is_marked, log, reply, with};

fn over(limit: &'static str) -> Vec<(&'static str, &'static [u8])> {
    let mut headers = get("/").to_vec();
    headers.push(("x-over", limit.as_bytes()));
    headers
}

#[test]
fn a_permit_changes_the_response() {
    let proxy = Proxy::configured(policies::telling, OPEN);
    assert_eq!(proxy.get("/"), Went::On);
    with(|state| {
        let told: Vec<_> = state
            .response_headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_slice()))
            .collect();
        let expected: [(&str, &[u8]); 3] = [
            ("server", b"ours"),
            ("ratelimit", b"one"),
            ("ratelimit", b"two"),
        ];
        assert_eq!(told, expected);
        assert_eq!(state.header("ratelimit"), None, "not the request");
    });
}

#[test]
fn a_header_that_cannot_be_written_is_logged_and_the_response_goes_on() {
    let proxy = Proxy::configured(policies::telling, OPEN);
    with(|state| state.failing.insert("add header", 2));
    assert_eq!(proxy.get("/"), Went::On);
    assert!(is_marked());
    let line =
        "portcullis: telling: a response's header not written: add_header_map_value answered 2";
    assert_eq!(log(), [(3, line.to_owned())], "once");
}

#[test]
fn a_denial_tells_what_was_learnt_until_then() {
    let proxy = Proxy::configured(policies::telling, OPEN);
    assert_eq!(proxy.send(&over("few")), Went::Nowhere);
    assert_eq!(reply().header("ratelimit"), Some("none"));
    // A route that is closed is denied before the probe is asked.
    assert_eq!(proxy.get("/closed"), Went::Nowhere);
    assert_eq!(reply().header("ratelimit"), None);
}

#[test]
fn the_limit_that_denied_is_named_in_filter_state_and_metric() {
    let proxy = Proxy::configured(policies::telling, OPEN);
    for _ in 0..2 {
        assert_eq!(proxy.send(&over("few")), Went::Nowhere);
    }
    with(|state| {
        assert_eq!(state.filter_state["portcullis.denied_by"], b"few");
        assert_eq!(state.counter("portcullis.telling.limited.few"), 2);
        assert_eq!(
            state.counter("portcullis.telling.denied.rate_limit.exceeded"),
            2
        );
    });
}

#[test]
fn the_names_of_limits_are_bounded_in_metrics() {
    let proxy = Proxy::configured(policies::telling, OPEN);
    for number in 0..105 {
        let name: &'static str = Box::leak(format!("limit-{number}").into_boxed_str());
        assert_eq!(proxy.send(&over(name)), Went::Nowhere);
    }
    assert_eq!(proxy.send(&over("limit-3")), Went::Nowhere);
    with(|state| {
        let named = state
            .metrics
            .iter()
            .filter(|(name, _)| name.contains(".limited."));
        assert_eq!(named.count(), 101);
        assert_eq!(state.counter("portcullis.telling.limited.limit-3"), 2);
        assert_eq!(state.counter("portcullis.telling.limited._others"), 5);
    });
}

#[test]
fn requests_are_counted_under_their_client_and_clients_are_bounded() {
    let proxy = Proxy::configured(policies::telling, OPEN);
    let from = |client: &'static str, more: &[(&'static str, &'static [u8])]| {
        let mut headers = get("/").to_vec();
        headers.push(("x-client", client.as_bytes()));
        headers.extend_from_slice(more);
        headers
    };
    for _ in 0..2 {
        assert_eq!(proxy.send(&from("acme", &[])), Went::On);
    }
    assert_eq!(
        proxy.send(&from("acme", &[("x-over", b"few")])),
        Went::Nowhere
    );
    assert_eq!(proxy.get("/closed"), Went::Nowhere);
    assert_eq!(proxy.get("/"), Went::On);
    for number in 0..105 {
        let name: &'static str = Box::leak(format!("client-{number}").into_boxed_str());
        assert_eq!(proxy.send(&from(name, &[])), Went::On);
    }
    with(|state| {
        let counter = |name: &str| state.counter(&format!("portcullis.telling.{name}"));
        assert_eq!(counter("client_permitted.acme"), 2);
        assert_eq!(counter("client_denied.acme"), 1);
        assert_eq!(counter("client_permitted._others"), 6);
        let counters = state.metrics.iter();
        let of_clients = counters.filter(|(name, _)| name.contains(".client_"));
        assert_eq!(of_clients.count(), 102);
    });
}

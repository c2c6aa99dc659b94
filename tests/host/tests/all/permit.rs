//! What a permit does: headers, filter state, a counter, and the mark last of all.

use crate::policies::{self, OPEN};
use crate::proxy::{Proxy, Went, get, is_marked, log, with};

#[test]
fn a_permitted_request_goes_on_with_the_mark() {
    let proxy = Proxy::configured(policies::routes, OPEN);
    assert_eq!(proxy.get("/v1/orders"), Went::On);
    assert!(is_marked());
    with(|state| {
        assert!(state.replies.is_empty());
        assert_eq!(state.counter("portcullis.routes.permitted"), 1);
        assert_eq!(
            state.foreign, [""; 0],
            "no header changed, so the route stays"
        );
    });
    assert_eq!(log(), [], "a permit is no news");
}

#[test]
fn the_mark_comes_last() {
    let proxy = Proxy::configured(policies::writer, OPEN);
    assert_eq!(proxy.get("/"), Went::On);
    with(|state| {
        assert_eq!(state.calls.last(), Some(&"set property"));
        let sets = state
            .calls
            .iter()
            .filter(|call| **call == "set property")
            .count();
        assert_eq!(sets, 3, "an outcome, what decided and the mark");
    });
}

#[test]
fn what_the_client_states_of_itself_is_removed_and_ours_set() {
    let proxy = Proxy::configured(policies::writer, OPEN);
    let mut headers = get("/").to_vec();
    headers.push(("x-user", b"mallory"));
    headers.push(("x-user", b"mallory again"));
    headers.push(("x_jwt_payload", b"forged"));
    headers.push(("x-jwt-payload", b"forged"));
    headers.push(("x-other", b"stays"));
    assert_eq!(proxy.send(&headers), Went::On);
    with(|state| {
        assert_eq!(state.header("x-user").as_deref(), Some(b"alice".as_slice()));
        assert_eq!(state.header("x-jwt-payload"), None);
        assert_eq!(state.header("x_jwt_payload"), None);
        assert_eq!(
            state.header("x-other").as_deref(),
            Some(b"stays".as_slice())
        );
        assert_eq!(state.foreign, ["clear_route_cache"], "once");
        assert_eq!(
            state.filter_state["portcullis.principal"],
            b"spiffe://mesh.test/a"
        );
    });
}

#[test]
fn a_proxy_that_cannot_be_told_to_choose_its_route_again_does_so_by_itself() {
    let proxy = Proxy::configured(policies::writer, OPEN);
    with(|state| state.failing.insert("foreign", 1));
    assert_eq!(proxy.get("/"), Went::On);
    assert!(is_marked());
}

/// Each call costs a microsecond or so: whoever adds one should know it.
#[test]
fn a_permit_takes_so_many_calls() {
    let proxy = Proxy::configured(policies::routes, OPEN);
    proxy.get("/"); // defines the counter
    proxy.get("/");
    with(|state| {
        assert_eq!(
            state.calls,
            [
                "headers",
                "increment metric",
                "set property",
                "set property"
            ],
            "all headers, the counter, what decided, the mark"
        );
    });
}

#[test]
fn facts_and_clocks_arrive_as_the_policies_read_them() {
    let proxy = Proxy::configured(policies::curious, OPEN);
    with(|state| {
        for (path, value) in [
            ("source\0address", b"203.0.113.9:51234".as_slice()),
            ("destination\0port", &8443_i64.to_le_bytes()),
            ("connection\0mtls", &[1]),
            ("connection\0sha256_peer_certificate_digest", b"ab12"),
            ("connection\0peer_certificate", b"-----BEGIN%20CERTIFICATE"),
            ("filter_state\0io.istio.peer_principal", b"spiffe://a/b"),
        ] {
            state.properties.insert(path.into(), value.to_vec());
        }
        state.wall_nanoseconds = 1_800_000_000_250_000_000;
        state.monotonic_nanoseconds = 1_500_000_000;
    });
    let mut headers = get("/").to_vec();
    headers.push(("x-anything", b"one"));
    headers.push(("x-anything", b"two"));
    assert_eq!(proxy.send(&headers), Went::On);
    with(|state| {
        for (name, value) in [
            ("address", "203.0.113.9:51234"),
            ("port", "8443"),
            ("mtls", "true"),
            ("digest", "ab12"),
            ("certificate", "-----BEGIN%20CERTIFICATE"),
            ("peer_principal", "spiffe://a/b"),
            ("anything", "one,two"),
            ("clocks", "1800000000.25s 1.5s"),
        ] {
            let stated = &state.filter_state[&format!("portcullis.{name}")];
            assert_eq!(String::from_utf8_lossy(stated), value, "{name}");
        }
    });
}

#[test]
fn numbers_and_flags_of_another_size_are_a_fault() {
    for (path, value) in [
        ("destination\0port", b"8443".as_slice()),
        ("destination\0port", b""),
        ("connection\0mtls", b"true"),
        ("connection\0mtls", b"\x02"),
        ("connection\0mtls", b""),
    ] {
        let proxy = Proxy::configured(policies::curious, OPEN);
        with(|state| state.properties.insert(path.into(), value.to_vec()));
        assert_eq!(proxy.get("/"), Went::Nowhere, "{path:?} {value:?}");
        assert_eq!(crate::proxy::reply().details, "internal.host_call");
    }
}

#[test]
fn what_a_policy_counts_is_shown() {
    let proxy = Proxy::configured(policies::counting, OPEN);
    for _ in 0..3 {
        assert_eq!(proxy.get("/"), Went::On);
    }
    with(|state| {
        let numbers = u64::from(state.last_number);
        assert!(numbers >= 3);
        assert_eq!(state.counter("portcullis.counting.counted"), numbers);
    });
}

//! Every call to the proxy fails in turn, with every status: a denial each time, never a permit.

use crate::policies::{self, OPEN};
use crate::proxy::{Proxy, Went, get, is_marked, with};

/// The statuses of the ABI but Ok, and some that it does not have.
const STATUSES: [u32; 17] = [
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    9,
    10,
    11,
    12,
    13,
    99,
    255,
    1 << 31,
    u32::MAX,
];

const NOT_FOUND: u32 = 1;
const CAS_MISMATCH: u32 = 8;

/// Calls for which "not found" is an answer: there is no such header, fact, value or function.
const MAY_FIND_NOTHING: [&str; 4] = ["property", "header", "shared data", "foreign"];

fn send(proxy: &Proxy) -> Went {
    let mut headers = get("/").to_vec();
    headers.push(("x-user", b"mallory"));
    headers.push(("x-anything", b"thing"));
    proxy.send(&headers)
}

fn with_facts(install: fn()) -> Proxy {
    let proxy = Proxy::configured(install, OPEN);
    with(|state| {
        state.properties.insert("connection\0mtls".into(), vec![1]);
        state
            .properties
            .insert("destination\0port".into(), 443_i64.to_le_bytes().to_vec());
    });
    proxy
}

#[test]
fn whatever_call_fails_on_the_way_to_a_permit_it_is_a_denial() {
    for install in [
        policies::routes,
        policies::writer,
        policies::curious,
        policies::counting,
    ] {
        let proxy = with_facts(install);
        assert_eq!(send(&proxy), Went::On, "nothing fails");
        let calls = with(|state| state.calls.clone());
        let mark = calls
            .iter()
            .rposition(|call| *call == "set property")
            .expect("a mark");
        assert!(mark >= 4);
        for (number, call) in calls.iter().enumerate().take(mark + 1) {
            for status in STATUSES {
                let is_answer = (status == NOT_FOUND && MAY_FIND_NOTHING.contains(call))
                    || (status == CAS_MISMATCH && *call == "set shared data");
                let proxy = with_facts(install);
                with(|state| state.failing_call = Some((number, status)));
                let went = send(&proxy);
                if is_answer {
                    assert_eq!(is_marked(), went == Went::On);
                    continue;
                }
                let case = format!("call {number} ({call}) answers {status}");
                assert_eq!(went, Went::Nowhere, "{case}");
                assert!(!is_marked(), "{case}");
                let reply = crate::proxy::reply();
                assert_eq!(reply.status, 503, "{case}");
                assert!(
                    ["internal.host_call", "internal.state"].contains(&reply.details.as_str()),
                    "{case}: {}",
                    reply.details
                );
            }
        }
    }
}

/// Behind the mark comes only what policies count for the reader of a metric.
#[test]
fn a_number_that_cannot_be_shown_is_shown_with_a_later_request() {
    let proxy = Proxy::configured(policies::counting, OPEN);
    assert_eq!(send(&proxy), Went::On);
    let shown = || with(|state| state.counter("portcullis.counting.counted"));
    let before = shown();
    let calls = with(|state| state.calls.len());
    let proxy = Proxy::root();
    assert!(proxy.configure(OPEN.as_bytes()));
    with(|state| state.failing_call = Some((calls - 1, 10)));
    assert_eq!(send(&proxy), Went::On);
    assert!(is_marked());
    assert_eq!(shown(), before);
    with(|state| state.failing_call = None);
    assert_eq!(send(&proxy), Went::On);
    assert!(shown() > before);
}

#[test]
fn whatever_call_fails_on_the_way_to_a_denial_it_stays_one() {
    let proxy = Proxy::configured(policies::routes, OPEN);
    assert_eq!(proxy.get("/closed"), Went::Nowhere);
    let calls = with(|state| state.calls.clone());
    assert!(calls.len() >= 8, "{calls:?}");
    for (number, call) in calls.iter().enumerate() {
        for status in STATUSES {
            let proxy = Proxy::configured(policies::routes, OPEN);
            with(|state| state.failing_call = Some((number, status)));
            let case = format!("call {number} ({call}) answers {status}");
            assert_eq!(proxy.get("/closed"), Went::Nowhere, "{case}");
            assert!(!is_marked(), "{case}");
            let ended = with(|state| state.is_closed || state.replies.len() == 1);
            assert!(ended, "{case}");
        }
    }
}

#[test]
fn a_proxy_in_which_everything_fails_passes_nothing() {
    let proxy = Proxy::configured(policies::writer, OPEN);
    for status in STATUSES {
        with(|state| {
            for call in [
                "log",
                "wall",
                "monotonic",
                "random",
                "property",
                "set property",
                "header",
                "set header",
                "remove header",
                "respond",
                "close",
                "shared data",
                "set shared data",
                "define metric",
                "increment metric",
                "foreign",
            ] {
                state.failing.insert(call, status);
            }
        });
        assert_eq!(send(&proxy), Went::Nowhere, "{status}");
        assert!(!is_marked());
    }
}

#[test]
fn a_mark_that_cannot_be_set_is_a_denial() {
    let proxy = Proxy::configured(policies::routes, OPEN);
    with(|state| state.failing.insert("set property", 2));
    assert_eq!(proxy.get("/"), Went::Nowhere);
    assert_eq!(crate::proxy::reply().details, "internal.host_call");
    with(|state| {
        let denied = state.counter("portcullis.routes.denied.internal.host_call");
        assert_eq!(denied, 1);
    });
}

//! Requests that are held until another service has answered: each ends, and each once.

use std::time::Duration;

use crate::asking::{self, LONGEST, PASSED};
use crate::policies::OPEN;
use crate::proxy::{Came, Proxy, Went, get, is_marked, log, with};

fn start() -> Proxy {
    PASSED.set(0);
    Proxy::configured(asking::asking, OPEN)
}

/// A request that asks; it must be held, without an answer.
fn held(proxy: &Proxy) -> u32 {
    let replies = with(|state| state.replies.len());
    let (stream, went) = ask(proxy);
    assert_eq!(went, Went::Nowhere);
    assert_eq!(with(|state| state.replies.len()), replies, "{:?}", log());
    stream
}

fn ask(proxy: &Proxy) -> (u32, Went) {
    let mut headers = get("/").to_vec();
    headers.push(("x-ask", b"me"));
    proxy.begin(&headers)
}

fn yes() -> Came {
    let pair = |name: &str, value: &str| (name.to_owned(), value.into());
    Came {
        headers: vec![
            pair(":status", "200"),
            pair("content-type", "application/grpc"),
        ],
        body: b"pass".to_vec(),
        trailers: vec![pair("grpc-status", "0")],
    }
}

fn went_on() -> Vec<u32> {
    with(|state| state.went_on.clone())
}

/// Who was answered, and with which code.
fn replies() -> Vec<(u32, String)> {
    with(|state| {
        let replies = state.replies.iter();
        replies
            .map(|reply| (reply.to, reply.details.clone()))
            .collect()
    })
}

fn later(time: Duration) {
    let nanoseconds = time.as_secs() * 1_000_000_000 + u64::from(time.subsec_nanos());
    with(|state| state.monotonic_nanoseconds += nanoseconds);
}

/// The number of one of the calls that were sent.
fn sent(index: usize) -> u32 {
    with(|state| state.sent[index].number)
}

fn tick_period() -> u32 {
    with(|state| state.tick)
}

#[test]
fn each_request_waits_for_its_own_answer_and_no_gate_is_passed_twice() {
    let proxy = start();
    let (first, second) = (held(&proxy), held(&proxy));
    let calls = with(|state| state.sent.clone());
    assert_eq!(calls.len(), 2, "at once, without a tick");
    let call = &calls[0];
    assert_eq!((call.cluster.as_str(), call.timeout), ("limits", 1_500));
    assert_eq!(call.body, [0, 0, 0, 0, 1, 7]);
    for (name, value) in [
        (":method", "POST"),
        (":scheme", "http"),
        (":authority", "limits.test"),
        (":path", "/ask"),
        ("content-type", "application/grpc"),
        ("te", "trailers"),
    ] {
        let expected = (name.to_owned(), value.to_owned());
        assert!(call.headers.contains(&expected), "{:?}", call.headers);
    }

    proxy.answer(calls[1].number, yes());
    assert_eq!(went_on(), [second], "the other has no answer yet");
    assert!(is_marked());
    assert_eq!(replies(), []);
    Proxy::end(second, Went::On);
    let told = ("x-told".to_owned(), b"yes".to_vec());
    assert!(with(|state| state.response_headers.contains(&told)));

    let no = Came {
        trailers: vec![("grpc-status".into(), b"14".into())],
        ..yes()
    };
    proxy.answer(calls[0].number, no);
    assert_eq!(went_on(), [second]);
    assert_eq!(replies(), [(first, "rate_limit.exceeded".into())]);
    assert_eq!(PASSED.get(), 2, "the gate before, once for each");
    Proxy::end(first, Went::Nowhere);
}

#[test]
fn a_status_alone_is_in_the_headers() {
    let proxy = start();
    let stream = held(&proxy);
    let mut answer = yes();
    answer.headers.append(&mut answer.trailers);
    proxy.answer(sent(0), answer);
    assert_eq!(went_on(), [stream]);
}

#[test]
fn ticks_are_fast_only_while_somebody_waits() {
    let proxy = start();
    proxy.tick();
    assert_eq!(tick_period(), 250);
    let stream = held(&proxy);
    assert_eq!(tick_period(), 10);
    proxy.tick();
    assert_eq!((tick_period(), went_on().len()), (10, 0));
    proxy.answer(sent(0), yes());
    assert_eq!((tick_period(), went_on()), (250, vec![stream]));
    proxy.delete();
    assert_eq!(tick_period(), 0);
}

#[test]
fn a_request_without_an_answer_ends_by_the_clock() {
    let proxy = start();
    let stream = held(&proxy);
    later(LONGEST.checked_sub(Duration::from_millis(1)).unwrap());
    proxy.tick();
    assert_eq!(replies(), []);
    later(Duration::from_millis(1));
    proxy.tick();
    assert_eq!(replies(), [(stream, "rate_limit.unavailable".into())]);
    proxy.answer(sent(0), yes()); // too late
    assert_eq!((went_on().len(), replies().len()), (0, 1));
}

#[test]
fn who_hangs_up_is_forgotten_and_takes_no_answer_along() {
    let proxy = start();
    let (first, second) = (held(&proxy), held(&proxy));
    Proxy::end(first, Went::Nowhere);
    proxy.answer(sent(0), yes());
    assert_eq!((went_on(), replies()), (vec![], vec![]));
    proxy.answer(sent(1), yes());
    assert_eq!(went_on(), [second]);
}

#[test]
fn what_a_request_makes_urgent_is_asked_at_once_and_holds_nobody() {
    let proxy = start();
    let mut headers = get("/").to_vec();
    headers.push(("x-tell", b"it"));
    let (first, went) = proxy.begin(&headers);
    assert_eq!(went, Went::On);
    assert_eq!(with(|state| state.sent.len()), 1, "without a tick");
    assert!(is_marked(), "and the calls are about the request again");
    Proxy::end(first, Went::On); // who sends the call is the root, not the request
    proxy.answer(sent(0), yes());
    assert_eq!((went_on(), replies()), (vec![], vec![]));
}

#[test]
fn their_number_is_bounded() {
    let proxy = start();
    let first = held(&proxy);
    for _ in 1..512 {
        held(&proxy);
    }
    let (stream, went) = ask(&proxy);
    assert_eq!(went, Went::Nowhere);
    assert_eq!(replies(), [(stream, "rate_limit.unavailable".into())]);
    proxy.answer(sent(0), yes());
    assert_eq!(went_on(), [first]);
    held(&proxy);
}

#[test]
fn a_call_that_cannot_be_sent_is_an_answer() {
    for status in [2, 10] {
        let proxy = start();
        with(|state| state.failing.insert("http call", status));
        let (stream, went) = ask(&proxy);
        assert_eq!(went, Went::Nowhere);
        assert_eq!(replies(), [(stream, "rate_limit.exceeded".into())]);
        assert_eq!(PASSED.get(), 1);
    }
}

#[test]
fn a_call_without_an_answer_is_an_answer() {
    let proxy = start();
    let stream = held(&proxy);
    proxy.answer(sent(0), Came::default());
    assert_eq!(replies(), [(stream, "rate_limit.exceeded".into())]);
}

#[test]
fn the_end_of_a_root_is_the_end_of_waiting() {
    let proxy = start();
    let (first, second) = (held(&proxy), held(&proxy));
    proxy.delete();
    let code = "rate_limit.unavailable".to_owned();
    assert_eq!(replies(), [(first, code.clone()), (second, code)]);
    assert_eq!(tick_period(), 0);
}

#[test]
fn a_new_configuration_of_the_same_root_leaves_nobody_waiting() {
    let proxy = start();
    let stream = held(&proxy);
    assert!(proxy.configure(OPEN.as_bytes()));
    assert_eq!(replies(), [(stream, "rate_limit.unavailable".into())]);
    assert_eq!(tick_period(), 10, "those of the new one");
    proxy.answer(sent(0), yes());
    assert!(went_on().is_empty());
}

#[test]
fn a_document_on_trial_holds_nobody() {
    PASSED.set(0);
    let document = OPEN.replacen('{', r#"{"mode": "shadow", "#, 1);
    let proxy = Proxy::configured(asking::asking, &document);
    let (_, went) = ask(&proxy);
    assert_eq!(went, Went::On);
}

#[test]
fn a_plugin_that_runs_no_errands_takes_no_document_that_needs_them() {
    let proxy = Proxy::start(asking::forgetful);
    assert!(!proxy.configure(OPEN.as_bytes()));
}

/// Whatever call fails while a request is held or decided anew: it ends, and passes only with the mark.
#[test]
fn whatever_fails_the_request_ends() {
    let proxy = start();
    with(|state| state.calls.clear());
    held(&proxy);
    proxy.answer(sent(0), yes());
    let calls = with(|state| state.calls.clone());
    assert!(calls.contains(&"continue"));
    for (number, call) in calls.iter().enumerate() {
        let statuses: &[u32] = match *call {
            "http call" => &[2, 10], // the SDK knows no other
            _ => &[1, 2, 10, 12, 99],
        };
        for status in statuses {
            let case = format!("call {number} ({call}) answers {status}");
            let proxy = start();
            with(|state| {
                state.calls.clear();
                state.filter_state.clear();
                state.failing_call = Some((number, *status));
            });
            let (stream, went) = ask(&proxy);
            if with(|state| !state.sent.is_empty()) && sdk_is_well(call) {
                proxy.answer(sent(0), yes());
            }
            with(|state| state.failing_call = None);
            later(Duration::from_secs(16));
            proxy.tick();
            let on = went == Went::On || went_on() == [stream];
            let ended = on || with(|state| state.is_closed || !state.replies.is_empty());
            assert!(ended, "{case}");
            assert!(!on || is_marked(), "{case}");
        }
    }
}

/// The SDK itself sets the context before it hands an answer over, and panics where it cannot.
fn sdk_is_well(call: &str) -> bool {
    call != "context"
}

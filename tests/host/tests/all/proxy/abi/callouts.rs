//! The proxy's calls beside requests: ticks, HTTP callouts, and requests that go on.

use super::super::state::{Sent, with};
use super::reply::pairs;
use super::{OK, answer, bytes, giving, text};

unsafe extern "C" {
    fn proxy_on_tick(root: u32);
    fn proxy_on_http_call_response(
        context: u32,
        number: u32,
        headers: usize,
        body: usize,
        trailers: usize,
    );
}

pub(in crate::proxy) fn tick(root: u32) {
    with(|state| state.speak(root));
    unsafe { proxy_on_tick(root) }
}

pub(in crate::proxy) fn call_response(root: u32, number: u32) {
    let (headers, body, trailers) = with(|state| {
        state.speak(root);
        let answer = &state.came;
        let sizes = (answer.headers.len(), answer.body.len());
        (sizes.0, sizes.1, answer.trailers.len())
    });
    unsafe { proxy_on_http_call_response(root, number, headers, body, trailers) }
}

#[unsafe(no_mangle)]
extern "C" fn proxy_set_tick_period_milliseconds(period: u32) -> u32 {
    answer("tick", |state| {
        assert!(state.is_root(state.speaking), "ticks are the root's");
        state.tick = period;
        OK
    })
}

#[unsafe(no_mangle)]
extern "C" fn proxy_set_effective_context(context: u32) -> u32 {
    answer("context", |state| {
        if !state.contexts.contains_key(&context) {
            return super::BAD_ARGUMENT;
        }
        state.speak(context);
        OK
    })
}

#[unsafe(no_mangle)]
extern "C" fn proxy_continue_stream(stream: u32) -> u32 {
    assert_eq!(stream, 0, "the request's stream");
    answer("continue", |state| {
        assert!(!state.is_root(state.speaking), "a request goes on");
        state.went_on.push(state.speaking);
        OK
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn proxy_http_call(
    cluster: *const u8,
    cluster_size: usize,
    headers: *const u8,
    headers_size: usize,
    body: *const u8,
    body_size: usize,
    trailers: *const u8,
    trailers_size: usize,
    timeout: u32,
    number: *mut u32,
) -> u32 {
    let cluster = unsafe { text(cluster, cluster_size) };
    let headers = pairs(unsafe { bytes(headers, headers_size) });
    let body = unsafe { bytes(body, body_size) }.to_vec();
    assert!(pairs(unsafe { bytes(trailers, trailers_size) }).is_empty());
    answer("http call", |state| {
        assert!(state.is_root(state.speaking), "a callout is the root's");
        let sent = super::super::next_id();
        unsafe { *number = sent };
        state.sent.push(Sent {
            number: sent,
            cluster,
            headers,
            body,
            timeout,
        });
        OK
    })
}

pub(super) unsafe fn answer_body(max: usize, data: *mut *mut u8, size: *mut usize) -> u32 {
    unsafe {
        giving("answer body", data, size, |state| {
            Some(state.came.body.iter().copied().take(max).collect())
        })
    }
}

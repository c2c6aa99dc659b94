//! The calls that are made beside requests: ticks, HTTP callouts, and letting a request go on.
#![allow(
    unsafe_code,
    reason = "calls into the proxy and the SDK; every pointer handed over lives for the call \
              (proxy-wasm ABI 0.2.1)"
)]

use std::time::Duration;

use policy::Answer;

use super::abi::{check, received};
use super::{Call, HostError};

#[link(wasm_import_module = "env")]
unsafe extern "C" {
    fn proxy_continue_stream(stream: u32) -> u32;
    fn proxy_set_effective_context(context: u32) -> u32;
    fn proxy_set_tick_period_milliseconds(period: u32) -> u32;
    fn proxy_get_buffer_bytes(
        buffer: u32,
        start: usize,
        max_size: usize,
        value: *mut *mut u8,
        value_size: *mut usize,
    ) -> u32;
    fn proxy_get_header_map_value(
        map: u32,
        name: *const u8,
        name_size: usize,
        value: *mut *mut u8,
        value_size: *mut usize,
    ) -> u32;
}

unsafe extern "C" {
    /// The SDK's own callback, which makes a root context the active one and calls it.
    fn proxy_on_queue_ready(root: u32, queue: u32);
}

const REQUEST_STREAM: u32 = 0;
const ANSWER_BODY: u32 = 4;

/// Which part of an answer a header is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum Part {
    Headers = 6,
    Trailers = 7,
}

/// Has the proxy call the root context every so often; zero ends it.
pub(crate) fn tick_every(period: Duration) -> Result<(), HostError> {
    let period = u32::try_from(period.as_millis()).unwrap_or(u32::MAX);
    // SAFETY: no memory is handed over.
    let status = unsafe { proxy_set_tick_period_milliseconds(period) };
    check(Call::Tick, status)
}

/// Makes the calls that follow be about this context: a request, or the root itself.
pub(crate) fn speak_for(context: u32) -> Result<(), HostError> {
    // SAFETY: no memory is handed over.
    let status = unsafe { proxy_set_effective_context(context) };
    check(Call::Context, status)
}

/// Lets the request that was paused go on.
pub(crate) fn continue_request() -> Result<(), HostError> {
    // SAFETY: no memory is handed over.
    check(Call::Continue, unsafe {
        proxy_continue_stream(REQUEST_STREAM)
    })
}

/// Calls `on_queue_ready` of the root context, from the callback of a request.
///
/// The SDK brings an answer to the context that was active when the call was sent, and drops it where
/// that is gone: a client that hangs up would take with it what others wait for. Only the SDK can
/// make the root the active one, so it is entered through one of its callbacks, one that no proxy
/// calls here since the plugins have no queues. Never from a callback of the root, which the SDK has borrowed.
pub(crate) fn enter_root(root: u32) {
    // SAFETY: an ordinary function of the SDK in this module; no memory is handed over.
    unsafe { proxy_on_queue_ready(root, 0) }
}

/// Sends a request; its number, or what came of it already.
///
/// Through the SDK, which must know the number when it hands the answer over. It panics on a status
/// that this call of the ABI has not.
pub(crate) fn http_call(call: &policy::Call) -> Result<u32, Answer> {
    let mut headers = vec![
        (":method", call.method),
        (":scheme", if call.https { "https" } else { "http" }),
        (":authority", &*call.authority),
        (":path", &*call.path),
    ];
    headers.extend(call.headers.iter().map(|(name, value)| (*name, &**value)));
    let body = (!call.body.is_empty()).then_some(call.body.as_slice());
    proxy_wasm::hostcalls::dispatch_http_call(
        &call.cluster,
        headers,
        body,
        Vec::new(),
        call.timeout,
    )
    .map_err(|status| match status {
        proxy_wasm::types::Status::BadArgument => Answer::NoCluster,
        _ => Answer::NotSent,
    })
}

/// A header of the answer that the proxy is calling about.
pub(crate) fn answer_header(part: Part, name: &str) -> Result<Option<Vec<u8>>, HostError> {
    received(Call::Header, |value, size| {
        // SAFETY: the name outlives the call; the proxy writes a pointer and a size.
        unsafe { proxy_get_header_map_value(part as u32, name.as_ptr(), name.len(), value, size) }
    })
}

/// The body of the answer that the proxy is calling about, at most `max` bytes of it.
pub(crate) fn answer_body(max: usize) -> Result<Option<Vec<u8>>, HostError> {
    received(Call::Body, |value, size| {
        // SAFETY: the proxy writes a pointer and a size.
        unsafe { proxy_get_buffer_bytes(ANSWER_BODY, 0, max, value, size) }
    })
}

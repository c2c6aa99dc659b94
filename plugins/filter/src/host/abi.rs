//! The proxy-wasm ABI 0.2.1 as plain functions on bytes, each of which answers a [`Result`].
//!
//! The SDK's own wrappers panic on a status or a byte they do not expect, and a panic takes the
//! worker with it; so the calls are declared here again. The only unsafe code there is.
#![allow(
    unsafe_code,
    reason = "calls into the proxy; every pointer handed over lives for the call, and memory that \
              comes back is owned by us from then on (proxy-wasm ABI 0.2.1)"
)]

use std::ptr::{null_mut, slice_from_raw_parts_mut};
use std::time::Duration;

mod headers;

pub(crate) use headers::{Headers, change, first_header, request_headers};

use super::{Call, HostError, Level};

#[link(wasm_import_module = "env")]
unsafe extern "C" {
    fn proxy_log(level: u32, message: *const u8, message_size: usize) -> u32;
    fn proxy_get_current_time_nanoseconds(time: *mut u64) -> u32;
    fn proxy_get_buffer_bytes(
        buffer: u32,
        start: usize,
        max_size: usize,
        value: *mut *mut u8,
        value_size: *mut usize,
    ) -> u32;
    fn proxy_get_property(
        path: *const u8,
        path_size: usize,
        value: *mut *mut u8,
        value_size: *mut usize,
    ) -> u32;
    fn proxy_set_property(
        path: *const u8,
        path_size: usize,
        value: *const u8,
        value_size: usize,
    ) -> u32;
    fn proxy_send_local_response(
        status: u32,
        details: *const u8,
        details_size: usize,
        body: *const u8,
        body_size: usize,
        headers: *const u8,
        headers_size: usize,
        grpc_status: i32,
    ) -> u32;
    fn proxy_close_stream(stream: u32) -> u32;
    fn proxy_get_shared_data(
        key: *const u8,
        key_size: usize,
        value: *mut *mut u8,
        value_size: *mut usize,
        cas: *mut u32,
    ) -> u32;
    fn proxy_set_shared_data(
        key: *const u8,
        key_size: usize,
        value: *const u8,
        value_size: usize,
        cas: u32,
    ) -> u32;
    fn proxy_define_metric(kind: u32, name: *const u8, name_size: usize, id: *mut u32) -> u32;
    fn proxy_record_metric(id: u32, value: u64) -> u32;
    fn proxy_increment_metric(id: u32, offset: i64) -> u32;
    fn proxy_call_foreign_function(
        name: *const u8,
        name_size: usize,
        arguments: *const u8,
        arguments_size: usize,
        value: *mut *mut u8,
        value_size: *mut usize,
    ) -> u32;
}

#[link(wasm_import_module = "wasi_snapshot_preview1")]
unsafe extern "C" {
    fn clock_time_get(clock: u32, precision: u64, time: *mut u64) -> u32;
    fn random_get(buffer: *mut u8, size: usize) -> u32;
}

const OK: u32 = 0;
const NOT_FOUND: u32 = 1;
pub(super) const CAS_MISMATCH: u32 = 8;
const PLUGIN_CONFIGURATION: u32 = 7;
const REQUEST_STREAM: u32 = 0;
const CLOCK_MONOTONIC: u32 = 1;
const COUNTER: u32 = 0;
const GAUGE: u32 = 1;
const HISTOGRAM: u32 = 2;

/// Writes one line to the proxy's log.
pub(crate) fn log(level: Level, message: &str) -> Result<(), HostError> {
    // SAFETY: the message outlives the call.
    let status = unsafe { proxy_log(level as u32, message.as_ptr(), message.len()) };
    check(Call::Log, status)
}

/// Wall clock since the Unix epoch: only for what a standard states in dates.
pub(crate) fn unix_time() -> Result<Duration, HostError> {
    let mut time = 0;
    // SAFETY: the proxy writes one u64.
    let status = unsafe { proxy_get_current_time_nanoseconds(&raw mut time) };
    check(Call::UnixTime, status).map(|()| Duration::from_nanos(time))
}

/// A clock that never goes back, the same for all workers of the process.
pub(crate) fn monotonic() -> Result<Duration, HostError> {
    let mut time = 0;
    // SAFETY: the proxy writes one u64.
    let status = unsafe { clock_time_get(CLOCK_MONOTONIC, 1, &raw mut time) };
    check(Call::Monotonic, status).map(|()| Duration::from_nanos(time))
}

/// Random bytes.
pub(crate) fn random() -> Result<[u8; 16], HostError> {
    let mut bytes = [0; 16];
    // SAFETY: the proxy writes as many bytes as the array has.
    let status = unsafe { random_get(bytes.as_mut_ptr(), bytes.len()) };
    check(Call::Random, status).map(|()| bytes)
}

/// The plugin's configuration, at most `max` bytes of it; `None` where there is none.
pub(crate) fn configuration(max: usize) -> Result<Option<Vec<u8>>, HostError> {
    received(Call::Configuration, |value, size| {
        // SAFETY: the proxy writes a pointer and a size.
        unsafe { proxy_get_buffer_bytes(PLUGIN_CONFIGURATION, 0, max, value, size) }
    })
}

/// A property of the request or its connection by its path, whose parts are separated by NUL.
pub(crate) fn property(path: &[u8]) -> Result<Option<Vec<u8>>, HostError> {
    received(Call::Property, |value, size| {
        // SAFETY: the path outlives the call; the proxy writes a pointer and a size.
        unsafe { proxy_get_property(path.as_ptr(), path.len(), value, size) }
    })
}

/// Sets a property: filter state `wasm.<path>` of this request.
pub(crate) fn set_property(path: &[u8], value: &[u8]) -> Result<(), HostError> {
    // SAFETY: path and value outlive the call.
    let status =
        unsafe { proxy_set_property(path.as_ptr(), path.len(), value.as_ptr(), value.len()) };
    check(Call::SetProperty, status)
}

/// Answers the request here. `headers` is a serialised map; `details` becomes
/// `%RESPONSE_CODE_DETAILS%`; the gRPC status is used where the request is gRPC.
pub(crate) fn send_response(
    status: u16,
    details: &str,
    body: &[u8],
    headers: &[u8],
    grpc_status: u8,
) -> Result<(), HostError> {
    // SAFETY: all four pieces outlive the call; the proxy copies them.
    let answer = unsafe {
        proxy_send_local_response(
            u32::from(status),
            details.as_ptr(),
            details.len(),
            body.as_ptr(),
            body.len(),
            headers.as_ptr(),
            headers.len(),
            i32::from(grpc_status),
        )
    };
    check(Call::Respond, answer)
}

/// Resets the request's stream.
pub(crate) fn close_stream() -> Result<(), HostError> {
    // SAFETY: no memory is handed over.
    check(Call::Close, unsafe { proxy_close_stream(REQUEST_STREAM) })
}

/// A value all workers share, with its number; `None` where there is none.
pub(crate) fn shared_data(key: &str) -> Result<Option<(Vec<u8>, u32)>, HostError> {
    let mut cas = 0;
    let value = received(Call::SharedData, |value, size| {
        // SAFETY: the key outlives the call; the proxy writes a pointer, a size and a u32.
        unsafe { proxy_get_shared_data(key.as_ptr(), key.len(), value, size, &raw mut cas) }
    })?;
    Ok(value.map(|value| (value, cas)))
}

/// Writes a value all workers share, if its number is still `cas`.
pub(crate) fn set_shared_data(key: &str, value: &[u8], cas: u32) -> Result<(), HostError> {
    // SAFETY: key and value outlive the call.
    let status =
        unsafe { proxy_set_shared_data(key.as_ptr(), key.len(), value.as_ptr(), value.len(), cas) };
    check(Call::SetSharedData, status)
}

/// The id of the counter of this name, made where there is none yet.
pub(crate) fn define_counter(name: &str) -> Result<u32, HostError> {
    define_metric(COUNTER, name)
}

/// The id of the gauge of this name, made where there is none yet.
pub(crate) fn define_gauge(name: &str) -> Result<u32, HostError> {
    define_metric(GAUGE, name)
}

/// The id of the histogram of this name, made where there is none yet.
pub(crate) fn define_histogram(name: &str) -> Result<u32, HostError> {
    define_metric(HISTOGRAM, name)
}

fn define_metric(kind: u32, name: &str) -> Result<u32, HostError> {
    let mut id = 0;
    // SAFETY: the name outlives the call; the proxy writes one u32.
    let (name, size) = (name.as_ptr(), name.len());
    let status = unsafe { proxy_define_metric(kind, name, size, &raw mut id) };
    check(Call::DefineMetric, status).map(|()| id)
}

/// Sets a gauge, or adds a value to a histogram.
pub(crate) fn record(id: u32, value: u64) -> Result<(), HostError> {
    // SAFETY: no memory is handed over.
    let status = unsafe { proxy_record_metric(id, value) };
    check(Call::RecordMetric, status)
}

/// Adds to a counter.
pub(crate) fn increment(id: u32, by: i64) -> Result<(), HostError> {
    // SAFETY: no memory is handed over.
    let status = unsafe { proxy_increment_metric(id, by) };
    check(Call::IncrementMetric, status)
}

/// Calls one of the proxy's own functions by name; `None` where it has none of that name.
pub(crate) fn foreign(name: &str, arguments: &[u8]) -> Result<Option<Vec<u8>>, HostError> {
    received(Call::Foreign, |value, size| {
        // SAFETY: name and arguments outlive the call; the proxy writes a pointer and a size.
        unsafe {
            proxy_call_foreign_function(
                name.as_ptr(),
                name.len(),
                arguments.as_ptr(),
                arguments.len(),
                value,
                size,
            )
        }
    })
}

pub(super) const fn check(call: Call, status: u32) -> Result<(), HostError> {
    match status {
        OK => Ok(()),
        _ => Err(HostError { call, status }),
    }
}

/// Bytes that a call gives back. Where the call failed, nothing was allocated, and what it may
/// have written is not looked at.
pub(super) fn received(
    call: Call,
    ask: impl FnOnce(*mut *mut u8, *mut usize) -> u32,
) -> Result<Option<Vec<u8>>, HostError> {
    let mut value = null_mut();
    let mut size = 0;
    match ask(&raw mut value, &raw mut size) {
        OK if value.is_null() || size == 0 => Ok(Some(Vec::new())),
        // SAFETY: the ABI has the proxy allocate `size` bytes with proxy_on_memory_allocate, which
        // is a boxed slice, and give it up to us.
        OK => Ok(Some(
            unsafe { Box::from_raw(slice_from_raw_parts_mut(value, size)) }.into_vec(),
        )),
        NOT_FOUND => Ok(None),
        status => Err(HostError { call, status }),
    }
}

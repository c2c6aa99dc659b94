//! The proxy-wasm ABI from the proxy's side: what the filter calls, and what calls the filter.
#![allow(
    unsafe_code,
    reason = "the other side of the filter's own declarations: pointers and sizes as in wasm"
)]

mod callouts;
mod headers;
mod reply;
mod shared;

use std::slice;

pub(super) use callouts::{call_response, tick};

use super::state::{Known, with};

unsafe extern "C" {
    fn proxy_on_memory_allocate(size: usize) -> *mut u8;
    fn proxy_on_context_create(context: u32, root: u32);
    fn proxy_on_configure(context: u32, size: usize) -> bool;
    fn proxy_on_request_headers(context: u32, count: usize, end_of_stream: bool) -> u32;
    fn proxy_on_response_headers(context: u32, count: usize, end_of_stream: bool) -> u32;
    fn proxy_on_done(context: u32) -> bool;
    fn proxy_on_log(context: u32);
    fn proxy_on_delete(context: u32);
}

pub(super) fn context_create(context: u32, root: u32) {
    with(|state| {
        state.contexts.insert(context, root);
        state.speak(context);
    });
    unsafe { proxy_on_context_create(context, root) }
}

pub(super) fn configure(root: u32, size: usize) -> bool {
    with(|state| state.speak(root));
    unsafe { proxy_on_configure(root, size) }
}

pub(super) fn request_headers(context: u32, count: usize) -> u32 {
    with(|state| state.speak(context));
    unsafe { proxy_on_request_headers(context, count, true) }
}

pub(super) fn response_headers(context: u32, count: usize) -> u32 {
    with(|state| state.speak(context));
    unsafe { proxy_on_response_headers(context, count, true) }
}

pub(super) fn done(context: u32) {
    with(|state| state.speak(context));
    unsafe {
        assert!(proxy_on_done(context));
        proxy_on_log(context);
        proxy_on_delete(context);
    }
    with(|state| state.contexts.remove(&context));
}

const OK: u32 = 0;
const NOT_FOUND: u32 = 1;
const BAD_ARGUMENT: u32 = 2;
const CAS_MISMATCH: u32 = 8;

/// What a failing call leaves behind where a value should be.
const RUBBISH: usize = 0xdead_beef;

const unsafe fn bytes<'a>(data: *const u8, size: usize) -> &'a [u8] {
    if size == 0 {
        &[]
    } else {
        unsafe { slice::from_raw_parts(data, size) }
    }
}

unsafe fn text(data: *const u8, size: usize) -> String {
    String::from_utf8(unsafe { bytes(data, size) }.to_vec()).expect("text of the plugin's own")
}

unsafe fn give(value: Option<&[u8]>, data: *mut *mut u8, size: *mut usize) -> u32 {
    let Some(value) = value else {
        return NOT_FOUND;
    };
    unsafe {
        *size = value.len();
        *data = if value.is_empty() {
            std::ptr::null_mut()
        } else {
            let memory = proxy_on_memory_allocate(value.len());
            memory.copy_from_nonoverlapping(value.as_ptr(), value.len());
            memory
        };
    }
    OK
}

fn answer(name: &'static str, f: impl FnOnce(&mut Known) -> u32) -> u32 {
    with(|state| match state.called(name) {
        Ok(()) => f(state),
        Err(status) => status,
    })
}

unsafe fn giving(
    name: &'static str,
    data: *mut *mut u8,
    size: *mut usize,
    f: impl FnOnce(&mut Known) -> Option<Vec<u8>>,
) -> u32 {
    with(|state| match state.called(name) {
        Ok(()) => unsafe { give(f(state).as_deref(), data, size) },
        Err(status) => {
            unsafe {
                *data = RUBBISH as *mut u8;
                *size = RUBBISH;
            }
            status
        }
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn proxy_log(level: u32, message: *const u8, size: usize) -> u32 {
    let line = unsafe { text(message, size) };
    answer("log", |state| {
        state.log.push((level, line));
        OK
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn proxy_get_current_time_nanoseconds(time: *mut u64) -> u32 {
    answer("wall", |state| {
        unsafe { *time = state.wall_nanoseconds };
        OK
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn clock_time_get(clock: u32, _precision: u64, time: *mut u64) -> u32 {
    assert_eq!(clock, 1, "the monotonic clock");
    answer("monotonic", |state| {
        unsafe { *time = state.monotonic_nanoseconds };
        OK
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn random_get(buffer: *mut u8, size: usize) -> u32 {
    answer("random", |_| {
        unsafe { buffer.write_bytes(7, size) };
        OK
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn proxy_get_buffer_bytes(
    buffer: u32,
    start: usize,
    max: usize,
    data: *mut *mut u8,
    size: *mut usize,
) -> u32 {
    if (buffer, start) == (4, 0) {
        return unsafe { callouts::answer_body(max, data, size) };
    }
    assert_eq!((buffer, start), (7, 0), "the plugin's configuration, whole");
    unsafe {
        giving("configuration", data, size, |state| {
            Some(state.configuration.iter().copied().take(max).collect())
        })
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn proxy_get_property(
    path: *const u8,
    path_size: usize,
    data: *mut *mut u8,
    size: *mut usize,
) -> u32 {
    let path = unsafe { bytes(path, path_size) };
    unsafe {
        giving("property", data, size, |state| {
            match path.strip_prefix(b"request\0headers\0") {
                Some(name) => state.header(std::str::from_utf8(name).expect("a name")),
                None => state.properties.get(path).cloned(),
            }
        })
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn proxy_set_property(
    path: *const u8,
    path_size: usize,
    value: *const u8,
    value_size: usize,
) -> u32 {
    let (path, value) = unsafe { (text(path, path_size), bytes(value, value_size)) };
    answer("set property", |state| {
        state.filter_state.insert(path, value.to_vec());
        OK
    })
}

#[unsafe(no_mangle)]
extern "C" fn proxy_close_stream(stream: u32) -> u32 {
    assert_eq!(stream, 0, "the request's stream");
    answer("close", |state| {
        state.is_closed = true;
        OK
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn proxy_call_foreign_function(
    name: *const u8,
    name_size: usize,
    arguments: *const u8,
    arguments_size: usize,
    data: *mut *mut u8,
    size: *mut usize,
) -> u32 {
    let name = unsafe { text(name, name_size) };
    let arguments = unsafe { slice::from_raw_parts(arguments, arguments_size) };
    unsafe {
        giving("foreign", data, size, |state| {
            state.foreign.push(name);
            state.arguments = arguments.to_vec();
            Some(state.answer.clone())
        })
    }
}

/// What only the SDK's own wrappers call. The filter must not: they panic on odd answers.
macro_rules! never_called {
    ($($name:ident)+) => {$(
        #[unsafe(no_mangle)]
        extern "C" fn $name() -> u32 {
            panic!(concat!("the SDK's ", stringify!($name), " was called"))
        }
    )+};
}

never_called! {
    proxy_dequeue_shared_queue proxy_done
    proxy_enqueue_shared_queue proxy_get_log_level proxy_get_metric
    proxy_get_status proxy_grpc_call proxy_grpc_cancel proxy_grpc_close proxy_grpc_send
    proxy_grpc_stream proxy_register_shared_queue proxy_resolve_shared_queue
    proxy_set_buffer_bytes proxy_set_header_map_pairs
}

//! The proxy's calls on headers.

use policy::HeaderChange;

use super::{Call, HostError, check, received};

#[link(wasm_import_module = "env")]
unsafe extern "C" {
    fn proxy_get_header_map_pairs(map: u32, value: *mut *mut u8, value_size: *mut usize) -> u32;
    fn proxy_get_header_map_value(
        map: u32,
        name: *const u8,
        name_size: usize,
        value: *mut *mut u8,
        value_size: *mut usize,
    ) -> u32;
    fn proxy_replace_header_map_value(
        map: u32,
        name: *const u8,
        name_size: usize,
        value: *const u8,
        value_size: usize,
    ) -> u32;
    fn proxy_add_header_map_value(
        map: u32,
        name: *const u8,
        name_size: usize,
        value: *const u8,
        value_size: usize,
    ) -> u32;
    fn proxy_remove_header_map_value(map: u32, name: *const u8, name_size: usize) -> u32;
}

/// Whose headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum Headers {
    Request = 0,
    Response = 2,
}

/// All headers of the request, as a serialised map.
pub(crate) fn request_headers() -> Result<Vec<u8>, HostError> {
    let map = received(Call::Headers, |value, size| {
        // SAFETY: the proxy writes a pointer and a size.
        unsafe { proxy_get_header_map_pairs(Headers::Request as u32, value, size) }
    })?;
    Ok(map.unwrap_or_default())
}

/// The first value of a request header: for whether it is there, never for what it says.
pub(crate) fn first_header(name: &str) -> Result<Option<Vec<u8>>, HostError> {
    received(Call::Header, |value, size| {
        // SAFETY: the name outlives the call; the proxy writes a pointer and a size.
        unsafe {
            proxy_get_header_map_value(
                Headers::Request as u32,
                name.as_ptr(),
                name.len(),
                value,
                size,
            )
        }
    })
}

/// Carries a change of headers out.
pub(crate) fn change(headers: Headers, change: &HeaderChange) -> Result<(), HostError> {
    let (HeaderChange::Remove(name) | HeaderChange::Set(name, _) | HeaderChange::Add(name, _)) =
        change;
    let (map, size, name) = (headers as u32, name.len(), name.as_ptr());
    // SAFETY: name and value outlive the call.
    let (call, status) = unsafe {
        match change {
            HeaderChange::Remove(_) => (
                Call::RemoveHeader,
                proxy_remove_header_map_value(map, name, size),
            ),
            HeaderChange::Set(_, value) => (
                Call::SetHeader,
                proxy_replace_header_map_value(map, name, size, value.as_ptr(), value.len()),
            ),
            HeaderChange::Add(_, value) => (
                Call::AddHeader,
                proxy_add_header_map_value(map, name, size, value.as_ptr(), value.len()),
            ),
        }
    };
    check(call, status)
}

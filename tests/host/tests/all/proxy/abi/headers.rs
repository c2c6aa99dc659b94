//! The proxy's calls on headers: those of the request, and those of the response.

use super::{OK, answer, bytes, giving, text};
use crate::proxy::state::Known;

/// Whose headers the filter asks for.
fn headers(state: &mut Known, map: u32) -> &mut Vec<(String, Vec<u8>)> {
    match map {
        0 => &mut state.headers,
        2 => &mut state.response_headers,
        6 => &mut state.came.headers,
        7 => &mut state.came.trailers,
        _ => panic!("the filter has no business with map {map}"),
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn proxy_get_header_map_pairs(
    map: u32,
    data: *mut *mut u8,
    size: *mut usize,
) -> u32 {
    unsafe {
        giving("headers", data, size, |state| {
            Some(serialised(headers(state, map)))
        })
    }
}

/// A map in the ABI's layout: a count, the sizes, then names and values, each with NUL.
fn serialised(headers: &[(String, Vec<u8>)]) -> Vec<u8> {
    let number = |size: usize| u32::try_from(size).expect("a small map").to_le_bytes();
    let mut map = number(headers.len()).to_vec();
    for (name, value) in headers {
        map.extend([number(name.len()), number(value.len())].concat());
    }
    for (name, value) in headers {
        map.extend([name.as_bytes(), b"\0", value, b"\0"].concat());
    }
    map
}

#[unsafe(no_mangle)]
unsafe extern "C" fn proxy_get_header_map_value(
    map: u32,
    name: *const u8,
    name_size: usize,
    data: *mut *mut u8,
    size: *mut usize,
) -> u32 {
    let name = unsafe { text(name, name_size) };
    unsafe {
        giving("header", data, size, |state| {
            let mut all = headers(state, map).iter();
            let first = all.find(|(other, _)| *other == name);
            first.map(|(_, value)| value.clone())
        })
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn proxy_replace_header_map_value(
    map: u32,
    name: *const u8,
    name_size: usize,
    value: *const u8,
    value_size: usize,
) -> u32 {
    let (name, value) = unsafe { (text(name, name_size), bytes(value, value_size)) };
    answer("set header", |state| {
        let headers = headers(state, map);
        headers.retain(|(other, _)| *other != name);
        headers.push((name, value.to_vec()));
        OK
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn proxy_add_header_map_value(
    map: u32,
    name: *const u8,
    name_size: usize,
    value: *const u8,
    value_size: usize,
) -> u32 {
    let (name, value) = unsafe { (text(name, name_size), bytes(value, value_size)) };
    answer("add header", |state| {
        headers(state, map).push((name, value.to_vec()));
        OK
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn proxy_remove_header_map_value(
    map: u32,
    name: *const u8,
    name_size: usize,
) -> u32 {
    let name = unsafe { text(name, name_size) };
    answer("remove header", |state| {
        headers(state, map).retain(|(other, _)| *other != name);
        OK
    })
}

//! The local reply, taken apart as a proxy does.

use super::super::state::Reply;
use super::{OK, answer, bytes, text};

#[unsafe(no_mangle)]
unsafe extern "C" fn proxy_send_local_response(
    status: u32,
    details: *const u8,
    details_size: usize,
    body: *const u8,
    body_size: usize,
    headers: *const u8,
    headers_size: usize,
    grpc_status: i32,
) -> u32 {
    let (details, body) = unsafe { (text(details, details_size), text(body, body_size)) };
    let headers = pairs(unsafe { bytes(headers, headers_size) });
    answer("respond", |state| {
        state.replies.push(Reply {
            to: state.speaking,
            status,
            details,
            body,
            headers,
            grpc_status,
        });
        OK
    })
}

/// A serialised map, read strictly: every size must fit and every NUL be there.
pub(super) fn pairs(mut bytes: &[u8]) -> Vec<(String, String)> {
    const fn whole(bytes: &mut &[u8]) -> usize {
        let (size, rest) = bytes.split_first_chunk::<4>().expect("four bytes");
        *bytes = rest;
        u32::from_le_bytes(*size) as usize
    }
    fn word(bytes: &mut &[u8], size: usize) -> String {
        let (word, rest) = bytes.split_at(size);
        let (nul, rest) = rest.split_first().expect("a NUL");
        assert_eq!(*nul, 0);
        *bytes = rest;
        String::from_utf8(word.to_vec()).expect("text")
    }
    let count = whole(&mut bytes);
    let sizes: Vec<_> = (0..count)
        .map(|_| (whole(&mut bytes), whole(&mut bytes)))
        .collect();
    let pairs = sizes
        .into_iter()
        .map(|(name, value)| (word(&mut bytes, name), word(&mut bytes, value)))
        .collect();
    assert!(bytes.is_empty(), "bytes behind the map");
    pairs
}

//! The frame around a message: gRPC over HTTP/2, "Length-Prefixed-Message".

use super::reader::Malformed;

/// A flag that says "not compressed", and four bytes of length.
const PREFIX: usize = 5;

/// A message as the body of a call.
#[must_use]
pub fn framed(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).unwrap_or(u32::MAX); // none of ours is that long
    let mut body = Vec::with_capacity(message.len().saturating_add(PREFIX));
    body.push(0);
    body.extend_from_slice(&length.to_be_bytes());
    body.extend_from_slice(message);
    body
}

/// The one message of a body.
///
/// # Errors
/// There is none, more than one, a part of one, or one that is compressed, which nobody asked for.
pub fn unframed(body: &[u8]) -> Result<&[u8], Malformed> {
    let (prefix, message) = body.split_first_chunk::<PREFIX>().ok_or(Malformed)?;
    let [flag, length @ ..] = *prefix;
    let length = usize::try_from(u32::from_be_bytes(length)).map_err(|_| Malformed)?;
    if flag == 0 && length == message.len() {
        Ok(message)
    } else {
        Err(Malformed)
    }
}

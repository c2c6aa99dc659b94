//! The method and port a decision is made on.

use crate::reason::{internal, request as reason};
use crate::{Fact, Failure, Request, Weight};

/// A method as a token (RFC 9110 §5.6.2); a comma would mean two.
pub(super) fn read_method(method: &[u8]) -> Result<&str, Failure> {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let text = std::str::from_utf8(method)
        .ok()
        .filter(|text| !text.is_empty() && text.bytes().all(token));
    text.ok_or_else(|| Failure::new(reason::BAD_METHOD, Weight::Fault))
}

pub(super) fn read_port(request: &Request<'_>) -> Result<Option<u16>, Failure> {
    let port = request.fact(Fact::DestinationPort)?;
    let port = port
        .as_deref()
        .and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
    // a document that names ports cannot decide without one
    port.map(Some)
        .ok_or_else(|| Failure::new(internal::HOST_CALL, Weight::Fault))
}

//! The answer to a denied request: a problem document (RFC 9457), or a gRPC status.
//!
//! The client learns the status, the code and a decision id; which rule denied is in the log.

use policy::{Denial, Reason};

use crate::decision_id::DecisionId;
use crate::host::{HostError, Pairs, abi};

/// Answers the request, and ends it where it cannot be answered.
///
/// # Errors
/// The proxy neither answered nor ended the request; it then waits for the listener's time-out and
/// never reaches the upstream.
pub(crate) fn send(denial: &Denial, id: DecisionId) -> Result<(), HostError> {
    let mut headers = Pairs::default();
    let body = if is_grpc() {
        // Becomes grpc-message; the proxy writes the content type of gRPC itself.
        format!("{} urn:portcullis:decision:{id}", denial.reason)
    } else {
        headers.push("content-type", "application/problem+json");
        problem(denial.reason, id)
    };
    for (name, value) in &denial.headers {
        headers.push(name, value);
    }
    let status = denial.reason.status();
    abi::send_response(
        status.http(),
        denial.reason.code(),
        body.as_bytes(),
        &headers.into_bytes(),
        status.grpc(),
    )
    .or_else(|_| abi::close_stream())
}

/// Every part of it is of a closed set, so there is nothing to escape. The type is `about:blank`
/// because the title is the status's own (RFC 9457 §4.2.1).
fn problem(reason: Reason, id: DecisionId) -> String {
    let status = reason.status();
    format!(
        r#"{{"type":"about:blank","title":"{}","status":{},"code":"{reason}","instance":"urn:portcullis:decision:{id}"}}"#,
        status.title(),
        status.http(),
    )
}

/// Whether the proxy will answer in gRPC's way: the same test as its own.
fn is_grpc() -> bool {
    match abi::first_header("content-type") {
        Ok(Some(value)) => value
            .strip_prefix(b"application/grpc")
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(b"+")),
        Ok(None) | Err(_) => false,
    }
}

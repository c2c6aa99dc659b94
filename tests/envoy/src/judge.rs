//! What a permit and a denial look like from outside.
//!
//! One place, so that every test of every theme holds every denial to all of it.

use crate::{Client, Envoy, Heard, Request, Response};

/// Sends a request that must reach the upstream, and gives what the upstream heard.
///
/// # Panics
/// When it does not.
pub async fn assert_permitted(client: &Client, request: &Request) -> Heard {
    let response = client.send(request).await;
    assert_eq!(response.status, 200, "{request:?}: {}", response.text());
    response
        .heard()
        .unwrap_or_else(|| panic!("not the upstream's answer: {response:?}"))
}

/// Sends a request that must be denied with this status and this reason code, in the reply as in
/// the access log, without a byte of it reaching the upstream.
///
/// # Panics
/// When it is not.
pub async fn assert_denied(
    envoy: &Envoy,
    client: &Client,
    request: &Request,
    status: u16,
    code: &str,
) -> Response {
    let response = client.send(request).await;
    let told = (response.status, response.code());
    assert_eq!(
        told,
        (status, Some(code.to_owned())),
        "{request:?}: {}",
        response.text()
    );
    assert_eq!(
        response.header("content-type"),
        ["application/problem+json"],
        "{request:?}"
    );
    let line = envoy.log_line(request).await;
    assert_eq!(
        (line.status, line.details.as_str()),
        (u64::from(status), code),
        "{request:?}"
    );
    assert!(!line.upstream, "{request:?} reached the upstream");
    assert_eq!(line.pass, None, "{request:?} was marked as permitted");
    response
}

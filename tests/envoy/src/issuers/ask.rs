//! One request to an issuer, answered in JSON.

use serde_json::{Value, json};

use crate::Client;

/// What goes along with a request.
pub(super) enum Body {
    Nothing,
    Form(String),
    Json(Value),
}

/// Sends a request on a connection of its own, with one header more, and gives the answer's body;
/// null where there is none.
///
/// # Panics
/// When there is no answer, or it is no success.
pub(super) async fn ask(client: &Client, target: &str, more: &str, body: Body) -> Value {
    let (method, kind, body) = match body {
        Body::Nothing => ("GET", "text/plain", String::new()),
        Body::Form(text) => ("POST", "application/x-www-form-urlencoded", text),
        Body::Json(value) => ("POST", "application/json", value.to_string()),
    };
    let request = format!(
        "{method} {target} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{more}\
         content-type: {kind}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let response = client
        .try_send(request.as_bytes())
        .await
        .unwrap_or_else(|error| panic!("the issuer's {target}: {error}"));
    let told = response.text();
    assert!(
        matches!(response.status, 200 | 204),
        "{target}: {} {told}",
        response.status
    );
    response.json().unwrap_or(json!(null))
}

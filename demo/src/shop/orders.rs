//! Orders: the service that calls others, through its own proxy's outbound listener.
//!
//! It speaks plain HTTP to loopback and writes the other service's name as Host; its proxy makes
//! that mTLS under this service's SVID.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::get,
};
use http_body_util::Full;
use hyper::{Method, Request, body::Bytes};
use serde_json::{Value, json};

use super::caller;
use crate::{Client, Outcome};

pub(super) fn routes(egress: &str) -> Router {
    Router::new()
        .route("/v1/orders", get(list).post(order))
        .with_state(Arc::from(egress))
}

async fn list(headers: HeaderMap) -> Json<Value> {
    Json(json!({"orders": [], "asked_by": caller(&headers)}))
}

async fn order(
    State(egress): State<Arc<str>>,
    headers: HeaderMap,
) -> Result<(StatusCode, Json<Value>), (StatusCode, Json<Value>)> {
    let product = call(&egress, "catalog", Method::GET, "/v1/products/1").await?;
    let charge = call(&egress, "payments", Method::POST, "/v1/charges").await?;
    let order = json!({"product": product, "charge": charge, "asked_by": caller(&headers)});
    Ok((StatusCode::CREATED, Json(order)))
}

/// Calls another service; what it refuses is a 502 that says who refused and why.
async fn call(
    egress: &str,
    service: &str,
    method: Method,
    path: &str,
) -> Result<Value, (StatusCode, Json<Value>)> {
    let failed = |why: String| {
        let problem = json!({"title": format!("{service} did not answer"), "detail": why});
        (StatusCode::BAD_GATEWAY, Json(problem))
    };
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", service)
        .body(Full::<Bytes>::default())
        .map_err(|error| failed(error.to_string()))?;
    match Client::plain().send(egress, request).await {
        Outcome::Answered(reply) if reply.status.is_success() => {
            serde_json::from_slice(&reply.body).map_err(|error| failed(error.to_string()))
        }
        Outcome::Answered(reply) => Err(failed(format!("status {}", reply.status))),
        Outcome::Refused(alert) => Err(failed(format!("TLS alert {alert:?}"))),
        Outcome::Unreachable(why) => Err(failed(why)),
    }
}

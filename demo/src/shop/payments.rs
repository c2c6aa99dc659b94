//! Charges, which cost nothing.

use axum::{
    Json, Router,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use serde_json::{Value, json};

use super::caller;

pub(super) fn routes() -> Router {
    Router::new().route("/v1/charges", post(charge))
}

async fn charge(headers: HeaderMap) -> (StatusCode, Json<Value>) {
    (
        StatusCode::CREATED,
        Json(json!({"charged": true, "asked_by": caller(&headers)})),
    )
}

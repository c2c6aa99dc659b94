//! Products and prices, the same for everybody.

use axum::{
    Json, Router,
    extract::Path,
    http::{HeaderMap, StatusCode},
    routing::get,
};
use serde_json::{Value, json};

use super::caller;

const PRODUCTS: [(&str, &str, u32); 2] = [("1", "gate", 4200), ("2", "key", 300)];

pub(super) fn routes() -> Router {
    Router::new()
        .route("/v1/products", get(all))
        .route("/v1/products/{id}", get(one))
}

async fn all(headers: HeaderMap) -> Json<Value> {
    let products: Vec<Value> = PRODUCTS.iter().map(product).collect();
    Json(json!({"products": products, "asked_by": caller(&headers)}))
}

async fn one(Path(id): Path<String>) -> Result<Json<Value>, StatusCode> {
    let found = PRODUCTS.iter().find(|(known, _, _)| *known == id);
    found
        .map(|entry| Json(product(entry)))
        .ok_or(StatusCode::NOT_FOUND)
}

fn product((id, name, cents): &(&str, &str, u32)) -> Value {
    json!({"id": id, "name": name, "cents": cents})
}

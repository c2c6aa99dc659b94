//! gRPC: the service and method are a path, and a denial is a status that its clients understand.

use portcullis_envoy_tests::{Request, assert_denied};
use serde_json::{Value, json};

use crate::service::{BATCH, CHECKOUT, Service, document};

fn routes() -> Value {
    document(&json!([
        {"name": "charge", "methods": ["POST"], "paths": ["/shop.Payments/Charge"],
         "allow": {"service_accounts": ["shop/checkout"]}},
        {"name": "payments", "methods": ["POST"], "paths": ["/shop.Payments/**"],
         "allow": {"namespaces": ["shop", "jobs"]}},
    ]))
}

fn call(path: &str, kind: &str) -> Request {
    Request::new("POST", path)
        .header("content-type", kind)
        .header("te", "trailers")
        .header("content-length", "0")
}

#[tokio::test]
async fn a_method_is_a_path() {
    let service = Service::start(&routes()).await;
    let (checkout, batch) = (service.peer(CHECKOUT), service.peer(BATCH));
    let grpc = |path: &str| call(path, "application/grpc");
    service
        .permits(&checkout, &grpc("/shop.Payments/Charge"), "charge")
        .await;
    service
        .permits(&batch, &grpc("/shop.Payments/List"), "payments")
        .await;
    for (path, code, route) in [
        ("/shop.Payments/Charge", "spiffe.not_allowed", "charge"),
        ("/shop.Payments2/List", "route.unmatched", "-"),
        ("/shop.payments/List", "route.unmatched", "-"),
        (
            "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
            "route.unmatched",
            "-",
        ),
    ] {
        for kind in ["application/grpc", "application/grpc+proto"] {
            let request = call(path, kind);
            let response = batch.send(&request).await;
            assert_eq!(response.status, 200, "{request:?}");
            // PERMISSION_DENIED, in a reply that is trailers alone
            assert_eq!(response.header("grpc-status"), ["7"], "{request:?}");
            assert_eq!(response.header("content-type"), ["application/grpc"]);
            assert!(response.body.is_empty(), "{}", response.text());
            let [message] = response.header("grpc-message")[..] else {
                panic!("one grpc-message: {response:?}");
            };
            let begin = format!("{code} urn:portcullis:decision:");
            assert!(message.starts_with(&begin), "{message}");
            let line = service.envoy.log_line(&request).await;
            assert_eq!((line.status, line.details.as_str()), (200, code));
            assert!(!line.upstream && line.pass.is_none(), "{request:?}");
            let told = format!("verdict=deny;reason={code};route={route};rule=-;shadow=-");
            assert_eq!(line.decision, Some(told));
        }
    }
}

#[tokio::test]
async fn what_is_not_grpc_is_answered_as_http() {
    let service = Service::start(&routes()).await;
    let batch = service.peer(BATCH);
    for kind in [
        "application/grpcx",
        "application/json",
        "application/grpc-web",
    ] {
        let request = call("/shop.Payments/Charge", kind);
        let response =
            assert_denied(&service.envoy, &batch, &request, 403, "spiffe.not_allowed").await;
        assert!(response.header("grpc-status").is_empty(), "{response:?}");
    }
}

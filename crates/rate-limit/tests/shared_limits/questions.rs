//! What is asked of the service: which keys, and never a secret.

use policy::Learnt;

use crate::document::Asked;
use crate::service::{Worker, question};

const LIMIT: &str = r#"{"name": "per-client", "store": "shared", "batch": 1, "cost": 3,
    "key": ["request.headers[x-api-key]", "remote.ip", "route"],
    "rates": [{"requests": 100, "per": "1m"}]}"#;

#[test]
fn a_call_is_grpc_to_the_service_s_one_method() {
    let worker = Worker::new(r#""timeout": "30ms""#, LIMIT);
    assert!(!worker.is_urgent());
    let asked = Asked {
        address: Some("203.0.113.9:1234"),
        ..Asked::on(1, "orders")
    };
    worker.pass(&asked, &Learnt::default()).unwrap_err();
    // whoever has asked waits for it
    assert_eq!(
        worker.call(),
        None,
        "nobody waits: the request's ticket is gone"
    );
    let learnt = Learnt::default();
    worker.pass(&asked, &learnt).unwrap_err();
    assert!(worker.is_urgent());
    let call = worker.call().unwrap();
    assert!(!worker.is_urgent());
    assert_eq!(&*call.cluster, "ratelimit");
    assert_eq!(
        &*call.path,
        "/envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit"
    );
    assert_eq!(call.method, "POST");
    let headers = [
        ("content-type", "application/grpc".into()),
        ("te", "trailers".into()),
    ];
    assert_eq!(call.headers, headers);
    assert_eq!(call.timeout.as_millis(), 30);
}

#[test]
fn a_key_is_told_by_names_and_values_and_a_header_only_by_its_hash() {
    let worker = Worker::new(r#""timeout": "30ms""#, LIMIT);
    let asked = Asked {
        address: Some("203.0.113.9:1234"),
        ..Asked::on(1, "orders")
    };
    let asked = asked
        .header("x-api-key", "secret-of-acme")
        .header("route", "orders");
    let learnt = Learnt::default();
    worker.pass(&asked, &learnt).unwrap_err();
    let call = worker.call().unwrap();
    let text = String::from_utf8_lossy(&call.body).into_owned();
    assert!(!text.contains("secret-of-acme"), "{text}");
    let question = question(&call);
    assert_eq!(question.domain, "shop");
    let [descriptor, clock] = &question.descriptors[..] else {
        panic!("{question:?}")
    };
    let entries = descriptor.entries.iter();
    let entries: Vec<(&str, &str)> = entries.map(|one| (&*one.key, &*one.value)).collect();
    let told = [
        ("limit", "per-client"),
        ("rate", "100/1m"),
        // printf %s secret-of-acme | sha256sum | cut -c-32
        (
            "request.headers[x-api-key]",
            "sha256:a350aa34bafeb5432544ced04ca4343b",
        ),
        ("remote.ip", "203.0.113.9"),
        ("route", "orders"),
    ];
    assert_eq!(entries, told);
    assert_eq!(descriptor.hits_addend.unwrap().value, 3);
    assert_eq!(descriptor.limit.unwrap().requests_per_unit, 100);
    assert_eq!(
        clock.hits_addend.unwrap().value,
        0,
        "the clock takes nothing"
    );
    assert_eq!(question.hits_addend, 3);
}

#[test]
fn a_request_without_the_key_is_not_one_whose_key_is_empty() {
    let worker = Worker::new(r#""timeout": "30ms""#, LIMIT);
    let asked = |header: Option<&'static str>| {
        let asked = Asked {
            address: Some("203.0.113.9:1234"),
            ..Asked::on(1, "orders")
        };
        header.map_or(asked.clone(), |value| asked.header("x-api-key", value))
    };
    let mut told = Vec::new();
    for header in [None, Some(""), Some("a")] {
        let learnt = Learnt::default();
        worker.pass(&asked(header), &learnt).unwrap_err();
        told.push(
            question(&worker.call().unwrap()).descriptors[0]
                .entries
                .clone(),
        );
    }
    assert!(told[0] != told[1] && told[1] != told[2] && told[0] != told[2]);
}

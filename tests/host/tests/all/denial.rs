//! What a denial does: a problem document or a gRPC status, a line in the log, a counter.

use crate::policies::{self, OPEN};
use crate::proxy::{Proxy, Went, get, is_marked, log, reply, with};

const INFO: u32 = 2;
const WARN: u32 = 3;

#[test]
fn a_denied_request_is_answered_with_a_problem_document() {
    let proxy = Proxy::configured(policies::routes, OPEN);
    assert_eq!(proxy.get("/closed"), Went::Nowhere);
    assert!(!is_marked());
    let reply = reply();
    assert_eq!((reply.status, reply.grpc_status), (403, 7));
    assert_eq!(reply.details, "route.not_allowed");
    assert_eq!(
        reply.header("content-type"),
        Some("application/problem+json")
    );
    let problem: serde_json::Value = serde_json::from_str(&reply.body).expect("JSON");
    assert_eq!(problem["type"], "about:blank");
    assert_eq!(problem["title"], "Forbidden");
    assert_eq!(problem["status"], 403);
    assert_eq!(problem["code"], "route.not_allowed");
    let instance = problem["instance"].as_str().expect("text");
    let id = instance
        .strip_prefix("urn:portcullis:decision:")
        .expect("a URN");
    assert!(
        id.len() == 16 && id.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "{id}"
    );
    assert_eq!(
        problem.as_object().expect("an object").len(),
        5,
        "and nothing else"
    );
    assert_eq!(
        log(),
        [(
            INFO,
            format!(
                "portcullis: routes denied: reason=route.not_allowed status=403 route=closed \
                 rule=- principal=- decision={id}"
            )
        )]
    );
    with(|state| {
        assert_eq!(
            state.counter("portcullis.routes.denied.route.not_allowed"),
            1
        );
        assert_eq!(state.counter("portcullis.routes.permitted"), 0);
    });
}

#[test]
fn no_two_decisions_have_one_id() {
    let proxy = Proxy::configured(policies::routes, OPEN);
    let mut bodies: Vec<_> = (0..100)
        .map(|_| {
            assert_eq!(proxy.get("/closed"), Went::Nowhere);
            reply().body
        })
        .collect();
    bodies.sort();
    bodies.dedup();
    assert_eq!(bodies.len(), 100);
}

#[test]
fn a_grpc_request_is_answered_in_grpcs_way() {
    for (content_type, is_grpc) in [
        ("application/grpc", true),
        ("application/grpc+proto", true),
        ("application/grpc-web", false),
        ("application/grpcx", false),
        ("application/json", false),
        ("", false),
    ] {
        let proxy = Proxy::configured(policies::routes, OPEN);
        let mut headers = get("/closed").to_vec();
        headers.push(("content-type", content_type.as_bytes()));
        assert_eq!(proxy.send(&headers), Went::Nowhere);
        let reply = reply();
        assert_eq!(reply.grpc_status, 7, "{content_type}");
        let problem = reply.header("content-type") == Some("application/problem+json");
        assert_eq!(problem, !is_grpc, "{content_type}");
        assert_eq!(
            reply.body.starts_with("route.not_allowed urn:"),
            is_grpc,
            "{content_type}"
        );
    }
}

#[test]
fn nothing_that_the_client_sent_is_in_the_log_or_the_reply() {
    let proxy = Proxy::configured(policies::routes, OPEN);
    let mut headers = get("/closed?token=s3cret").to_vec();
    headers.push(("authorization", b"Bearer s3cret"));
    headers.push(("cookie", b"session=s3cret"));
    headers.push(("content-type", b"s3cret"));
    assert_eq!(proxy.send(&headers), Went::Nowhere);
    let reply = reply();
    assert!(!format!("{reply:?} {:?}", log()).contains("s3cret"));
}

#[test]
fn a_fault_of_the_proxy_is_a_warning_that_names_the_call() {
    let proxy = Proxy::configured(policies::routes, OPEN);
    with(|state| state.failing.insert("headers", 10));
    assert_eq!(proxy.get("/"), Went::Nowhere);
    let reply = reply();
    assert_eq!(
        (reply.status, reply.details.as_str()),
        (503, "internal.host_call")
    );
    let log = log();
    assert_eq!(log.len(), 1);
    assert_eq!(log[0].0, WARN);
    assert!(
        log[0]
            .1
            .ends_with("fault=\"get_header_map_pairs answered 10\""),
        "{}",
        log[0].1
    );
}

#[test]
fn a_request_that_cannot_be_answered_is_ended() {
    let proxy = Proxy::configured(policies::routes, OPEN);
    with(|state| state.failing.insert("respond", 10));
    assert_eq!(proxy.get("/closed"), Went::Nowhere);
    with(|state| assert!(state.is_closed));
    with(|state| state.failing.insert("close", 10));
    assert_eq!(
        proxy.get("/closed"),
        Went::Nowhere,
        "held until the listener's time-out"
    );
    assert!(!is_marked());
}

//! What becomes of a request: routes, guards, path safety, headers, and faults.

mod support;

use policy::{HeaderChange, Permit};
use proptest::prelude::*;
use support::{Plain, code, compile, engine};

fn get(path: &str) -> Plain {
    Plain::new("GET", "shop.example.org", path)
}

const SHOP: &str = r#"[
    {"name": "health", "methods": ["GET"], "paths": ["/healthz"], "allow": "any"},
    {"name": "orders", "methods": ["GET", "POST"], "paths": ["/v1/orders/**"], "allow": {"principals": ["anna", "bert"]}},
    {"name": "admin", "paths": ["/admin/**"], "allow": "none"},
    {"name": "files", "paths": ["/files/**"], "accept_ambiguous": ["encoded_slash"], "allow": {"principals": ["anna"]}},
    {"name": "secret", "paths": ["/files/secret/**"], "allow": "none"},
    {"name": "office", "paths": ["/office"], "allow": {"remote_ip_blocks": ["203.0.113.0/24"]}},
    {"name": "tenant", "paths": ["/tenant"], "allow": {"when": [{"key": "request.headers[x-tenant]", "values": ["blue"]}]}},
    {"name": "zone", "paths": ["/zone"], "allow": {"when": [{"key": "request.headers[x-zone]", "prefixes": ["eu-"]}]}},
    {"name": "kind", "paths": ["/kind"], "allow": {"when": [{"key": "request.headers[x-kind]", "suffixes": ["-eu"]}]}},
    {"name": "either", "paths": ["/either"], "allow": {"any_of": [{"principals": ["anna"]}, {"remote_ip_blocks": ["203.0.113.0/24"]}]}}
]"#;

#[test]
fn decisions() {
    let engine = engine(SHOP);
    let anna = |request: Plain| request.with("x-badge", "anna");
    for (request, expected) in [
        (get("/healthz"), "permit"),
        (get("/healthz/"), "permit"),
        (get("/healthz/x"), "route.unmatched"),
        (get("/"), "route.unmatched"),
        (Plain::new("POST", "h", "/healthz"), "route.unmatched"),
        (get("/v1/orders/7"), "badge.missing"),
        (anna(get("/v1/orders/7")), "permit"),
        (anna(get("/v1/orders?x=/../")), "permit"),
        (get("/v1/orders").with("x-badge", "carl"), "badge.wrong"),
        (
            anna(Plain::new("PUT", "h", "/v1/orders")),
            "route.unmatched",
        ),
        (anna(get("/admin")), "route.not_allowed"),
        (get("/office").from("203.0.113.9:5000"), "permit"),
        (get("/office").from("[::ffff:203.0.113.9]:5000"), "permit"),
        (
            get("/office").from("198.51.100.1:5000"),
            "route.not_allowed",
        ),
        (get("/office"), "route.not_allowed"),
        (get("/tenant").with("x-tenant", "blue"), "permit"),
        (
            get("/tenant")
                .with("x-tenant", "blue")
                .with("x-tenant", "blue"),
            "route.not_allowed",
        ),
        (get("/tenant"), "route.not_allowed"),
        (get("/zone").with("x-zone", "eu-1"), "permit"),
        (
            get("/zone").with("x-zone", "eu-1").with("x-zone", "us-1"),
            "route.not_allowed",
        ),
        (
            get("/zone").with("x-zone", "eu-1, us-1"),
            "route.not_allowed",
        ),
        (get("/kind").with("x-kind", "a-eu"), "permit"),
        (
            get("/kind").with("x-kind", "a-us").with("x-kind", "a-eu"),
            "route.not_allowed",
        ),
        (anna(get("/either")), "permit"),
        (get("/either").from("203.0.113.9:1"), "permit"),
        (get("/either"), "badge.missing"),
        (get("/either").with("x-badge", "carl"), "badge.wrong"),
    ] {
        assert_eq!(code(&engine, &request), expected, "{:?}", request.headers);
    }
}

#[test]
fn what_can_be_read_in_two_ways_is_denied() {
    let engine = engine(SHOP);
    for path in [
        "/v1/orders%2f..%2fadmin",
        "//healthz",
        "/healthz;x",
        "/v1/..;/admin",
        "/v1\\admin",
        "/v1/%5cadmin",
        "/v1/../admin",
        "/%2e%2e/admin",
        "/healthz%00",
        "/healthz\u{7f}",
        "/%252e%252e/",
        "*",
        "healthz",
        "",
        "http://h/healthz",
        "/healthz#x",
    ] {
        let request = get(path).with("x-badge", "anna");
        assert_eq!(code(&engine, &request), "request.ambiguous_path", "{path}");
    }
    assert_eq!(
        code(&engine, &Plain::new("GET", "h", "").without(":path")),
        "request.ambiguous_path"
    );
    let mut bytes = get("/healthz").without(":path");
    bytes = bytes.with(":path", b"/\xff\xfe");
    assert_eq!(code(&engine, &bytes), "request.ambiguous_path");
}

#[test]
fn a_route_accepts_an_ambiguity_only_where_both_readings_are_its_own() {
    let engine = engine(SHOP);
    let anna = |path: &str| get(path).with("x-badge", "anna");
    assert_eq!(code(&engine, &anna("/files/a%2fb")), "permit");
    assert_eq!(
        code(&engine, &anna("/files/a%2f..%2f..%2fadmin")),
        "request.ambiguous_path"
    );
    assert_eq!(
        code(&engine, &anna("/files/a//b")),
        "request.ambiguous_path"
    );
    assert_eq!(code(&engine, &anna("/files%2fa")), "request.ambiguous_path");
    // one reading is the open neighbour's, the other the secret itself
    for path in ["/files/secret%2fa", "/files/secret%2Fa", "/files/secret%2f"] {
        assert_eq!(
            code(&engine, &anna(path)),
            "request.ambiguous_path",
            "{path}"
        );
    }
    assert_eq!(code(&engine, &get("/files/a%2fb")), "badge.missing");
}

#[test]
fn hosts_methods_and_overrides() {
    let engine = engine(SHOP);
    for (request, expected) in [
        (Plain::new("GET", "a@b", "/healthz"), "request.bad_host"),
        (Plain::new("GET", "", "/healthz"), "request.bad_host"),
        (
            get("/healthz").with(":authority", "other"),
            "request.duplicate_header",
        ),
        (get("/healthz").without(":authority"), "permit"),
        (
            Plain::new("GET,POST", "h", "/healthz"),
            "request.bad_method",
        ),
        (Plain::new("", "h", "/healthz"), "request.bad_method"),
        (get("/healthz").without(":method"), "request.bad_method"),
        (
            Plain::new("CONNECT", "h:443", "").without(":path"),
            "request.connect",
        ),
        (Plain::new("CONNECT", "h", "/admin"), "request.connect"),
        (
            get("/healthz").with("x-http-method-override", "DELETE"),
            "request.method_override",
        ),
        (
            get("/healthz").with("x-method-override", "GET"),
            "request.method_override",
        ),
        (
            get("/office")
                .with("x-http-method-override", "GET")
                .from("203.0.113.9:1"),
            "permit",
        ),
    ] {
        assert_eq!(code(&engine, &request), expected, "{:?}", request.headers);
    }
}

#[test]
fn connect_needs_a_route_that_names_it() {
    let any = engine(r#"[{"name": "all", "paths": ["/**"], "allow": "any"}]"#);
    let tunnel = Plain::new("CONNECT", "h:443", "").without(":path");
    assert_eq!(code(&any, &tunnel), "request.connect");
    let named =
        engine(r#"[{"name": "tunnel", "methods": ["CONNECT"], "paths": ["/**"], "allow": "any"}]"#);
    assert_eq!(code(&named, &tunnel), "permit");
}

#[test]
fn guards_hold_over_all_routes() {
    let (engine, _) = compile(
        r#"{"version": "v1",
            "deny": [{"name": "no-bert", "who": {"principals": ["bert"]}}, {"name": "no-trace", "methods": ["TRACE"], "who": "any"}],
            "require": [{"name": "staff", "paths": ["/internal/**"], "who": {"principals": ["anna"]}}],
            "routes": [{"name": "all", "paths": ["/**"], "allow": "any"}]}"#,
    )
    .unwrap();
    for (request, expected) in [
        (get("/x"), "permit"),
        (get("/x").with("x-badge", "bert"), "route.denied"),
        (get("/x").with("x-badge", "anna"), "permit"),
        (Plain::new("TRACE", "h", "/x"), "route.denied"),
        (get("/internal/a"), "badge.missing"),
        (get("/internal").with("x-badge", "carl"), "badge.wrong"),
        (get("/internal/a").with("x-badge", "anna"), "permit"),
        // a guard that cannot tell denies
        (get("/x").with("x-badge", "broken"), "badge.broken"),
    ] {
        assert_eq!(code(&engine, &request), expected, "{:?}", request.headers);
    }
}

#[test]
fn headers_that_are_ours_cannot_be_stated() {
    let engine = engine(
        r#"[{"name": "all", "paths": ["/**"], "allow": {"any_of": [
        {"principals": ["anna"]}, {"when": [{"key": "request.headers[x-who]", "values": ["root"]}]}]}}]"#,
    );
    let forged = get("/").with("x-who", "root");
    assert_eq!(code(&engine, &forged), "badge.missing");
    let permit = engine
        .decide(&forged.with("x-badge", "anna").with("x_who", "root"))
        .unwrap();
    let expected = Permit {
        route: Some("all".into()),
        changes: vec![
            HeaderChange::Remove("x_who".into()),
            HeaderChange::Remove("x-who".into()),
            HeaderChange::Set("x-who".into(), b"anna".to_vec()),
        ],
        ..Permit::default()
    };
    assert_eq!(permit.route, expected.route);
    let mut changes = permit.changes;
    changes.sort_by_key(|change| format!("{change:?}"));
    let mut wanted = expected.changes;
    wanted.sort_by_key(|change| format!("{change:?}"));
    assert_eq!(changes, wanted);
}

#[test]
fn a_proxy_that_does_not_answer_is_a_denial() {
    let engine = engine(r#"[{"name": "all", "paths": ["/**"], "allow": "any"}]"#);
    let denial = engine.decide(&get("/").with("!", "")).unwrap_err();
    assert_eq!(
        (denial.reason.code(), denial.reason.status().http()),
        ("internal.host_call", 503)
    );
}

proptest! {
    /// Whatever a client sends is decided, and what is permitted on the open route is its path.
    #[test]
    fn hostile_bytes_never_pass_a_closed_route(
        path in proptest::collection::vec(any::<u8>(), 0..60),
        host in proptest::collection::vec(any::<u8>(), 0..20),
        method in prop_oneof![Just(b"GET".to_vec()), proptest::collection::vec(any::<u8>(), 0..6)],
    ) {
        let engine = engine(r#"[{"name": "open", "paths": ["/open/**"], "allow": "any"}, {"name": "admin", "paths": ["/admin/**"], "allow": "none"}]"#);
        let request = Plain::default().with(":path", &path).with(":authority", &host).with(":method", &method);
        if engine.decide(&request).is_ok() {
            prop_assert!(path.starts_with(b"/") && !path.contains(&b'\\') && !path.contains(&b';'));
        }
    }

    /// The order of routes in the text means nothing.
    #[test]
    fn order_means_nothing(turn in 0_usize..8, at in 0_usize..9, badge in "anna|bert|carl|") {
        let paths = ["/healthz", "/v1/orders/7", "/admin/x", "/files/a", "/office", "/tenant", "/either", "/", "/v1"];
        let document = support::json(SHOP);
        let policy::language::Json::List(mut routes) = document else { unreachable!("a list") };
        routes.rotate_left(turn);
        let turned = policy::language::Json::Object(vec![
            ("version".into(), policy::language::Json::Text("v1".into())),
            ("routes".into(), policy::language::Json::List(routes)),
        ]);
        let turned = policy::document::compile_json(&turned, "badges.wasm", vec![Box::new(support::Badges)]).unwrap().0;
        let mut request = get(paths[at]).from("203.0.113.9:1");
        if !badge.is_empty() {
            request = request.with("x-badge", badge);
        }
        prop_assert_eq!(code(&turned, &request), code(&engine(SHOP), &request));
    }
}

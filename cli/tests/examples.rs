//! Documents as users write them: those that this version takes, and what it says to those whose
//! parts come later.

mod support;

use support::{check, check_for, portcullis, read, with};

/// Documents and the plugins that take them; every other plugin refuses them.
const DOCUMENTS: [(&str, &[&str]); 6] = [
    ("who-may-call.yaml", &["spiffe_authz", "gateway"]),
    ("sign-in.yaml", &["jwt_authn", "gateway"]),
    ("sign-in-fetched.yaml", &["jwt_authn", "gateway"]),
    ("limits.yaml", &["rate_limit", "gateway"]),
    ("partners.yaml", &["gateway"]),
    ("everything.yaml", &["gateway"]),
];

#[test]
fn each_document_loads_into_its_plugins_and_no_other() {
    for (file, plugins) in DOCUMENTS {
        let path = format!("cli/tests/documents/{file}");
        for plugin in ["spiffe_authz", "jwt_authn", "rate_limit", "gateway"] {
            let ran = portcullis(&["check", "--plugin", plugin, &path], "");
            let status = i32::from(!plugins.contains(&plugin));
            let ran = ran.expect(status);
            assert_eq!(ran.lines("warning"), [""; 0], "{file}: {}", ran.out);
        }
    }
}

#[test]
fn the_same_document_in_json_means_the_same() {
    for (file, _) in DOCUMENTS {
        let yaml = read(&format!("cli/tests/documents/{file}"));
        let json: serde_json::Value = serde_saphyr::from_str(&yaml).unwrap();
        check(&json.to_string()).expect(0);
    }
}

#[test]
fn parts_that_come_later_are_refused_by_name_and_nothing_else_is() {
    for (plugin, text, later) in [(
        "spiffe_authz",
        "
version: v1
identity: {sources: [jwt_svid], jwt_svid_provider: workload}
routes:
  - {name: charge, methods: [POST], paths: [/v1/charges], allow: {principals: ['spiffe://a/b']}}
",
        &["identity.jwt_svid_provider", "identity.sources[0]"][..],
    )] {
        let ran = check_for(plugin, text).expect(1);
        let mut places = Vec::new();
        for line in ran.lines("error") {
            let (place, message) = line.split_once(": ").unwrap();
            assert!(message.starts_with("not yet"), "{line}");
            places.push(place);
        }
        places.sort_unstable();
        assert_eq!(places, later);
    }
}

#[test]
fn two_routes_of_which_neither_is_narrower_are_told_with_a_request() {
    let ran = check(
        "
version: v1
routes:
  - {name: charges, paths: ['/v1/charges/**'], allow: any}
  - {name: read, methods: [GET], paths: ['/v1/**'], allow: any}
",
    )
    .expect(1);
    let errors = ran.lines("error");
    assert_eq!(errors.len(), 1, "{}", ran.out);
    for word in ["routes[read]", "routes[charges]", "GET /v1/charges"] {
        assert!(errors[0].contains(word), "{}", ran.out);
    }
}

#[test]
fn an_open_route_may_not_decide_a_method_that_a_narrow_one_leaves_over() {
    let ran = check(
        "
version: v1
identity: {trust_domain: example.org}
routes:
  - {name: orders, methods: [GET], paths: ['/v1/orders/**'], allow: {service_accounts: [shop/web]}}
  - {name: web, paths: ['/**'], allow: any}
",
    )
    .expect(1);
    let errors = ran.lines("error");
    assert!(errors[0].contains("routes[web]") && errors[0].contains("routes[orders]"));
}

#[test]
fn a_limit_by_client_says_what_becomes_of_requests_without_a_key() {
    let text = read("cli/tests/documents/partners.yaml");
    let everywhere = with(&text, "      routes: [search]\n", "");
    let ran = check_for("gateway", &everywhere).expect(1);
    ran.says(
        "error",
        "rate_limit.limits[per-client].key[0]",
        "routes[health] verifies no API key, so api_key.client is missing there",
    );
    let said = with(
        &everywhere,
        "key: [api_key.client]",
        "key: [api_key.client]\n      missing: skip",
    );
    check_for("gateway", &said).expect(0);
}

#[test]
fn keys_are_refused_by_name_where_nothing_verifies_them() {
    let text = read("cli/tests/documents/partners.yaml");
    for (plugin, place) in [
        ("spiffe_authz", "routes[search].allow.api_key"),
        ("rate_limit", "api_key"),
        ("jwt_authn", "rate_limit"),
    ] {
        let ran = check_for(plugin, &text).expect(1);
        ran.says("error", place, "load gateway.wasm");
    }
}

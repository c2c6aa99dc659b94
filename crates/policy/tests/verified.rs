//! Conditions on what is verified: asked behind the part that verifies it, refused without one.
//!
//! The tests' `source.principal` verifies nothing by itself, as `jwt.principal` does not.

#![allow(clippy::expect_used, reason = "only tests are built with this")]

mod support;

use std::cell::RefCell;
use std::rc::Rc;

use policy::language::{Fields, Report};
use policy::{Attributes, Gate, Policy, RouteNames, Vocabulary};
use support::{Badges, Plain, code, compile};

fn asked(badge: &str) -> Plain {
    Plain::new("GET", "shop.example.org", "/").with("x-badge", badge)
}

fn allow(condition: &str) -> String {
    format!(
        r#"{{"version": "v1", "routes": [{{"name": "a", "paths": ["/**"], "allow": {condition}}}]}}"#
    )
}

const IS_ANNA: &str = r#""when": [{"key": "source.principal", "values": ["anna"]}]"#;
const BOTH: &str = r#""principals": ["anna", "bert"]"#;

#[test]
fn what_a_part_verifies_is_compared_behind_it() {
    for condition in [
        format!("{{{IS_ANNA}, {BOTH}}}"),
        format!("{{{BOTH}, {IS_ANNA}}}"),
        format!("{{\"all_of\": [{{{IS_ANNA}}}, {{{BOTH}}}]}}"),
        format!("{{\"all_of\": [{{{BOTH}}}, {{{IS_ANNA}}}]}}"),
        format!("{{\"all_of\": [{{{BOTH}}}, {{{BOTH}}}], {IS_ANNA}}}"),
        format!("{{\"any_of\": [{{{BOTH}}}, {{\"principals\": [\"carl\"]}}], {IS_ANNA}}}"),
        format!(
            "{{\"any_of\": [{{{IS_ANNA}}}, {{\"remote_ip_blocks\": [\"192.0.2.1\"]}}], {BOTH}}}"
        ),
        // the one that gives needs nothing from outside, though its branches need it
        format!(
            "{{\"all_of\": [{{{IS_ANNA}}}, {{\"any_of\": [{{{IS_ANNA}}}, {{{IS_ANNA}}}], {BOTH}}}]}}"
        ),
    ] {
        let (engine, _) = compile(&allow(&condition)).expect(&condition);
        assert_eq!(code(&engine, &asked("anna")), "permit", "{condition}");
        for other in ["bert", "carl"] {
            assert_ne!(code(&engine, &asked(other)), "permit", "{condition}");
        }
        let nobody = Plain::new("GET", "shop.example.org", "/");
        assert_ne!(code(&engine, &nobody), "permit", "{condition}");
    }
}

#[test]
fn a_deny_on_what_is_verified_hits() {
    let document = format!(
        r#"{{"version": "v1", "deny": [{{"name": "d", "who": {{{IS_ANNA}, {BOTH}}}}}],
            "routes": [{{"name": "a", "paths": ["/**"], "allow": "any"}}]}}"#
    );
    let (engine, _) = compile(&document).expect("a good document");
    assert_eq!(code(&engine, &asked("anna")), "route.denied");
    assert_eq!(code(&engine, &asked("bert")), "permit");
}

#[test]
fn what_nothing_verifies_is_refused_where_it_stands() {
    let address = r#""remote_ip_blocks": ["192.0.2.1"]"#;
    for (condition, place) in [
        (format!("{{{IS_ANNA}}}"), ".when"),
        (format!("{{{IS_ANNA}, {address}}}"), ".when"),
        (
            format!("{{\"any_of\": [{{{BOTH}}}, {{{IS_ANNA}}}]}}"),
            ".any_of[1].when",
        ),
        (
            format!("{{\"any_of\": [{{{BOTH}}}, {{{address}}}], {IS_ANNA}}}"),
            ".when",
        ),
        (
            format!("{{\"all_of\": [{{{IS_ANNA}}}, {{{address}}}]}}"),
            ".all_of[0].when",
        ),
    ] {
        let report = compile(&allow(&condition)).expect_err(&condition);
        assert_eq!(
            report.errors(),
            [format!(
                "routes[a].allow{place}: \"source.principal\" needs \"principals\" beside it or in an all_of \
                 around it: it verifies nothing by itself, so it would be missing on every request; \
                 write {{principals: ..., when: [...]}}"
            )]
        );
    }
}

#[test]
fn a_deny_on_what_nothing_verifies_is_refused() {
    let document = format!(
        r#"{{"version": "v1", "deny": [{{"name": "d", "who": {{{IS_ANNA}}}}}],
            "routes": [{{"name": "a", "paths": ["/**"], "allow": "any"}}]}}"#
    );
    let report = compile(&document).expect_err("it would never hit");
    assert!(report.errors()[0].starts_with("deny[d].who.when: "));
}

/// Asks which routes verify no identity, as a limit with such a key does.
struct Asking(Rc<RefCell<Vec<String>>>);

impl Policy for Asking {
    fn vocabulary(&self) -> Vocabulary {
        Vocabulary {
            section: "rate_limit",
            has_conditions: false,
            attributes: &[],
        }
    }

    fn read(&mut self, _document: &mut Fields<'_>, _report: &mut Report) {}

    fn gates(
        &mut self,
        routes: &dyn RouteNames,
        _attributes: &dyn Attributes,
        _report: &mut Report,
    ) -> Vec<Box<dyn Gate>> {
        let unverified = routes.unverified("identity", None);
        let names = unverified.iter().map(|(_, name)| (*name).to_owned());
        self.0.borrow_mut().extend(names);
        Vec::new()
    }
}

/// The routes for which nothing is verified.
fn unverified(document: &str) -> Vec<String> {
    let told = Rc::default();
    let policies: Vec<Box<dyn Policy>> = vec![Box::new(Badges), Box::new(Asking(Rc::clone(&told)))];
    policy::compile(document.as_bytes(), "badges.wasm", policies).expect("a good document");
    told.take()
}

#[test]
fn a_route_that_compares_what_is_verified_verifies_it() {
    let route = |name: &str, test: &str| {
        format!(
            r#"{{"name": "{name}", "paths": ["/{name}"], "allow": {{"when": [{{"key": {test}}}]}}}}"#
        )
    };
    let routes = [
        route("values", r#""source.namespace", "values": ["anna"]"#),
        route("prefixes", r#""source.namespace", "prefixes": ["a"]"#),
        route("suffixes", r#""source.namespace", "suffixes": ["a"]"#),
        route("present", r#""source.namespace", "present": true"#),
        route("absent", r#""source.namespace", "present": false"#),
        route("header", r#""request.headers[x-a]", "values": ["anna"]"#),
    ];
    let document = format!(r#"{{"version": "v1", "routes": [{}]}}"#, routes.join(","));
    assert_eq!(unverified(&document), ["absent", "header"]);
}

#[test]
fn a_route_that_lets_preflights_in_has_not_verified_them() {
    for (bypass, expected) in [(false, &[][..]), (true, &["any", "options"])] {
        let document = format!(
            r#"{{"version": "v1", "request": {{"bypass_cors_preflight": {bypass}}}, "routes": [
                {{"name": "any", "paths": ["/a"], "allow": {{{BOTH}}}}},
                {{"name": "get", "methods": ["GET"], "paths": ["/b"], "allow": {{{BOTH}}}}},
                {{"name": "options", "methods": ["OPTIONS"], "paths": ["/c"], "allow": {{{BOTH}}}}},
                {{"name": "closed", "paths": ["/d"], "allow": "none"}}]}}"#
        );
        assert_eq!(unverified(&document), expected, "{bypass}");
    }
}

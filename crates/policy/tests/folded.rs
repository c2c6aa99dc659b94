//! `case_insensitive_paths`: what is folded for routes is folded for whoever asks for the path.
#![allow(clippy::expect_used, reason = "only tests are built with this")]

mod support;

use std::rc::Rc;

use policy::language::{Fields, Place, Report};
use policy::{
    Attribute, Attributes, Context, Failure, Gate, Policy, RouteNames, Stage, Vocabulary,
};
use support::{Plain, code, compile};

fn get(path: &str) -> Plain {
    Plain::new("GET", "shop.example.org", path)
}

/// A document that spares one path, with or without folding.
fn guarded(fold: bool, when: &str) -> policy::Engine {
    let document = format!(
        r#"{{"version": "v1", "request": {{"case_insensitive_paths": {fold}}},
            "deny": [{{"name": "closed", "who": {{"when": [{when}]}}}}],
            "routes": [{{"name": "all", "paths": ["/**"], "allow": "any"}}]}}"#
    );
    compile(&document).expect("a good document").0
}

#[test]
fn a_deny_on_the_path_cannot_be_walked_around_by_case() {
    for when in [
        r#"{"key": "request.path", "values": ["/admin"]}"#,
        r#"{"key": "request.path", "values": ["/Admin"]}"#,
        r#"{"key": "request.path", "prefixes": ["/ADM"]}"#,
        r#"{"key": "request.path", "suffixes": ["Min"]}"#,
    ] {
        let engine = guarded(true, when);
        for path in ["/admin", "/ADMIN", "/aDmin/", "/%41dmin", "/Admin?x=Y"] {
            let told = code(&engine, &get(path));
            assert_eq!(told, "route.denied", "{when} {path}");
        }
        assert_eq!(code(&engine, &get("/public")), "permit", "{when}");
    }
    let exact = guarded(false, r#"{"key": "request.path", "values": ["/admin"]}"#);
    assert_eq!(code(&exact, &get("/admin/")), "route.denied");
    assert_eq!(code(&exact, &get("/ADMIN")), "permit", "another path then");
}

/// A limit of nothing on one path, as a policy with limits has it.
struct Closing;

#[derive(Debug)]
struct Closed(Rc<dyn Attribute>);

impl Policy for Closing {
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
        _routes: &dyn RouteNames,
        attributes: &dyn Attributes,
        report: &mut Report,
    ) -> Vec<Box<dyn Gate>> {
        let key = attributes.resolve("request.path", &Place::top(), report);
        let gate = key.map(|key| Box::new(Closed(key)) as Box<dyn Gate>);
        gate.into_iter().collect()
    }
}

impl Gate for Closed {
    fn stage(&self) -> Stage {
        Stage::BeforeIdentity
    }

    fn pass(&self, context: &Context<'_>) -> Result<(), Failure> {
        let mut key = Vec::new();
        let _ = self.0.append_key(context, &mut key)?;
        if key == b"/admin" {
            return Err(Failure::new(support::WRONG, policy::Weight::NotAllowed));
        }
        Ok(())
    }
}

#[test]
fn a_limit_counts_the_folded_path() {
    let document = br#"{"version": "v1", "request": {"case_insensitive_paths": true},
        "routes": [{"name": "all", "paths": ["/**"], "allow": "any"}]}"#;
    let (engine, _) = policy::compile(document, "limits.wasm", vec![Box::new(Closing)]).unwrap();
    for path in ["/admin", "/ADMIN", "/Admin/"] {
        assert_eq!(code(&engine, &get(path)), "badge.wrong", "{path}");
    }
    assert_eq!(code(&engine, &get("/b")), "permit");
}

#[test]
fn a_host_is_compared_in_lower_case_as_it_is_read() {
    let engine = guarded(
        false,
        r#"{"key": "request.host", "values": ["Shop.Example.org"]}"#,
    );
    assert_eq!(code(&engine, &get("/")), "route.denied");
    let shouted = Plain::new("GET", "SHOP.example.ORG:443", "/");
    assert_eq!(code(&engine, &shouted), "route.denied");
    assert_eq!(
        code(&engine, &Plain::new("GET", "b.example.org", "/")),
        "permit"
    );
}

#[test]
fn a_tunnel_has_the_path_that_routes_are_asked_with() {
    let document = r#"{"version": "v1",
        "deny": [{"name": "root", "who": {"when": [{"key": "request.path", "values": ["/"]}]}}],
        "routes": [{"name": "tunnel", "methods": ["CONNECT"], "paths": ["/**"], "allow": "any"}]}"#;
    let (engine, _) = compile(document).expect("a good document");
    let tunnel = Plain::new("CONNECT", "h:443", "").without(":path");
    assert_eq!(code(&engine, &tunnel), "route.denied");
}

#[test]
fn paths_that_no_request_has_are_refused() {
    for (value, told) in [
        ("/admin/", "write \"/admin\""),
        ("/%61dmin", "write \"/admin\""),
        ("/admin?x", "write \"/admin\""),
        ("/a//b", "can be read in two ways"),
        ("/a/../b", "can be read in two ways"),
        ("admin", "can be read in two ways"),
    ] {
        let document = format!(
            r#"{{"version": "v1", "routes": [{{"name": "all", "paths": ["/**"],
                "allow": {{"when": [{{"key": "request.path", "values": ["/x", "{value}"]}}]}}}}]}}"#
        );
        let report = compile(&document).expect_err("a bad document");
        let expected = "routes[all].allow.when[0].values[1]: ";
        let error = &report.errors()[0];
        assert!(
            error.starts_with(expected) && error.contains(told),
            "{error}"
        );
    }
}

//! Shadow mode: what is on trial is recorded, and changes nothing that is enforced.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "helpers of tests: what cannot be is said at once"
)]

mod support;

use policy::{Engine, Rule};
use proptest::prelude::*;
use support::{Plain, code, compile};

fn get(path: &str) -> Plain {
    Plain::new("GET", "shop.example.org", path)
}

fn document(mode: &str, deny: &[String], require: &[String], routes: &[String]) -> String {
    let list = |name: &str, items: &[String]| match items {
        [] => String::new(),
        items => format!(r#", "{name}": [{}]"#, items.join(",")),
    };
    format!(
        r#"{{"version": "v1", "mode": "{mode}"{}{}{}}}"#,
        list("deny", deny),
        list("require", require),
        list("routes", routes)
    )
}

/// What came of each rule on trial, as it is stated.
fn trials(engine: &Engine, request: &Plain) -> Vec<String> {
    let trials = match engine.decide(request) {
        Ok(permit) => permit.trials,
        Err(denial) => denial.trials,
    };
    trials.iter().map(ToString::to_string).collect()
}

fn overlays() -> Engine {
    let document = document(
        "enforce",
        &[r#"{"name": "no-bert", "mode": "shadow", "who": {"principals": ["bert"]}}"#.into()],
        &[r#"{"name": "staff", "mode": "shadow", "paths": ["/beta/**"], "who": {"principals": ["anna"]}}"#.into()],
        &[
            r#"{"name": "all", "paths": ["/**"], "allow": {"principals": ["anna", "bert"]}}"#.into(),
            r#"{"name": "open-next", "mode": "shadow", "paths": ["/open"], "allow": "any"}"#.into(),
            r#"{"name": "closed-next", "mode": "shadow", "paths": ["/closed"], "allow": "none"}"#.into(),
            r#"{"name": "port-next", "mode": "shadow", "ports": [8443], "paths": ["/port"], "allow": "none"}"#.into(),
        ],
    );
    compile(&document).unwrap().0
}

#[test]
fn a_trial_is_recorded_and_decides_nothing() {
    let engine = overlays();
    assert_eq!(engine.on_trial(), 5);
    let anna = |path: &str| get(path).with("x-badge", "anna");
    for (request, decided, recorded) in [
        (anna("/x"), "permit", &[][..]),
        (get("/open"), "badge.missing", &["permit@routes[open-next]"]),
        (
            anna("/closed"),
            "permit",
            &["deny:route.not_allowed@routes[closed-next]"],
        ),
        (
            get("/x").with("x-badge", "bert"),
            "permit",
            &["deny:route.denied@deny[no-bert]"],
        ),
        (
            get("/beta/x").with("x-badge", "bert"),
            "permit",
            &[
                "deny:route.denied@deny[no-bert]",
                "deny:badge.wrong@require[staff]",
            ],
        ),
        // a port that nobody knows is no business of the enforced rules
        (anna("/port"), "permit", &[]),
        // nothing is tried on what cannot be read
        (anna("/open;x"), "request.ambiguous_path", &[]),
    ] {
        assert_eq!(code(&engine, &request), decided, "{:?}", request.headers);
        assert_eq!(trials(&engine, &request), recorded, "{:?}", request.headers);
    }
}

#[test]
fn a_document_on_trial_lets_everything_pass() {
    let engine = compile(&document(
        "shadow",
        &[],
        &[],
        &[r#"{"name": "a", "paths": ["/a"], "allow": {"principals": ["anna"]}}"#.into()],
    ))
    .unwrap()
    .0;
    for (request, recorded) in [
        (get("/a"), "deny:badge.missing@document"),
        (get("/b"), "deny:route.unmatched@document"),
        (get("/a;b"), "deny:request.ambiguous_path@document"),
        (get("/a").with("x-badge", "anna"), "permit@document"),
    ] {
        assert_eq!(trials(&engine, &request), [recorded]);
        assert_eq!(code(&engine, &request), "permit");
    }
    let forged = get("/a").with("x-who", "root").with("x-badge", "carl");
    let permit = engine.decide(&forged).unwrap();
    let removed = policy::HeaderChange::Remove("x-who".into());
    assert_eq!(permit.changes, [removed], "stripped, and no name written");
    assert_eq!(permit.trials[0].rule, Rule::Document);
    assert_eq!(
        code(&engine, &get("/a").with("!", "")),
        "internal.host_call"
    );
}

#[test]
fn what_is_on_trial_is_refused_where_it_makes_no_sense() {
    let errors = |document: &str| compile(document).unwrap_err().errors().to_vec();
    let only = document(
        "enforce",
        &[],
        &[],
        &[r#"{"name": "a", "mode": "shadow", "paths": ["/**"], "allow": "any"}"#.into()],
    );
    assert!(
        errors(&only)[0].starts_with("routes: all are on trial, so every request would be denied"),
        "{:?}",
        errors(&only)
    );
    let enforced = document(
        "shadow",
        &[],
        &[],
        &[r#"{"name": "a", "mode": "enforce", "paths": ["/**"], "allow": "any"}"#.into()],
    );
    assert!(errors(&enforced)[0].starts_with("routes[a].mode: the document is in shadow mode"));
    let all = r#"{"name": "all", "paths": ["/**"], "allow": "any"}"#;
    let conflict = document(
        "enforce",
        &[],
        &[],
        &[
            all.into(),
            r#"{"name": "x", "mode": "shadow", "paths": ["/a/{x}"], "allow": "any"}"#.into(),
            r#"{"name": "y", "mode": "shadow", "paths": ["/{y}/b"], "allow": "any"}"#.into(),
        ],
    );
    assert!(errors(&conflict)[0].contains("neither is the narrower"));
    let twins = document(
        "enforce",
        &[],
        &[],
        &[
            all.into(),
            all.replace("\"all\"", "\"all-next\", \"mode\": \"shadow\""),
        ],
    );
    assert!(
        compile(&twins).is_ok(),
        "an overlay may lie on an enforced route"
    );
}

/// Conditions of a random document.
const WHO: [&str; 5] = [
    r#""any""#,
    r#"{"principals": ["anna"]}"#,
    r#"{"principals": ["bert"]}"#,
    r#"{"remote_ip_blocks": ["203.0.113.0/24"]}"#,
    r#"{"any_of": [{"principals": ["carl"]}, {"when": [{"key": "source.namespace", "present": false}]}]}"#,
];

const PATHS: [&str; 4] = ["/**", "/a/**", "/a/b", "/c"];

fn route(name: usize, path: usize, who: usize, mode: &str) -> String {
    format!(
        r#"{{"name": "{mode}{name}", "mode": "{mode}", "paths": ["{}"], "allow": {}}}"#,
        PATHS[path], WHO[who]
    )
}

fn guard(name: usize, who: usize, mode: &str) -> String {
    format!(
        r#"{{"name": "{mode}{name}", "mode": "{mode}", "who": {}}}"#,
        WHO[who]
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// No overlay, of any kind, changes what the enforced rules decide, or what a permit changes.
    #[test]
    fn an_overlay_never_changes_a_decision(
        enforced in proptest::collection::vec(0_usize..5, 4),
        overlay in proptest::collection::vec(0_usize..5, 4),
        deny in proptest::collection::vec(1_usize..5, 0..2),
        shadow_deny in proptest::collection::vec(0_usize..5, 1..3),
        shadow_require in proptest::collection::vec(1_usize..5, 0..3),
        path in "/(a|a/b|a/x|c|d|a%2fb)?",
        badge in "anna|bert|carl|broken|",
        address in prop_oneof![Just("203.0.113.9:1"), Just("198.51.100.1:1")],
    ) {
        let routes: Vec<String> = enforced.iter().enumerate().map(|(at, who)| route(at, at, *who, "enforce")).collect();
        let denied: Vec<String> = deny.iter().enumerate().map(|(at, who)| guard(at, *who, "enforce")).collect();
        let overlays = overlay.iter().enumerate().map(|(at, who)| route(at, at, *who, "shadow"));
        let with_routes: Vec<String> = routes.iter().cloned().chain(overlays).collect();
        let more = shadow_deny.iter().enumerate().map(|(at, who)| guard(at, *who, "shadow"));
        let with_deny: Vec<String> = denied.iter().cloned().chain(more).collect();
        let require: Vec<String> = shadow_require.iter().enumerate().map(|(at, who)| guard(at, *who, "shadow")).collect();
        let (Ok((plain, _)), Ok((laid_over, _))) = (
            compile(&document("enforce", &denied, &[], &routes)),
            compile(&document("enforce", &with_deny, &require, &with_routes)),
        ) else {
            return Err(TestCaseError::fail("a document was refused"));
        };
        let mut request = get(&path).from(address).with("x-who", "root");
        if !badge.is_empty() {
            request = request.with("x-badge", &badge);
        }
        match (plain.decide(&request), laid_over.decide(&request)) {
            (Ok(one), Ok(two)) => {
                prop_assert_eq!(one.changes, two.changes);
                prop_assert_eq!(one.outcomes, two.outcomes);
                prop_assert_eq!(one.route, two.route);
            }
            (Err(one), Err(two)) => {
                prop_assert_eq!((one.reason, one.route, one.rule), (two.reason, two.route, two.rule));
                prop_assert_eq!(one.headers, two.headers);
            }
            (one, two) => prop_assert!(false, "{:?} against {:?}", one, two),
        }
        // and the same document on trial as a whole denies nobody
        let routes: Vec<String> = routes.iter().map(|route| route.replace(r#""mode": "enforce", "#, "")).collect();
        let denied: Vec<String> = denied.iter().map(|guard| guard.replace(r#""mode": "enforce", "#, "")).collect();
        let (on_trial, _) = compile(&document("shadow", &denied, &[], &routes)).unwrap();
        prop_assert_eq!(code(&on_trial, &request), "permit");
    }
}

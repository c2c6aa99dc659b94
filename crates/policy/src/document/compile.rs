//! From the bytes of a document to an engine, or to all that is wrong with it.

use std::rc::Rc;

use super::guards::Guard;
use super::linked::Linked;
use super::model::{RequestModel, Version};
use super::route_lists::RouteLists;
use super::routes::KnownRoutes;
use crate::attribute::Resolver;
use crate::condition::ConditionReader;
use crate::engine::{Engine, Rules, Unmatched};
use crate::language::{Fields, Instead, Json, Place, Report};
use crate::{Gate, Mode, Policy};

/// The largest document in bytes.
pub const MAX_DOCUMENT_BYTES: usize = 1 << 20;

/// The fields of the document besides the sections of the policies.
const OWN_FIELDS: [&str; 6] = ["version", "mode", "request", "deny", "require", "routes"];

/// Words that stand in other products' documents at the top.
const INSTEAD: [Instead; 5] = [
    ("rules", "each rule as an entry of \"routes\""),
    ("providers", "jwt: {providers: [...]}"),
    ("limits", "rate_limit: {limits: [...]}"),
    ("rateLimit", "rate_limit"),
    (
        "default",
        "a route {name: rest, paths: [\"/**\"], allow: any}; what no route matches is denied",
    ),
];

/// Compiles a document for a plugin that links these policies.
///
/// # Errors
/// The report with every error, where there is one; a pure function of the bytes.
pub fn compile(
    document: &[u8],
    plugin: &'static str,
    policies: Vec<Box<dyn Policy>>,
) -> Result<(Engine, Report), Report> {
    let mut report = Report::default();
    let top = Place::top();
    if document.len() > MAX_DOCUMENT_BYTES {
        let size = document.len();
        report.error(
            &top,
            format_args!("the document has {size} bytes; at most {MAX_DOCUMENT_BYTES}"),
        );
        return Err(report);
    }
    match Json::parse(document) {
        Ok(json) => compile_json(&json, plugin, policies),
        Err(error) => {
            report.error(&top, format_args!("the document is {error}"));
            Err(report)
        }
    }
}

/// Compiles a document that was read already, from YAML for example.
///
/// # Errors
/// As [`compile`].
pub fn compile_json(
    json: &Json,
    plugin: &'static str,
    policies: Vec<Box<dyn Policy>>,
) -> Result<(Engine, Report), Report> {
    let mut report = Report::default();
    let engine = read(json, plugin, policies, &mut report);
    match engine {
        Some(engine) if !report.is_refused() => Ok((engine, report)),
        _ => Err(report),
    }
}

fn read(
    json: &Json,
    plugin: &'static str,
    mut policies: Vec<Box<dyn Policy>>,
    report: &mut Report,
) -> Option<Engine> {
    let top = Place::top();
    let linked = Linked::new(
        plugin,
        policies.iter().map(|policy| policy.vocabulary()).collect(),
    );
    let mut fields = Fields::open(json, &top, report)?;
    json.report_duplicates(&top, report);
    if fields.take("fragment").is_some() {
        report.error(
            &top.field("fragment"),
            "this is a part of a document; a plugin takes the whole",
        );
    }
    if fields.read::<Version>("version", report).is_none() {
        let message = "missing; write \"version: v1\" (this plugin reads v1)";
        report.error(&top.field("version"), message);
    }
    let mode = fields.read::<Mode>("mode", report).flatten();
    let mode = mode.unwrap_or_default();
    let request = fields.read::<RequestModel>("request", report).flatten();
    let fold_case = request
        .as_ref()
        .is_some_and(|request| request.case_insensitive_paths);
    let bypass_preflight = request.is_some_and(|request| request.bypass_cors_preflight);
    for policy in &mut policies {
        policy.read(&mut fields, report);
    }
    let reader = ConditionReader {
        policies: &policies,
        linked: &linked,
        fold_case,
    };
    let lists = RouteLists::read(&mut fields, &reader, (&linked, mode, fold_case), report);
    let mut guards = |list| {
        let guards = Guard::read_list(
            list,
            &mut fields,
            &reader,
            (&linked, mode, fold_case),
            report,
        );
        let on_trial = |guard: &Guard| guard.mode == Mode::Shadow;
        guards.into_iter().partition::<Vec<_>, _>(on_trial)
    };
    let (trial_deny, deny) = guards("deny");
    let (trial_require, require) = guards("require");
    linked.refuse_sections(&mut fields, report);
    let known: Vec<&str> = OWN_FIELDS.into_iter().chain(linked.sections()).collect();
    fields.refuse_rest(&known, &INSTEAD, report);

    let unmatched = lists.unmatched();
    let (table, routes) = lists.enforced.compile(report);
    let (trial_table, trial_routes) = lists.trial.compile(report);
    let names = KnownRoutes {
        routes: &routes,
        trial: &trial_routes,
        guards: [&deny, &require],
        mode,
        bypass_preflight,
    };
    let gates = read_gates(&mut policies, &names, (&linked, fold_case), report);
    for policy in &policies {
        policy.finish(report);
    }
    let rules = Rules {
        table,
        routes,
        deny,
        require,
        unmatched,
        fold_case,
        bypass_preflight,
    };
    let trial = Rules {
        table: trial_table,
        routes: trial_routes,
        deny: trial_deny,
        require: trial_require,
        unmatched: Unmatched::Denied,
        fold_case,
        bypass_preflight,
    };
    Some(Engine::new(mode, rules, trial, gates, policies))
}

fn read_gates(
    policies: &mut [Box<dyn Policy>],
    routes: &KnownRoutes<'_>,
    (linked, fold_case): (&Linked, bool),
    report: &mut Report,
) -> Vec<Rc<dyn Gate>> {
    let mut gates: Vec<Rc<dyn Gate>> = Vec::new();
    for index in 0..policies.len() {
        let (before, rest) = policies.split_at_mut(index);
        let Some((policy, after)) = rest.split_first_mut() else {
            continue;
        };
        let resolver = Resolver {
            policies: [before, after],
            linked,
            fold_case,
        };
        gates.extend(
            policy
                .gates(routes, &resolver, report)
                .into_iter()
                .map(Rc::from),
        );
    }
    gates
}

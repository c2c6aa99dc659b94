//! From the bytes of a document to an engine, or to all that is wrong with it.

use std::rc::Rc;

use super::guards::Guard;
use super::linked::Linked;
use super::model::{Mode, RequestModel, RouteModel, Version};
use super::routes::{Route, Routes};
use crate::attribute::Resolver;
use crate::condition::ConditionReader;
use crate::engine::Engine;
use crate::language::{Fields, Instead, Json, Model, Place, Report};
use crate::route::{OwnedAtom, RouteTable};
use crate::{Gate, Policy};

/// The largest document in bytes.
pub const MAX_DOCUMENT_BYTES: usize = 1 << 20;

/// The most routes of one document.
pub const MAX_ROUTES: usize = 10_000;

/// The most atoms (host x port x method x path) of one document, so that its memory is bounded.
const MAX_ATOMS: usize = 100_000;

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
    let _ = fields.read::<Mode>("mode", report);
    let request = fields.read::<RequestModel>("request", report).flatten();
    let fold_case = request.is_some_and(|request| request.case_insensitive_paths);
    for policy in &mut policies {
        policy.read(&mut fields, report);
    }
    let reader = ConditionReader {
        policies: &policies,
        linked: &linked,
    };
    let (routes, atoms) = read_routes(&mut fields, &reader, &linked, fold_case, report);
    let deny = Guard::read_list("deny", &mut fields, &reader, &linked, fold_case, report);
    let require = Guard::read_list("require", &mut fields, &reader, &linked, fold_case, report);
    linked.refuse_sections(&mut fields, report);
    let known: Vec<&str> = OWN_FIELDS.into_iter().chain(linked.sections()).collect();
    fields.refuse_rest(&known, &INSTEAD, report);

    let table = RouteTable::new(&atoms);
    let routes = Routes::new(routes);
    if !report.is_refused() {
        let name = |id| routes.name(id).to_owned();
        table.report_conflicts(&name, report);
        table.report_unreachable(&name, &|id| routes.takes_empty_segments(id), report);
        table.report_leftovers(&name, &|id| routes.openness(id), report);
    }
    let gates = read_gates(&mut policies, &routes, &linked, report);
    for policy in &policies {
        policy.finish(report);
    }
    Some(Engine::new(
        table, routes, deny, require, gates, policies, fold_case,
    ))
}

fn read_routes(
    fields: &mut Fields<'_>,
    reader: &ConditionReader<'_>,
    linked: &Linked,
    fold_case: bool,
    report: &mut Report,
) -> (Vec<Route>, Vec<OwnedAtom>) {
    let place = fields.place().field("routes");
    let items = match fields.take("routes") {
        Some(Json::List(items)) if !items.is_empty() => items,
        None if !linked.has_conditions() => return (Vec::new(), Vec::new()),
        Some(Json::List(_)) | None => {
            report.error(
                &place,
                "missing, so every request would be denied; to limit only, add {name: all, paths: \
                 [\"/**\"], allow: any}",
            );
            return (Vec::new(), Vec::new());
        }
        Some(other) => {
            report.error(
                &place,
                format_args!("expected a list, got {}", other.kind()),
            );
            return (Vec::new(), Vec::new());
        }
    };
    if items.len() > MAX_ROUTES {
        report.error(
            &place,
            format_args!("has {} entries; at most {MAX_ROUTES}", items.len()),
        );
        return (Vec::new(), Vec::new());
    }
    super::report_like_names(items, &place, report);
    let mut routes = Vec::with_capacity(items.len());
    let mut atoms = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let place = place.item(index, item);
        let Some(model) = RouteModel::read(item, &place, report) else {
            continue;
        };
        let Some(route) = Route::compile(&model, reader, &place, report) else {
            continue;
        };
        super::matching::atoms_of(&model, fold_case, routes.len(), &place, &mut atoms, report);
        if atoms.len() > MAX_ATOMS {
            report.error(
                &place,
                format_args!(
                    "hosts x ports x methods x paths of all routes are more than {MAX_ATOMS}"
                ),
            );
            break;
        }
        routes.push(route);
    }
    (routes, atoms)
}

fn read_gates(
    policies: &mut [Box<dyn Policy>],
    routes: &Routes,
    linked: &Linked,
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

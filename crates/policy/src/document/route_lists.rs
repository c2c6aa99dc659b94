//! The list `routes`, read into the routes that are enforced and those on trial.

use super::linked::Linked;
use super::model::RouteModel;
use super::routes::{Route, Routes};
use super::{check_mode, matching};
use crate::Mode;
use crate::condition::ConditionReader;
use crate::engine::Unmatched;
use crate::language::{Fields, Json, Model, Report};
use crate::route::{OwnedAtom, RouteTable};

/// The most routes of one document.
pub const MAX_ROUTES: usize = 10_000;

/// The most atoms (host x port x method x path) of one document, so that its memory is bounded.
const MAX_ATOMS: usize = 100_000;

/// Routes of one mode, with what they match.
#[derive(Default)]
pub(super) struct RouteList {
    routes: Vec<Route>,
    atoms: Vec<OwnedAtom>,
}

/// All routes of a document.
#[derive(Default)]
pub(super) struct RouteLists {
    pub(super) enforced: RouteList,
    pub(super) trial: RouteList,
    /// Whether the document has no routes, which only one with limits alone may have.
    pub(super) is_absent: bool,
}

impl RouteLists {
    /// Reads the list.
    pub(super) fn read(
        fields: &mut Fields<'_>,
        reader: &ConditionReader<'_>,
        (linked, mode, fold_case): (&Linked, Mode, bool),
        report: &mut Report,
    ) -> Self {
        let place = fields.place().field("routes");
        let mut lists = Self::default();
        let items = match fields.take("routes") {
            Some(Json::List(items)) if !items.is_empty() => items,
            None if !linked.has_conditions() => {
                lists.is_absent = true;
                return lists;
            }
            Some(Json::List(_)) | None => {
                report.error(
                    &place,
                    "missing, so every request would be denied; to limit only, add {name: all, paths: \
                     [\"/**\"], allow: any}",
                );
                return lists;
            }
            Some(other) => {
                report.error(
                    &place,
                    format_args!("expected a list, got {}", other.kind()),
                );
                return lists;
            }
        };
        if items.len() > MAX_ROUTES {
            report.error(
                &place,
                format_args!("has {} entries; at most {MAX_ROUTES}", items.len()),
            );
            return lists;
        }
        super::report_like_names(items, &place, report);
        lists.enforced.routes.reserve(items.len());
        lists.enforced.atoms.reserve(items.len());
        for (index, item) in items.iter().enumerate() {
            let place = place.item(index, item);
            let Some(model) = RouteModel::read(item, &place, report) else {
                continue;
            };
            let own = check_mode(model.mode, mode, &place, report);
            let Some(route) = Route::compile(&model, reader, &place, report) else {
                continue;
            };
            let list = match own {
                Mode::Enforce => &mut lists.enforced,
                Mode::Shadow => &mut lists.trial,
            };
            let number = list.routes.len();
            matching::atoms_of(&model, fold_case, number, &place, &mut list.atoms, report);
            list.routes.push(route);
            let atoms = lists
                .enforced
                .atoms
                .len()
                .saturating_add(lists.trial.atoms.len());
            if atoms > MAX_ATOMS {
                report.error(
                    &place,
                    format_args!(
                        "hosts x ports x methods x paths of all routes are more than {MAX_ATOMS}"
                    ),
                );
                break;
            }
        }
        if lists.enforced.routes.is_empty() && !report.is_refused() {
            report.error(
                &place,
                "all are on trial, so every request would be denied; to let everything pass, write \
                 \"mode: shadow\" once, on the document",
            );
        }
        lists
    }

    /// What becomes of a request that no route matches.
    pub(super) const fn unmatched(&self) -> Unmatched {
        if self.is_absent {
            Unmatched::Passes
        } else {
            Unmatched::Denied
        }
    }
}

impl RouteList {
    /// The table and the routes, once conflicts and leftovers among them are reported.
    pub(super) fn compile(self, report: &mut Report) -> (RouteTable, Routes) {
        let table = RouteTable::new(&self.atoms);
        let routes = Routes::new(self.routes);
        if !report.is_refused() {
            let name = |id| routes.name(id).to_owned();
            table.report_conflicts(&name, report);
            table.report_unreachable(&name, &|id| routes.takes_empty_segments(id), report);
            table.report_leftovers(&name, &|id| routes.openness(id), report);
        }
        (table, routes)
    }
}

//! Guards: `deny` and `require`, which hold over all routes and can only take away.

use std::rc::Rc;

use super::linked::Linked;
use super::matching::Matching;
use super::model::GuardModel;
use crate::Mode;
use crate::condition::{ConditionReader, Who};
use crate::language::{Fields, Json, Model, Place, Report};

/// One guard, compiled.
#[derive(Debug)]
pub(crate) struct Guard {
    pub(crate) name: Rc<str>,
    pub(crate) matching: Matching,
    pub(crate) who: Who,
    pub(crate) mode: Mode,
}

impl Guard {
    /// Reads `deny` or `require`.
    pub(crate) fn read_list(
        list: &'static str,
        fields: &mut Fields<'_>,
        reader: &ConditionReader<'_>,
        (linked, mode, fold_case): (&Linked, Mode, bool),
        report: &mut Report,
    ) -> Vec<Self> {
        let Some(value) = fields.take(list) else {
            return Vec::new();
        };
        let place = fields.place().field(list);
        if !linked.has_conditions() {
            linked.refuse_condition(&place, report);
            return Vec::new();
        }
        let Json::List(items) = value else {
            report.error(
                &place,
                format_args!("expected a list, got {}", value.kind()),
            );
            return Vec::new();
        };
        super::report_like_names(items, &place, report);
        let read = |(index, item): (usize, &Json)| {
            Self::read(
                list,
                item,
                &place.item(index, item),
                (reader, mode, fold_case),
                report,
            )
        };
        items.iter().enumerate().filter_map(read).collect()
    }

    fn read(
        list: &str,
        item: &Json,
        place: &Place<'_>,
        (reader, mode, fold_case): (&ConditionReader<'_>, Mode, bool),
        report: &mut Report,
    ) -> Option<Self> {
        let model = GuardModel::read(item, place, report)?;
        let who_place = place.field("who");
        let who = reader.who(&model.who.0, &who_place, report)?;
        match (&who, list) {
            (Who::Any, "require") => {
                report.error(&who_place, "\"any\" asks for nothing; remove the entry or name a condition");
            }
            (Who::None, "require") => {
                report.error(&who_place, "\"none\" would deny everybody; write it as \"deny\" with who: any");
            }
            (Who::None, _) => {
                report.error(&who_place, "\"none\" denies nobody; remove the entry or name a condition");
            }
            (Who::If(condition), "deny") if condition.verifies("jwt", None) => report.warning(
                &who_place.field("jwt"),
                "whoever sends no token is not hit; write it as \"require\" or as a condition of the routes",
            ),
            _ => {}
        }
        let matching = Matching::of_guard(&model, fold_case, place, report);
        Some(Self {
            name: model.name.share(),
            matching,
            who,
            mode: super::check_mode(model.mode, mode, place, report),
        })
    }
}

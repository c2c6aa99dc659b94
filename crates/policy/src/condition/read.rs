//! Reading a condition: our own parts here, each policy's parts by the policy.

use std::rc::Rc;

use super::Condition;
use super::ip_block::IpBlock;
use super::when::{self, When};
use crate::attribute::Resolver;
use crate::document::linked::Linked;
use crate::language::{
    FieldShape, Fields, Json, Model, ObjectShape, Place, Presence, Report, Shape, Text,
};
use crate::{Attribute, Attributes, Policy};

/// The deepest nesting of `any_of` and `all_of`; a reader loses the thread beyond it.
const MAX_DEPTH: usize = 3;

/// What `allow` or `who` says.
#[derive(Debug)]
pub(crate) enum Who {
    /// Everybody.
    Any,
    /// Nobody.
    None,
    /// Whoever meets this.
    If(Condition),
}

/// Reads conditions with the policies that this plugin links.
pub(crate) struct ConditionReader<'a> {
    pub(crate) policies: &'a [Box<dyn Policy>],
    pub(crate) linked: &'a Linked,
    /// Paths are compared without case.
    pub(crate) fold_case: bool,
}

/// The words for a condition's own parts.
const OWN_PARTS: [&str; 4] = ["remote_ip_blocks", "when", "any_of", "all_of"];

impl ConditionReader<'_> {
    /// Reads `allow`: `any`, `none` or a condition.
    pub(crate) fn who(&self, value: &Json, place: &Place<'_>, report: &mut Report) -> Option<Who> {
        match value {
            Json::Text(word) if word == "any" => Some(Who::Any),
            Json::Text(word) if word == "none" => Some(Who::None),
            Json::Object(_) => {
                let mut condition = self.condition(value, place, 0, report)?;
                condition.report_clashes(place, report); // before branches change their order
                condition.settle(&|_| false, place, report);
                Some(Who::If(condition))
            }
            Json::List(_) => {
                report.error(
                    place,
                    "expected \"any\", \"none\" or a map, got a list; all parts of one map must hold; to \
                     accept any of several conditions write allow: {any_of: [...]}",
                );
                None
            }
            Json::Null => {
                report.error(
                    place,
                    "is null (in YAML: nothing behind the colon); write a condition, \"any\" or \"none\"",
                );
                None
            }
            other => {
                let got = other
                    .text()
                    .map_or_else(|| other.kind(), |text| format!("\"{text}\""));
                report.error(
                    place,
                    format_args!("expected \"any\", \"none\" or a map, got {got}"),
                );
                None
            }
        }
    }

    fn condition(
        &self,
        value: &Json,
        place: &Place<'_>,
        depth: usize,
        report: &mut Report,
    ) -> Option<Condition> {
        let mut fields = Fields::open(value, place, report)?;
        if fields.rest().next().is_none() {
            report.error(
                place,
                "is an empty map, which asks for nothing; write \"any\" if that is meant",
            );
            return None;
        }
        if !self.linked.has_conditions() {
            self.linked.refuse_condition(place, report);
            return None;
        }
        let mut condition = Condition {
            remote_ip_blocks: ip_blocks(&mut fields, report),
            ..Condition::default()
        };
        let whens = self.when(&mut fields, report).into_iter();
        (condition.verified, condition.when) = whens.partition(When::is_verified);
        for policy in self.policies {
            let leaves = policy.condition(&mut fields, report);
            if !leaves.is_empty() {
                condition.asks.push(policy.vocabulary().section);
            }
            condition.leaves.extend(leaves);
        }
        condition.all_of = self.branches("all_of", &mut fields, depth, report);
        condition.any_of = self.branches("any_of", &mut fields, depth, report);
        let known: Vec<&str> = OWN_PARTS
            .into_iter()
            .chain(self.linked.condition_words())
            .collect();
        self.linked.refuse_unlinked(&mut fields, report);
        fields.refuse_rest(&known, &INSTEAD, report);
        Some(condition)
    }

    fn branches(
        &self,
        name: &'static str,
        fields: &mut Fields<'_>,
        depth: usize,
        report: &mut Report,
    ) -> Vec<Condition> {
        let Some(value) = fields.take(name) else {
            return Vec::new();
        };
        let place = fields.place().field(name);
        let Json::List(items) = value else {
            report.error(
                &place,
                format_args!("expected a list, got {}", value.kind()),
            );
            return Vec::new();
        };
        if depth >= MAX_DEPTH {
            report.error(
                &place,
                format_args!("is nested deeper than {MAX_DEPTH}; split the route"),
            );
            return Vec::new();
        }
        if items.len() < 2 {
            report.error(
                &place,
                "needs at least two conditions; one alone stands without it",
            );
        }
        let read = |(index, item): (usize, &Json)| {
            self.condition(item, &place.index(index), depth.saturating_add(1), report)
        };
        items.iter().enumerate().filter_map(read).collect()
    }

    fn when(&self, fields: &mut Fields<'_>, report: &mut Report) -> Vec<When> {
        let Some(value) = fields.take("when") else {
            return Vec::new();
        };
        let place = fields.place().field("when");
        let Json::List(items) = value else {
            report.error(
                &place,
                format_args!("expected a list, got {}", value.kind()),
            );
            return Vec::new();
        };
        let resolver = Resolver {
            policies: [self.policies, &[]],
            linked: self.linked,
            fold_case: self.fold_case,
        };
        let resolve =
            |text: &str, place: &Place<'_>, report: &mut Report| -> Option<Rc<dyn Attribute>> {
                resolver.resolve(text, place, report)
            };
        let read =
            |(index, item): (usize, &Json)| When::read(item, &place.index(index), report, resolve);
        items.iter().enumerate().filter_map(read).collect()
    }
}

fn ip_blocks(fields: &mut Fields<'_>, report: &mut Report) -> Vec<IpBlock> {
    let Some(Some(texts)) = fields.read::<Vec<Text>>("remote_ip_blocks", report) else {
        return Vec::new();
    };
    let place = fields.place().field("remote_ip_blocks");
    let parse = |(index, text): (usize, &Text)| {
        IpBlock::parse(text.as_str())
            .map_err(|message| report.error(&place.index(index), message))
            .ok()
    };
    texts.iter().enumerate().filter_map(parse).collect()
}

/// Words of other products in a condition, with ours.
const INSTEAD: [(&str, &str); 12] = [
    ("serviceAccounts", "service_accounts"),
    ("remoteIpBlocks", "remote_ip_blocks"),
    (
        "ipBlocks",
        "remote_ip_blocks (the address after X-Forwarded-For)",
    ),
    ("requestPrincipals", "jwt, with the provider's name"),
    ("notPaths", "a narrower route; there are no not_ forms"),
    (
        "notPrincipals",
        "\"deny\" or a narrower list; there are no not_ forms",
    ),
    ("requires_any", "any_of"),
    ("requires_all", "all_of"),
    ("provider_name", "jwt, with the provider's name"),
    (
        "paths",
        "paths on the route itself; a path is written only there",
    ),
    ("methods", "methods on the route itself"),
    ("hosts", "hosts on the route itself"),
];

/// The shape of a condition: our own parts, and those of the policies.
pub(crate) fn condition_shape(policies: Vec<FieldShape>) -> Shape {
    let branch = || Shape::List(Box::new(Shape::Condition));
    let field = |name, about, shape| FieldShape {
        name,
        about,
        presence: Presence::Optional,
        shape,
    };
    let mut fields = policies;
    fields.extend([
        field(
            "remote_ip_blocks",
            "CIDR blocks or addresses; the client's address as Envoy trusts it after X-Forwarded-For.",
            <Vec<Text> as Model>::shape(),
        ),
        field("when", "Attributes compared; all entries must hold.", Shape::List(Box::new(when::shape()))),
        field("any_of", "At least two conditions, of which one must hold.", branch()),
        field("all_of", "At least two conditions, which must all hold.", branch()),
    ]);
    Shape::Object(ObjectShape {
        about: "A condition: every part given must hold.",
        fields,
        later: &[],
    })
}

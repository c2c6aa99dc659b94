//! The overrides of a limit: what they compare, and what holds then.

use std::net::IpAddr;
use std::rc::Rc;

use policy::language::{Place, Report, Text};
use policy::{Attribute, Trust};

use super::Compiler;
use crate::limit::Scope;
use crate::overrides::{Override, Overrides, Tier};
use crate::{LimitEntry, OverrideEntry};

/// The most values of all overrides of a limit.
const MAX_VALUES: usize = 10_000;

impl Compiler<'_> {
    /// The overrides of a limit. An attribute that a client states may choose one only where it is
    /// a part of the key: whoever states another then is counted as another.
    pub(super) fn overrides(
        &self,
        entry: &LimitEntry,
        (scope, cost): (Option<&Scope>, u32),
        place: &Place<'_>,
        report: &mut Report,
    ) -> Option<Overrides> {
        let entries = entry.overrides.as_deref().unwrap_or_default();
        let mut known: Vec<(&str, Option<Rc<dyn Attribute>>)> = Vec::new();
        let mut overrides = Overrides::default();
        let mut complete = true;
        for (index, one) in entries.iter().enumerate() {
            let place = place.index(index);
            let tier = self.tier(entry.name.as_str(), one, cost, &place, report);
            let place = place.field("match");
            if one.r#match.0.is_empty() {
                report.error(
                    &place,
                    "matches everything; name an attribute and its values",
                );
            }
            for (text, values) in &one.r#match.0 {
                let place = place.key(text);
                let at = known.iter().position(|(other, _)| other == text);
                let at = at.unwrap_or_else(|| {
                    let attribute = self.compared(entry, scope, text, &place, report);
                    known.push((text, attribute));
                    known.len().saturating_sub(1)
                });
                let attribute = known.get(at).and_then(|(_, attribute)| attribute.as_ref());
                refuse_never(attribute, values, &place, report);
                let folded = attribute.is_some_and(|attribute| attribute.is_folded());
                add_values(
                    &mut overrides,
                    (at, text, folded),
                    values,
                    index,
                    &place,
                    report,
                );
            }
            complete &= tier.is_some();
            overrides.entries.extend(tier.map(|tier| Override {
                conditions: one.r#match.0.len(),
                tier,
            }));
        }
        if overrides.values.len() > MAX_VALUES {
            report.error(
                place,
                format_args!(
                    "{} values; a limit has at most {MAX_VALUES}",
                    overrides.values.len()
                ),
            );
        }
        overrides.values.sort_unstable();
        overrides.values.dedup();
        let attributes = known.into_iter().map(|(_, attribute)| attribute);
        overrides.attributes = attributes.collect::<Option<_>>()?;
        complete.then_some(overrides)
    }

    fn tier(
        &self,
        limit: &str,
        entry: &OverrideEntry,
        cost: u32,
        place: &Place<'_>,
        report: &mut Report,
    ) -> Option<Tier> {
        match (&entry.rates, entry.unlimited) {
            (Some(rates), false) => {
                let place = place.field("rates");
                let bucket = self.bucket(limit, rates, cost, &place, report);
                bucket.map(Tier::Limited)
            }
            (None, true) => Some(Tier::Unlimited),
            (None, false) => {
                report.error(
                    place,
                    "says nothing; write \"rates\" or \"unlimited: true\"",
                );
                None
            }
            (Some(_), true) => {
                report.error(place, "\"rates\" and \"unlimited\" exclude each other");
                None
            }
        }
    }

    fn compared(
        &self,
        entry: &LimitEntry,
        scope: Option<&Scope>,
        text: &str,
        place: &Place<'_>,
        report: &mut Report,
    ) -> Option<Rc<dyn Attribute>> {
        let attribute = self.attributes.resolve(text, place, report)?;
        let key = entry.key.as_deref().unwrap_or_default();
        let in_key = key.iter().any(|part| part.as_str() == text);
        if attribute.trust() == Trust::Unverified && !in_key {
            report.error(
                place,
                "nobody verifies it, so whoever states it could choose its rates; add it to the \
                 key, or match what is verified",
            );
        }
        if let Some(scope) = scope
            && !in_key
        {
            self.check_looked_for(text, &*attribute, scope, place, report);
        }
        Some(attribute)
    }
}

/// Refuses values that the attribute never has: an override on them would never be taken.
fn refuse_never(
    attribute: Option<&Rc<dyn Attribute>>,
    values: &[Text],
    place: &Place<'_>,
    report: &mut Report,
) {
    for (index, value) in values.iter().enumerate() {
        if let Some(why) = attribute.and_then(|attribute| attribute.never_is(value.as_str())) {
            report.error(&place.index(index), why);
        }
    }
}

fn add_values(
    overrides: &mut Overrides,
    (number, attribute, folded): (usize, &str, bool),
    values: &[Text],
    entry: usize,
    place: &Place<'_>,
    report: &mut Report,
) {
    for (index, value) in values.iter().enumerate() {
        let place = place.index(index);
        let text = match (attribute, value.as_str().parse::<IpAddr>()) {
            // The one spelling in which the attribute is given.
            ("remote.ip", Ok(ip)) => ip.to_canonical().to_string(),
            ("remote.ip", Err(_)) => {
                report.error(
                    &place,
                    format_args!("\"{}\" is not an address", value.as_str()),
                );
                continue;
            }
            _ if folded => value.as_str().to_ascii_lowercase(),
            _ => value.as_str().to_owned(),
        };
        overrides
            .values
            .push((number, text.into_bytes().into(), entry));
    }
}

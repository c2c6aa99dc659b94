//! Which parts of the language this plugin links, and refusals by name for the others.
//!
//! A part is never skipped: three plugins in a row with one text would each ignore something, and
//! a chain that lost a plugin would be open.

use crate::Vocabulary;
use crate::language::{Fields, Place, Report};

/// One part of the whole language, whichever plugin has it.
struct Part {
    section: &'static str,
    conditions: &'static [&'static str],
    attributes: &'static [&'static str],
    /// What a plugin without it cannot do, and what would come of skipping it.
    without: &'static str,
}

/// All of the language.
const PARTS: &[Part] = &[
    Part {
        section: "identity",
        conditions: &["principals", "service_accounts", "namespaces"],
        attributes: &[
            "source.principal",
            "source.namespace",
            "source.trust_domain",
        ],
        without: "reads no peer certificates, so it could not tell who calls",
    },
    Part {
        section: "jwt",
        conditions: &["jwt", "scopes", "claims"],
        attributes: &["jwt.principal", "jwt.claims", "jwt"],
        without: "verifies no tokens, so it would let this request in without one",
    },
    Part {
        section: "api_key",
        conditions: &["api_key"],
        attributes: &["api_key.client"],
        without: "verifies no API keys, so it would let this request in without one",
    },
    Part {
        section: "rate_limit",
        conditions: &[],
        attributes: &[],
        without: "counts nothing, so there would be no limit",
    },
];

/// What a plugin links, with the plugin's name for messages.
pub(crate) struct Linked {
    plugin: &'static str,
    vocabularies: Vec<Vocabulary>,
}

impl Linked {
    pub(crate) const fn new(plugin: &'static str, vocabularies: Vec<Vocabulary>) -> Self {
        Self {
            plugin,
            vocabularies,
        }
    }

    /// Whether any linked policy has conditions; without, a route is open or closed, and guards
    /// have nothing to ask.
    pub(crate) fn has_conditions(&self) -> bool {
        self.vocabularies.iter().any(|words| words.has_conditions)
    }

    /// The condition parts of the linked policies.
    pub(crate) fn condition_words(&self) -> Vec<&'static str> {
        let linked = |part: &&Part| self.links(part.section);
        PARTS
            .iter()
            .filter(linked)
            .flat_map(|part| part.conditions.iter().copied())
            .collect()
    }

    /// The part of a condition that verifies a section's credential.
    pub(crate) fn first_condition(section: &'static str) -> &'static str {
        let part = PARTS.iter().find(|part| part.section == section);
        part.and_then(|part| part.conditions.first())
            .unwrap_or(&section)
    }

    /// The sections of the linked policies.
    pub(crate) fn sections(&self) -> Vec<&'static str> {
        self.vocabularies
            .iter()
            .map(|words| words.section)
            .collect()
    }

    /// The heads of the linked policies' attributes.
    pub(crate) fn attribute_heads(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.vocabularies
            .iter()
            .flat_map(|words| words.attributes.iter().copied())
    }

    fn links(&self, section: &str) -> bool {
        self.vocabularies
            .iter()
            .any(|words| words.section == section)
    }

    /// Refuses condition parts that the language has and this plugin does not.
    pub(crate) fn refuse_unlinked(&self, fields: &mut Fields<'_>, report: &mut Report) {
        for part in PARTS.iter().filter(|part| !self.links(part.section)) {
            for name in part.conditions {
                if fields.take(name).is_some() {
                    self.refuse(part, &fields.place().field(name), report);
                }
            }
        }
    }

    /// Refuses sections that the language has and this plugin does not.
    pub(crate) fn refuse_sections(&self, fields: &mut Fields<'_>, report: &mut Report) {
        for part in PARTS.iter().filter(|part| !self.links(part.section)) {
            if fields.take(part.section).is_some() {
                self.refuse(part, &fields.place().field(part.section), report);
            }
        }
    }

    /// Refuses an attribute that the language has and this plugin does not; false where the
    /// language has no such attribute.
    pub(crate) fn refuse_attribute(
        &self,
        head: &str,
        place: &Place<'_>,
        report: &mut Report,
    ) -> bool {
        let owner = PARTS
            .iter()
            .find(|part| part.attributes.contains(&head) && !self.links(part.section));
        owner
            .inspect(|part| self.refuse(part, place, report))
            .is_some()
    }

    /// Refuses a condition in a plugin that has none.
    pub(crate) fn refuse_condition(&self, place: &Place<'_>, report: &mut Report) {
        report.error(
            place,
            format_args!(
                "{} asks nobody who they are, so it takes only \"any\" and \"none\"; load gateway.wasm, \
                 or take the condition out of the document for this plugin",
                self.plugin
            ),
        );
    }

    fn refuse(&self, part: &Part, place: &Place<'_>, report: &mut Report) {
        report.error(
            place,
            format_args!(
                "{} {}; load gateway.wasm, or take this part out of the document for this plugin",
                self.plugin, part.without
            ),
        );
    }
}

//! Trust domains that stand for another: `identity.trust_domain_aliases`.
//!
//! For the time in which a trust domain changes its name. An alias is looked up once and the answer is
//! never looked up again, and a name is an alias of one domain alone: so who is meant by an ID
//! is one ID, and a set of rules reads the same whatever the order of the text.

use std::collections::BTreeMap;

use policy::language::{Map, Place, Report};

use crate::{IdError, IdTemplate, SpiffeId, TrustDomain};

/// Aliases, each with the trust domain that it stands for.
#[derive(Debug, Default)]
pub(super) struct Aliases(BTreeMap<Box<str>, TrustDomain>);

impl Aliases {
    /// Compiles them; what could be read in two ways is reported.
    pub(super) fn read(
        map: &Map<Vec<TrustDomain>>,
        place: &Place<'_>,
        report: &mut Report,
    ) -> Self {
        let mut aliases = Self::default();
        for (key, names) in &map.0 {
            let place = place.key(key);
            let domain = match key.parse::<TrustDomain>() {
                Ok(domain) => domain,
                Err(error) => {
                    report.error(&place, format_args!("\"{key}\": {error}"));
                    continue;
                }
            };
            for (index, alias) in names.iter().enumerate() {
                let place = place.index(index);
                if map.0.iter().any(|(key, _)| key == alias.as_str()) {
                    report.error(
                        &place,
                        format_args!(
                            "\"{alias}\" is a key of this map as well; an alias stands for a trust \
                             domain and has no aliases of its own"
                        ),
                    );
                } else if let Some(other) = aliases.domain_of(alias) {
                    report.error(
                        &place,
                        format_args!(
                            "\"{alias}\" is an alias of \"{other}\" already; it can stand for one \
                             trust domain alone"
                        ),
                    );
                } else {
                    aliases.0.insert(alias.as_str().into(), domain.clone());
                }
            }
        }
        aliases
    }

    /// The trust domain that an alias stands for; `None` where the name is no alias.
    pub(super) fn domain_of(&self, name: &TrustDomain) -> Option<&TrustDomain> {
        self.0.get(name.as_str())
    }

    /// The ID that is meant by an ID in an alias; `None` where its trust domain is none.
    ///
    /// # Errors
    /// In the other trust domain it is longer than an ID may be.
    pub(super) fn meant_by(&self, id: &SpiffeId) -> Result<Option<SpiffeId>, IdError> {
        let Some(domain) = self.0.get(id.trust_domain()) else {
            return Ok(None);
        };
        format!("spiffe://{domain}{}", id.path()).parse().map(Some)
    }

    /// Reports templates in an alias: no caller is ever compared there, so that a `deny` would
    /// never hit.
    pub(super) fn refuse_in_templates(
        &self,
        templates: &[IdTemplate],
        place: &Place<'_>,
        report: &mut Report,
    ) {
        for (index, template) in templates.iter().enumerate() {
            let alias = &template.trust_domain;
            if let Some(domain) = self.domain_of(alias) {
                let meant = IdTemplate {
                    trust_domain: domain.clone(),
                    ..template.clone()
                };
                report.error(
                    &place.index(index),
                    format_args!(
                        "\"{alias}\" is an alias of \"{domain}\", in which its callers are \
                         compared; write \"{meant}\""
                    ),
                );
            }
        }
    }
}

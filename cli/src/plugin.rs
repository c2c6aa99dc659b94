//! The plugins and the policies that each links: the one list for check, schema and reference.
//!
//! The plugins' own crates are built for a proxy and cannot be asked here, so that a policy added to
//! one of them is added here too.

use std::rc::Rc;

use api_key::ApiKeys;
use clap::ValueEnum;
use jwt::Tokens;
use policy::{Expected, Policy, Reference, Store, StoreError, Stored, Swap, Unreadable};
use rate_limit::Limits;
use spiffe::{Identity, SpiffeId};

use crate::file_name;

/// A plugin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum Plugin {
    /// All policies in one pass
    Gateway,
    /// Workload identities
    SpiffeAuthz,
    /// Tokens and API keys
    JwtAuthn,
    /// Rate limits
    RateLimit,
}

impl Plugin {
    /// All of them, in the order of the reference page.
    pub(crate) const ALL: [Self; 4] = [
        Self::SpiffeAuthz,
        Self::JwtAuthn,
        Self::RateLimit,
        Self::Gateway,
    ];

    /// Its name: `spiffe_authz`.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Gateway => "gateway",
            Self::SpiffeAuthz => "spiffe_authz",
            Self::JwtAuthn => "jwt_authn",
            Self::RateLimit => "rate_limit",
        }
    }

    /// Its file, as messages name it: `spiffe_authz.wasm`.
    pub(crate) const fn file(self) -> &'static str {
        match self {
            Self::Gateway => "gateway.wasm",
            Self::SpiffeAuthz => "spiffe_authz.wasm",
            Self::JwtAuthn => "jwt_authn.wasm",
            Self::RateLimit => "rate_limit.wasm",
        }
    }

    /// The plugin that a path, an address or an image is named after.
    pub(crate) fn of_artefact(text: &str) -> Option<Self> {
        let stem = file_name::stem(text).replace('-', "_");
        let stem = stem.strip_prefix("portcullis_").unwrap_or(&stem);
        Self::ALL.into_iter().find(|plugin| plugin.name() == stem)
    }

    /// Its policies, with nothing read yet.
    pub(crate) fn policies(self) -> Vec<Box<dyn Policy>> {
        let identity = Identity::new();
        let tokens = || Tokens::new().with_spiffe_ids(SpiffeId::is_in);
        let keys = || -> Box<dyn Policy> { Box::new(ApiKeys::new()) };
        let limits =
            || -> Box<dyn Policy> { Box::new(Limits::new(Rc::new(Nowhere), || Err(Unreadable))) };
        match self {
            Self::Gateway => {
                let tokens = tokens().with_workloads(identity.workloads());
                vec![Box::new(identity), Box::new(tokens), keys(), limits()]
            }
            Self::SpiffeAuthz => vec![Box::new(identity)],
            Self::JwtAuthn => vec![Box::new(tokens()), keys()],
            Self::RateLimit => vec![limits()],
        }
    }

    /// What its policies tell about themselves, in the same order.
    pub(crate) const fn references(self) -> &'static [Reference] {
        match self {
            Self::Gateway => &[
                Identity::REFERENCE,
                Tokens::REFERENCE,
                ApiKeys::REFERENCE,
                Limits::REFERENCE,
            ],
            Self::SpiffeAuthz => &[Identity::REFERENCE],
            Self::JwtAuthn => &[Tokens::REFERENCE, ApiKeys::REFERENCE],
            Self::RateLimit => &[Limits::REFERENCE],
        }
    }
}

/// A store for where nothing is ever counted: to check a document is to read it.
struct Nowhere;

impl Store for Nowhere {
    fn read(&self, _key: &str) -> Result<Option<Stored>, StoreError> {
        Err(StoreError)
    }

    fn swap(&self, _key: &str, _value: &[u8], _expected: Expected) -> Result<Swap, StoreError> {
        Err(StoreError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_what_a_plugin_links() {
        for plugin in Plugin::ALL {
            let words: Vec<_> = plugin
                .policies()
                .iter()
                .map(|one| one.vocabulary())
                .collect();
            let told = plugin.references();
            assert_eq!(words.len(), told.len());
            for (words, told) in words.iter().zip(told) {
                assert_eq!(words.section, told.section);
                assert_eq!(words.has_conditions, told.condition.is_some());
                let heads = told.attributes.iter().map(|(head, _)| *head);
                assert_eq!(words.attributes, heads.collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn plugins_are_known_by_file_and_image() {
        for (artefact, plugin) in [
            ("dist/gateway.wasm", Some(Plugin::Gateway)),
            ("/etc/envoy/spiffe-authz.wasm", Some(Plugin::SpiffeAuthz)),
            ("portcullis_jwt_authn.wasm", Some(Plugin::JwtAuthn)),
            (
                "oci://registry.example.org:5000/portcullis/rate-limit:v1",
                Some(Plugin::RateLimit),
            ),
            (
                "oci://registry.example.org/portcullis-gateway@sha256:00ff",
                Some(Plugin::Gateway),
            ),
            (
                "https://files.example.org/gateway.wasm?v=2",
                Some(Plugin::Gateway),
            ),
            ("file:///opt/coraza.wasm", None),
            ("gateway.wasm/other", None),
            ("", None),
        ] {
            assert_eq!(Plugin::of_artefact(artefact), plugin, "{artefact}");
        }
    }
}

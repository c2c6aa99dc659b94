//! What a provider's document says about fetching its keys.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;
use std::time::Duration;

use super::Location;
use crate::Algorithm;

/// Where the way to the key set begins.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// The key set itself.
    Keys(Location),
    /// A discovery document that names it (OpenID Connect Discovery 1.0 §4, RFC 8414 §3).
    Discovery(Location),
}

impl Origin {
    /// What is asked for first.
    #[must_use]
    pub const fn location(&self) -> &Location {
        let (Self::Keys(location) | Self::Discovery(location)) = self;
        location
    }
}

/// How one provider's keys are fetched and how long they are good.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where they are.
    pub origin: Origin,
    /// The proxy's cluster that leads there.
    pub cluster: Rc<str>,
    /// The issuer, which a discovery document must name, byte by byte.
    pub issuer: Rc<str>,
    /// What the provider signs with; a set must hold a key for one of them.
    pub algorithms: Vec<Algorithm>,
    /// The longest that one request may take.
    pub timeout: Duration,
    /// How often the set is fetched anew.
    pub cache_duration: Duration,
    /// How long the last good set serves while fetching fails.
    pub max_stale: Duration,
    /// At most one early fetch, for a `kid` that nobody knows, in this time.
    pub unknown_kid_interval: Duration,
}

impl Settings {
    /// Names this set in the store: every field that bears on fetch or trust is in it, so that a
    /// document that trusts something else never meets the keys of this one.
    #[must_use]
    pub(crate) fn identity(&self) -> String {
        let half = |salt: u8| {
            let mut hasher = DefaultHasher::new();
            (salt, &self.origin, &self.cluster, &self.issuer).hash(&mut hasher);
            for algorithm in &self.algorithms {
                algorithm.word().hash(&mut hasher);
            }
            hasher.finish()
        };
        format!("{:016x}{:016x}", half(1), half(2))
    }

    /// How long a lease lasts: both requests of a discovery, and time to parse and publish.
    pub(crate) const fn lease(&self) -> Duration {
        self.timeout
            .saturating_mul(2)
            .saturating_add(Duration::from_secs(1))
    }
}

//! `jwks`: where a provider's keys come from.

use std::rc::Rc;

use policy::language::{Json, Model, Place, Report, Shape, Span, Text};

use crate::KeySet;
use crate::remote::Location;

policy::model! {
    /// Where a provider's public keys come from: one of `inline`, `uri` and `discovery`.
    pub(crate) struct Jwks {
        /// The JWK set itself (RFC 7517 §5): RSA keys of 2048 to 4096 bits, P-256, P-384 and
        /// Ed25519. A private key is refused, and a secret (`oct`) but for HS256 to HS512.
        optional inline: InlineSet;
        /// The address of the JWK set. It is fetched in the background, once for all workers.
        optional uri: Address;
        /// The address of the issuer's discovery document (OpenID Connect Discovery, RFC 8414),
        /// which names the JWK set: its `issuer` must be the provider's, and its `jwks_uri` be on
        /// the host that it came from.
        optional discovery: Address;
        /// The proxy's cluster that leads there; must be there with `uri` and `discovery`. It does
        /// TLS: see docs/key-sets.md.
        optional cluster: Text;
        /// The longest that one request to the issuer may take.
        default timeout: Span<100, 30_000> = Span::from_millis(5_000), "5s";
        /// How often the set is fetched anew, up to a tenth earlier.
        default cache_duration: Span<10_000, 86_400_000> = Span::from_millis(600_000), "10m";
        /// How long the last good set serves while fetching fails; at least `cache_duration`.
        default max_stale: Span<10_000, 2_592_000_000> = Span::from_millis(86_400_000), "24h";
        /// At most one early fetch in this time, for a token whose `kid` is not in the set. The
        /// request is held until it is back.
        default unknown_kid_interval: Span<5_000, 3_600_000> = Span::from_millis(30_000), "30s";
        /// Takes an `http` address: where the cluster leads to this machine, or is the mesh's own.
        default insecure: bool = false, "false";
        /// `false`: each worker fetches for itself. For a proxy in which plugins of others have the same
        /// `vm_id` (as all have under Istio): one of them could put keys of its own where all workers find them.
        default shared: bool = true, "true";
    }
    instead [
        ("keys", "inline: {keys: [...]}"),
        ("inline_string", "inline: {keys: [...]}"),
        ("filename", "inline: {keys: [...]}, with the set itself"),
        ("http_uri", "uri: ..., and cluster: ..."),
        ("jwks_uri", "uri: ..."),
        ("refresh_interval", "cache_duration: 10m"),
    ];
}

/// A JWK set as it is written in the document.
#[derive(Clone, Debug)]
pub(crate) struct InlineSet(pub(crate) Rc<KeySet>);

impl Model for InlineSet {
    fn read(value: &Json, place: &Place<'_>, report: &mut Report) -> Option<Self> {
        if let Json::Text(_) = value {
            let message = "expected a JWK set, got a string; put the set itself here, not its text";
            report.error(place, message);
            return None;
        }
        let keys = KeySet::read(value, place, report)?;
        Some(Self(Rc::new(keys)))
    }

    fn shape() -> Shape {
        Shape::Foreign("a JWK set")
    }
}

/// An address to fetch from.
#[derive(Clone, Debug)]
pub(crate) struct Address(pub(crate) Location);

impl Model for Address {
    fn read(value: &Json, place: &Place<'_>, report: &mut Report) -> Option<Self> {
        let text = Text::read(value, place, report)?;
        match text.as_str().parse() {
            Ok(location) => Some(Self(location)),
            Err(error) => {
                report.error(place, format_args!("\"{}\": {error}", text.as_str()));
                None
            }
        }
    }

    fn shape() -> Shape {
        Shape::Pattern("^https?://", "an address")
    }
}

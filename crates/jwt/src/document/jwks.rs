//! `jwks`: where a provider's keys come from.

use std::rc::Rc;

use policy::language::{
    FieldShape, Fields, Json, Model, ObjectShape, Place, Presence, Report, Shape,
};

use crate::KeySet;

/// A provider's keys.
#[derive(Clone, Debug)]
pub(crate) struct Jwks {
    /// The set, parsed.
    pub(crate) inline: Rc<KeySet>,
}

const LATER: &[&str] = &[
    "uri",
    "discovery",
    "cluster",
    "timeout",
    "cache_duration",
    "max_stale",
    "unknown_kid_interval",
    "insecure",
];

/// The end of a discovery document's address (OpenID Connect Discovery §4; RFC 8414 §3.1).
const DISCOVERY: [&str; 2] = [
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
];

impl Model for Jwks {
    fn read(value: &Json, place: &Place<'_>, report: &mut Report) -> Option<Self> {
        let mut fields = Fields::open(value, place, report)?;
        if let Some(uri) = value.member("uri").and_then(Json::text)
            && let Some(end) = DISCOVERY.iter().find(|end| uri.ends_with(**end))
        {
            let message = format!(
                "\"...{end}\" is a discovery document, not a key set; write \"discovery:\" instead \
                 of \"uri:\""
            );
            report.error(&place.field("uri"), message);
        }
        fields.refuse_later(LATER, report);
        let inline = fields.take("inline");
        fields.refuse_rest(
            &["inline"],
            &[
                ("keys", "inline: {keys: [...]}"),
                ("inline_string", "inline: {keys: [...]}"),
                ("filename", "inline: {keys: [...]}, with the set itself"),
                ("http_uri", "uri: ..."),
            ],
            report,
        );
        let Some(set) = inline else {
            if !LATER.iter().any(|name| fields.has(name)) {
                report.error(
                    &place.field("inline"),
                    "missing; put the JWK set itself here",
                );
            }
            return None;
        };
        let place = &place.field("inline");
        if let Json::Text(_) = set {
            let message = "expected a JWK set, got a string; put the set itself here, not its text";
            report.error(place, message);
            return None;
        }
        let keys = KeySet::read(set, place, report)?;
        Some(Self {
            inline: Rc::new(keys),
        })
    }

    fn shape() -> Shape {
        Shape::Object(ObjectShape {
            about: "A provider's public keys.",
            fields: vec![FieldShape {
                name: "inline",
                about: "The JWK set itself (RFC 7517 §5): RSA keys of 2048 to 4096 bits, P-256, P-384 \
                        and Ed25519. A private key is refused, and a secret (`oct`) but for HS256 to \
                        HS512.",
                presence: Presence::Required,
                shape: Shape::Foreign("a JWK set"),
            }],
            later: LATER,
        })
    }
}

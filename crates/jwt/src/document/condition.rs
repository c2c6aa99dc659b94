//! The parts of a condition: `jwt`, `scopes`, `claims`.

use policy::language::{Fields, Json, Model, Place, Report, Shape, Text};

use super::{ClaimEntry, OneOrMore, ScopeName};
use crate::leaf::Demand;

policy::model! {
    /// A verified token, with what it must say.
    pub(crate) struct TokenParts {
        /// A verified token of this provider; or `{provider: ..., optional: true}`, where a
        /// request without a token passes and one with a bad token does not.
        optional jwt: TokenPart;
        /// All of these scopes, in `scope` or `scp`.
        optional scopes: Vec<ScopeName>;
        /// What claims of the token must say; all entries must hold.
        optional claims: Vec<ClaimEntry>;
    }
}

/// Whose token.
#[derive(Clone, Debug)]
pub(crate) struct TokenPart {
    /// Names of providers; a token of any of them will do.
    pub(crate) providers: Vec<Text>,
    /// Whether there must be one.
    pub(crate) demand: Demand,
}

policy::model! {
    /// Whose token, and whether there must be one.
    struct LongForm {
        /// A provider, or a list: a token of any of them will do.
        required provider: OneOrMore<Text>, "name the provider, or a list of providers";
        /// Whether a request without a token passes. A bad token never does.
        default optional: bool = false, "false";
    }
    instead [
        ("providers", "provider: [...]"),
        ("required", "optional: true or false"),
        ("allow_missing", "optional: true"),
        ("scopes", "scopes beside jwt, not in it"),
        ("claims", "claims beside jwt, not in it"),
    ];
}

impl Model for TokenPart {
    fn read(value: &Json, place: &Place<'_>, report: &mut Report) -> Option<Self> {
        match value {
            Json::Text(_) => Some(Self {
                providers: vec![Text::read(value, place, report)?],
                demand: Demand::Required,
            }),
            Json::Object(_) => {
                let long = LongForm::read(value, place, report)?;
                Some(Self {
                    providers: long.provider.0,
                    demand: if long.optional {
                        Demand::Optional
                    } else {
                        Demand::Required
                    },
                })
            }
            other => {
                let kind = other.kind();
                let message = format!(
                    "expected a provider's name or {{provider: ..., optional: ...}}, got {kind}"
                );
                report.error(place, message);
                None
            }
        }
    }

    fn shape() -> Shape {
        Shape::Either(vec![Shape::Text("name of a provider"), LongForm::shape()])
    }
}

impl TokenParts {
    /// Takes the parts from a condition, together with where the condition stands.
    pub(crate) fn of(fields: &mut Fields<'_>, report: &mut Report) -> Option<Self> {
        let parts = Self::take(fields, report)?;
        if parts.jwt.is_none() {
            for name in ["scopes", "claims"] {
                if fields.has(name) {
                    let message = "needs \"jwt\" beside it, to say whose token";
                    report.error(&fields.place().field(name), message);
                }
            }
        }
        Some(parts)
    }
}

//! The attributes of a verified token: keys of limits, values of conditions.
//!
//! They read what was verified for this request and never verify anything themselves: what a key
//! of a limit costs must not depend on what a client sends.

use policy::language::{Place, Report};
use policy::{Attribute, AttributeName, Context, Failure, Presence, Trust};

use crate::seen::Seen;
use crate::value::Value;

/// Names of the attributes, with what they are.
pub(crate) const ATTRIBUTES: &[(&str, &str)] = &[
    ("jwt.principal", "The verified token's `iss/sub`."),
    (
        "jwt.claims",
        "A claim of the verified token: `jwt.claims[A][B]` is B inside A.",
    ),
    (
        "jwt",
        "A claim of the verified token of one provider: `jwt[PROVIDER].claims[A]`.",
    ),
];

/// A fact of the verified token.
#[derive(Debug)]
pub(crate) struct TokenAttribute {
    /// Whose token; `None` for the first in the order of the document.
    provider: Option<usize>,
    what: What,
}

#[derive(Debug)]
enum What {
    Principal,
    Claim(Vec<Box<str>>),
}

impl TokenAttribute {
    /// Compiles an attribute of this policy; `None` where it is another's, `Some(None)` where it
    /// is wrong, which is then in the report. `find` gives a provider's number.
    pub(crate) fn read(
        name: &AttributeName<'_>,
        place: &Place<'_>,
        report: &mut Report,
        find: impl Fn(&str, &mut Report) -> Option<usize>,
    ) -> Option<Option<Self>> {
        let what = match (name.head, name.path.as_slice(), name.tail) {
            ("jwt.principal", [], "") => Some((None, What::Principal)),
            ("jwt.claims", [_, ..], "") => Some((None, What::Claim(boxed(&name.path)))),
            ("jwt", [provider], tail) if !tail.is_empty() => match claim_of(tail) {
                Some(claim) => {
                    let provider = find(provider, report);
                    return Some(provider.map(|provider| Self {
                        provider: Some(provider),
                        what: What::Claim(claim),
                    }));
                }
                None => None,
            },
            (head, ..) if ATTRIBUTES.iter().any(|(own, _)| *own == head) => None,
            _ => return None,
        };
        if what.is_none() {
            let message = "write jwt.principal, jwt.claims[A] (or jwt.claims[A][B] for B inside A) \
                           or jwt[PROVIDER].claims[A]";
            report.error(place, message);
        }
        Some(what.map(|(provider, what)| Self { provider, what }))
    }
}

/// The path in `claims[a][b]`.
fn claim_of(tail: &str) -> Option<Vec<Box<str>>> {
    let name = AttributeName::parse(tail)?;
    let is_claim = name.head == "claims" && !name.path.is_empty() && name.tail.is_empty();
    is_claim.then(|| boxed(&name.path))
}

fn boxed(path: &[&str]) -> Vec<Box<str>> {
    path.iter().map(|name| (*name).into()).collect()
}

impl Attribute for TokenAttribute {
    fn append(&self, context: &Context<'_>, out: &mut Vec<u8>) -> Result<Presence, Failure> {
        let seen = context.learnt.find::<Seen>();
        let Some((_, claims)) = seen.and_then(|seen| seen.verified(self.provider)) else {
            return Ok(Presence::Absent);
        };
        let text = match &self.what {
            What::Principal => claims.principal(),
            What::Claim(path) => claims.at(path).and_then(Value::scalar),
        };
        let Some(text) = text else {
            return Ok(Presence::Absent);
        };
        out.extend_from_slice(text.as_bytes());
        Ok(Presence::Present)
    }

    fn trust(&self) -> Trust {
        Trust::Verified(crate::SECTION)
    }
}

//! The attributes of a verified token: keys of limits, values of conditions.
//!
//! They read what was verified for this request and never verify anything themselves: what a key
//! of a limit costs must not depend on what a client sends.

use std::borrow::Cow;
use std::rc::Rc;

use policy::language::{Place, Report};
use policy::{Attribute, AttributeName, Context, Failure, Presence, Trust};

use crate::provider::Provider;
use crate::value::Value;
use crate::verifier::Verifier;

/// Names of the attributes, with what they are.
pub(crate) const ATTRIBUTES: &[(&str, &str); 3] = &[
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

/// The heads alone, for what is done at run time.
pub(crate) const HEADS: &[&str] = &policy::heads(ATTRIBUTES);

/// A fact of the verified token.
#[derive(Debug)]
pub(crate) struct TokenAttribute {
    verifier: Rc<Verifier>,
    /// Whose token; `None` for the first in the order of the document.
    provider: Option<usize>,
    what: What,
}

/// Which fact.
#[derive(Debug)]
pub(crate) enum What {
    /// `iss/sub`.
    Principal,
    /// The claim at the end of a path.
    Claim(Vec<Box<str>>),
}

impl TokenAttribute {
    pub(crate) const fn new(verifier: Rc<Verifier>, provider: Option<usize>, what: What) -> Self {
        Self {
            verifier,
            provider,
            what,
        }
    }
}

impl What {
    /// What an attribute's name asks for, and the provider it names. `None` where it is another
    /// policy's, `Some(None)` where it is wrong, which is then in the report.
    pub(crate) fn read<'n>(
        name: &AttributeName<'n>,
        place: &Place<'_>,
        report: &mut Report,
    ) -> Option<Option<(Option<&'n str>, Self)>> {
        let read = match (name.head, name.path.as_slice(), name.tail) {
            ("jwt.principal", [], "") => Some((None, Self::Principal)),
            ("jwt.claims", [_, ..], "") => Some((None, Self::Claim(boxed(&name.path)))),
            ("jwt", [provider], tail) => {
                claim_of(tail).map(|claim| (Some(*provider), Self::Claim(claim)))
            }
            (head, ..) if HEADS.contains(&head) => None,
            _ => return None,
        };
        if read.is_none() {
            let message = "write jwt.principal, jwt.claims[A] (or jwt.claims[A][B] for B inside A) \
                           or jwt[PROVIDER].claims[A]";
            report.error(place, message);
        }
        Some(read)
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
        Ok(self.put(context, out, |_, _| {}))
    }

    /// The provider's name first: a subject of one issuer must not spend what is another's.
    fn append_key(&self, context: &Context<'_>, out: &mut Vec<u8>) -> Result<Presence, Failure> {
        Ok(self.put(context, out, |provider, out| {
            out.extend_from_slice(provider.name.as_bytes());
            out.push(0); // no name holds one
        }))
    }

    fn trust(&self) -> Trust {
        Trust::Verified(crate::SECTION)
    }
}

impl TokenAttribute {
    fn put(
        &self,
        context: &Context<'_>,
        out: &mut Vec<u8>,
        before: impl Fn(&Provider, &mut Vec<u8>),
    ) -> Presence {
        let Some((provider, claims)) = self.verifier.verified(context, self.provider) else {
            return Presence::Absent;
        };
        let text = match &self.what {
            What::Principal => claims.principal().map(Cow::Borrowed),
            What::Claim(path) => claims.at(path).and_then(Value::scalar),
        };
        let Some(text) = text else {
            return Presence::Absent;
        };
        before(provider, out);
        out.extend_from_slice(text.as_bytes());
        Presence::Present
    }
}

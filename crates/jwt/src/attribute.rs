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
    (
        "jwt.principal",
        "The `iss/sub` of the token that was taken: in a condition the one of the `jwt` beside it or \
         nearest before it, in a limit the one that let the request in, of several the last asked for.",
    ),
    (
        "jwt.claims",
        "A claim of that token: `jwt.claims[A][B]` is B inside A.",
    ),
    (
        "jwt",
        "A claim of the token of one provider, where that was taken: `jwt[PROVIDER].claims[A]`. A \
         condition must ask for it by `jwt`.",
    ),
];

/// The heads alone, for what is done at run time.
pub(crate) const HEADS: &[&str] = &policy::heads(ATTRIBUTES);

/// A fact of the verified token.
#[derive(Debug)]
pub(crate) struct TokenAttribute {
    verifier: Rc<Verifier>,
    /// Whose token; `None` for the one that was taken last.
    provider: Option<usize>,
    /// `jwt[PROVIDER]`, where it names one.
    credential: Option<Box<str>>,
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
    pub(crate) fn new(verifier: Rc<Verifier>, provider: Option<usize>, what: What) -> Self {
        let name = provider.and_then(|number| verifier.providers.get(number));
        let credential = name.map(|provider| credential(&provider.name).into());
        Self {
            verifier,
            provider,
            credential,
            what,
        }
    }

    /// Appends the fact of a provider's token, as the request shows it.
    fn put(
        &self,
        context: &Context<'_>,
        provider: Option<usize>,
        out: &mut Vec<u8>,
        before: impl Fn(&Provider, &mut Vec<u8>),
    ) -> Presence {
        let taken = provider.and_then(|provider| self.verifier.taken(context, provider));
        let Some((provider, claims)) = taken else {
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
        let last = || context.learnt.shown_last(crate::SECTION);
        Ok(self.put(context, self.provider.or_else(last), out, |_, _| {}))
    }

    /// The provider's name first: a subject of one issuer must not spend what is another's.
    fn append_key(&self, context: &Context<'_>, out: &mut Vec<u8>) -> Result<Presence, Failure> {
        let provider = self.provider.or_else(|| last_taken(context));
        Ok(self.put(context, provider, out, |provider, out| {
            out.extend_from_slice(provider.name.as_bytes());
            out.push(0); // no name holds one
        }))
    }

    fn trust(&self) -> Trust {
        Trust::Verified(crate::SECTION)
    }

    fn source(&self) -> Option<&str> {
        let provider = self.verifier.providers.get(self.provider?);
        provider.map(|provider| &*provider.name)
    }

    fn needs(&self) -> Option<&str> {
        self.credential.as_deref()
    }
}

/// The provider whose token was taken last for this request.
pub(crate) fn last_taken(context: &Context<'_>) -> Option<usize> {
    context.learnt.shown_of(crate::SECTION).first().copied()
}

/// The name of a provider's tokens among all credentials.
pub(crate) fn credential(provider: &str) -> String {
    format!("{}[{provider}]", crate::SECTION)
}

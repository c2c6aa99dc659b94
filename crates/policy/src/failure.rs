//! Why one part of a condition does not hold, and how failures of alternatives are weighed.

use std::rc::Rc;

use crate::{Reason, Wait};

/// How much a failure says about what the client should do; the heaviest of several alternatives
/// decides the answer. Lighter first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Known or unknown, but nothing the client could send would help (403).
    NotAllowed,
    /// A verified credential that is not enough (403, `insufficient_scope`).
    NotEnough,
    /// A credential that could have let it in is missing (401).
    Missing,
    /// A credential is there and bad (401, `invalid_token`).
    Bad,
    /// The proxy or the plugin failed (503), or the request cannot be read in one way (400).
    Fault,
}

/// A `WWW-Authenticate` value, made when the document is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// The whole value, for example with the scopes that are missing.
    pub full: String,
    /// The value where more than one alternative failed, so that none of them is named.
    pub bare: String,
}

impl Challenge {
    /// The scheme it begins with (RFC 9110 §11.6.1).
    fn scheme(&self) -> &str {
        scheme(&self.bare)
    }

    /// Whether one of its challenges is of this scheme. No value of ours holds a comma and a scheme
    /// behind it.
    fn offers(&self, wanted: &str) -> bool {
        self.bare.split(", ").any(|one| scheme(one) == wanted)
    }
}

fn scheme(challenge: &str) -> &str {
    challenge.split(' ').next().unwrap_or_default()
}

/// A part of a condition that does not hold.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The code.
    pub reason: Reason,
    /// How it stands against failures of other alternatives.
    pub weight: Weight,
    /// The value of `WWW-Authenticate`, if the status asks for one.
    pub challenge: Option<Rc<Challenge>>,
    /// More headers for the client, for example `retry-after`.
    pub headers: Vec<(&'static str, String)>,
    /// The connection is to be closed after the reply.
    pub close: bool,
    /// What failed, for the log: a name out of the document, never a value the client sent.
    pub rule: Option<Rc<str>>,
    /// What is on its way and could make it hold.
    pub wait: Option<Rc<dyn Wait>>,
}

impl Failure {
    /// A failure with a reason and a weight, and nothing else to tell the client.
    #[must_use]
    pub const fn new(reason: Reason, weight: Weight) -> Self {
        Self {
            reason,
            weight,
            challenge: None,
            headers: Vec::new(),
            close: false,
            rule: None,
            wait: None,
        }
    }

    /// The same with a challenge.
    #[must_use]
    pub fn challenged(mut self, challenge: &Rc<Challenge>) -> Self {
        self.challenge = Some(Rc::clone(challenge));
        self
    }

    /// The same, to be asked about again when the wait is over.
    #[must_use]
    pub fn until(mut self, wait: Rc<dyn Wait>) -> Self {
        self.wait = Some(wait);
        self
    }

    /// The one of two failed alternatives that decides the answer. On a tie the first stays, with
    /// what either asks for: the schemes of both, and where both have one scheme, it names neither.
    /// It can still hold while either can.
    #[must_use]
    pub fn or(mut self, mut other: Self) -> Self {
        let wait = self.wait.take().or_else(|| other.wait.take());
        let mut told = self.heavier(other);
        told.wait = wait;
        told
    }

    fn heavier(self, other: Self) -> Self {
        use std::cmp::Ordering::{Equal, Greater, Less};
        match self.weight.cmp(&other.weight) {
            Greater => self,
            Less => other,
            Equal => match (&self.challenge, &other.challenge) {
                (None, Some(theirs)) => self.challenged(&Rc::clone(theirs)),
                (Some(mine), Some(theirs)) if mine != theirs => {
                    let bare = if mine.offers(theirs.scheme()) {
                        mine.bare.clone()
                    } else {
                        format!("{}, {}", mine.bare, theirs.bare)
                    };
                    let challenge = Rc::new(Challenge {
                        full: bare.clone(),
                        bare,
                    });
                    self.challenged(&challenge)
                }
                _ => self,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reason::route as reason;

    fn failed(full: &str, bare: &str) -> Failure {
        let challenge = Challenge {
            full: full.to_owned(),
            bare: bare.to_owned(),
        };
        Failure::new(reason::NOT_ALLOWED, Weight::Missing).challenged(&Rc::new(challenge))
    }

    fn told(failure: &Failure) -> Option<&str> {
        let challenge = failure.challenge.as_ref();
        challenge.map(|challenge| &*challenge.full)
    }

    #[test]
    fn a_tie_asks_for_what_either_asks_for() {
        let token = || failed("Bearer realm=\"a\", scope=\"x\"", "Bearer realm=\"a\"");
        let other = || failed("Bearer realm=\"a\", scope=\"y\"", "Bearer realm=\"a\"");
        let key = || failed("ApiKey", "ApiKey");
        let none = || Failure::new(reason::NOT_ALLOWED, Weight::Missing);
        let lighter = || Failure::new(reason::NOT_ALLOWED, Weight::NotAllowed);
        for (failure, expected) in [
            (token().or(token()), Some("Bearer realm=\"a\", scope=\"x\"")),
            (token().or(other()), Some("Bearer realm=\"a\"")),
            (token().or(key()), Some("Bearer realm=\"a\", ApiKey")),
            (key().or(token()), Some("ApiKey, Bearer realm=\"a\"")),
            (
                token().or(key()).or(other()),
                Some("Bearer realm=\"a\", ApiKey"),
            ),
            (
                token().or(key()).or(key()),
                Some("Bearer realm=\"a\", ApiKey"),
            ),
            (none().or(key()), Some("ApiKey")),
            (key().or(none()), Some("ApiKey")),
            (none().or(none()), None),
            (lighter().or(key()), Some("ApiKey")),
            (key().or(lighter()), Some("ApiKey")),
        ] {
            assert_eq!(told(&failure), expected);
        }
    }
}

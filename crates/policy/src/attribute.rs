//! Attributes: named facts that limits use as keys and conditions compare.

pub(crate) mod own;

use std::fmt;
use std::rc::Rc;

use crate::document::linked::Linked;
use crate::language::{Place, Report, nearest};
use crate::{Attributes, Context, Failure, Policy};

/// Whether an attribute had a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Presence {
    /// Its bytes were appended.
    Present,
    /// It has none for this request; nothing was appended.
    Absent,
}

/// How far an attribute's value can be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// The client states it, or the network does: known before anything is verified.
    Unverified,
    /// Known once the named section's credential was verified (`"identity"`, `"jwt"`).
    Verified(&'static str),
}

/// A named fact, compiled.
pub trait Attribute: fmt::Debug {
    /// Appends the value's bytes for this request.
    ///
    /// # Errors
    /// The proxy did not answer, or the request cannot be read in one way.
    fn append(&self, context: &Context<'_>, out: &mut Vec<u8>) -> Result<Presence, Failure>;

    /// Appends what a limit counts by: the value, and where it came from, so that equal values of
    /// two issuers are two keys.
    ///
    /// # Errors
    /// As [`Self::append`].
    fn append_key(&self, context: &Context<'_>, out: &mut Vec<u8>) -> Result<Presence, Failure> {
        self.append(context, out)
    }

    /// How far it can be believed; decides when a limit with this key runs.
    fn trust(&self) -> Trust;

    /// The one source of its section that must have verified it, by name: the provider of
    /// `jwt[PROVIDER].claims[A]`. `None` where any of them does.
    fn source(&self) -> Option<&str> {
        None
    }

    /// Whether it verifies what it needs when it is asked. One that does not finds only what a part
    /// of a condition has verified before, so a condition must hold such a part beside it.
    fn verifies_itself(&self) -> bool {
        false
    }

    /// The name of the one credential that it is a fact of, where it is more exact than the section
    /// of its [`Trust`]: `jwt[login]` for a claim in the token of that provider.
    fn needs(&self) -> Option<&str> {
        None
    }

    /// Why no value is ever this text or begins with it, where that can be told: what compares with
    /// it is a slip.
    fn never_is(&self, text: &str) -> Option<String> {
        let _ = text;
        None
    }

    /// Whether its values are in lower case always, so that what a document compares them with is
    /// folded too.
    fn is_folded(&self) -> bool {
        false
    }
}

/// The name of an attribute as written: `request.headers[x-tenant]` is the head
/// `request.headers` with the path `["x-tenant"]`; `jwt[login].claims[sub]` has the head `jwt`,
/// the path `["login"]` and the tail `claims[sub]`.
///
/// ```
/// let name = policy::AttributeName::parse("request.headers[x-tenant]").unwrap();
/// assert_eq!(name.head, "request.headers");
/// assert_eq!(name.path, ["x-tenant"]);
/// assert_eq!(policy::AttributeName::parse("remote.ip").unwrap().path.len(), 0);
/// assert!(policy::AttributeName::parse("request.headers[").is_none());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributeName<'a> {
    /// What stands before the first bracket.
    pub head: &'a str,
    /// What stands in the brackets behind it.
    pub path: Vec<&'a str>,
    /// What follows the last of these brackets, without its dot; usually empty.
    pub tail: &'a str,
}

impl<'a> AttributeName<'a> {
    /// Splits a name; `None` where the brackets are not in pairs or one is empty.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        let (head, mut rest) = match text.find('[') {
            Some(at) => text.split_at_checked(at)?,
            None => (text, ""),
        };
        let mut path = Vec::new();
        while let Some(inner) = rest.strip_prefix('[') {
            let (word, after) = inner.split_once(']')?;
            if word.is_empty() || word.contains('[') {
                return None;
            }
            path.push(word);
            rest = after;
        }
        let tail = match rest.strip_prefix('.') {
            Some(tail) if !tail.is_empty() => tail,
            None if rest.is_empty() => "",
            _ => return None,
        };
        (!head.is_empty() && !head.contains(']')).then_some(Self { head, path, tail })
    }
}

/// Finds an attribute among the request's own and those of the linked policies.
pub(crate) struct Resolver<'a> {
    pub(crate) policies: [&'a [Box<dyn Policy>]; 2],
    pub(crate) linked: &'a Linked,
    /// Paths are compared without case.
    pub(crate) fold_case: bool,
}

impl Attributes for Resolver<'_> {
    fn resolve(
        &self,
        text: &str,
        place: &Place<'_>,
        report: &mut Report,
    ) -> Option<Rc<dyn Attribute>> {
        let Some(name) = AttributeName::parse(text) else {
            report.error(
                place,
                format_args!("\"{text}\" is not an attribute; brackets come in pairs"),
            );
            return None;
        };
        if let Some(found) = own::resolve(&name, self.fold_case, place, report) {
            return found;
        }
        for policy in self.policies.iter().copied().flatten() {
            if let Some(found) = policy.attribute(&name, place, report) {
                return found;
            }
        }
        if !self.linked.refuse_attribute(name.head, place, report) {
            let own = own::HEADS.iter().copied();
            let near = nearest(name.head, own.chain(self.linked.attribute_heads()));
            match near {
                Some(near) => report.error(
                    place,
                    format_args!("unknown attribute \"{text}\"; did you mean \"{near}\"?"),
                ),
                None => report.error(
                    place,
                    format_args!("unknown attribute \"{text}\"; see the list of attributes"),
                ),
            }
        }
        None
    }
}

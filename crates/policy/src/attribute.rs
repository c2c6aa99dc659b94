//! Attributes: named facts that limits use as keys and conditions compare.

use std::fmt;

use crate::{Context, Failure};

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

    /// How far it can be believed; decides when a limit with this key runs.
    fn trust(&self) -> Trust;
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

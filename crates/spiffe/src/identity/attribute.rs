//! The attributes of the caller: `source.principal`, `source.namespace`, `source.trust_domain`.
//!
//! All are parts of the verified SPIFFE ID; there is no attribute of an identity that is only
//! claimed.

use std::rc::Rc;

use policy::{Attribute, Context, Failure, Presence, Trust};

use super::{SECTION, callers::Callers};
use crate::{SpiffeId, reason};

/// The attributes' names, each with one sentence for the reference page.
pub(super) const ATTRIBUTES: &[(&str, &str); 3] = &[
    (
        PRINCIPAL,
        "The caller's verified SPIFFE ID; of one in an alias, the ID in the trust domain that it \
         stands for.",
    ),
    (
        NAMESPACE,
        "The Kubernetes namespace in the caller's verified SPIFFE ID, where its path is \
         /ns/NAMESPACE/sa/ACCOUNT.",
    ),
    (
        TRUST_DOMAIN,
        "The trust domain of the caller's verified SPIFFE ID, never an alias.",
    ),
];

/// The heads alone, for what is done at run time.
pub(super) const HEADS: &[&str] = &policy::heads(ATTRIBUTES);

const PRINCIPAL: &str = "source.principal";
const NAMESPACE: &str = "source.namespace";
const TRUST_DOMAIN: &str = "source.trust_domain";

/// One part of the caller's ID.
#[derive(Debug)]
pub(super) struct SourceAttribute {
    callers: Rc<Callers>,
    part: fn(&SpiffeId) -> Option<&str>,
    /// What stands before the trust domain in its values; `None` where none is in them.
    before_domain: Option<&'static str>,
}

impl SourceAttribute {
    /// The attribute of this name, if it is one of these.
    pub(super) fn of(head: &str, callers: &Rc<Callers>) -> Option<Self> {
        let part: fn(&SpiffeId) -> Option<&str> = match head {
            PRINCIPAL => |id| Some(id.as_str()),
            NAMESPACE => SpiffeId::namespace,
            TRUST_DOMAIN => |id| Some(id.trust_domain()),
            _ => return None,
        };
        Some(Self {
            callers: Rc::clone(callers),
            part,
            before_domain: match head {
                PRINCIPAL => Some("spiffe://"),
                TRUST_DOMAIN => Some(""),
                _ => None,
            },
        })
    }
}

impl Attribute for SourceAttribute {
    /// # Errors
    /// The proxy did not answer, or the caller's certificate is there and not good: it must not
    /// count as a caller without one.
    fn append(&self, context: &Context<'_>, out: &mut Vec<u8>) -> Result<Presence, Failure> {
        let caller = match self.callers.caller(context) {
            Ok(caller) => caller,
            Err(failure) if failure.reason == reason::MISSING_IDENTITY => {
                return Ok(Presence::Absent);
            }
            Err(failure) => return Err(failure),
        };
        let Some(value) = (self.part)(caller.id()) else {
            return Ok(Presence::Absent);
        };
        out.extend_from_slice(value.as_bytes());
        Ok(Presence::Present)
    }

    fn trust(&self) -> Trust {
        Trust::Verified(SECTION)
    }

    fn verifies_itself(&self) -> bool {
        true
    }

    /// A value is never in an alias: it is the one in the trust domain that is meant.
    fn never_is(&self, text: &str) -> Option<String> {
        let before = self.before_domain?;
        let rest = text.strip_prefix(before)?;
        let (alias, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
        let domain = self.callers.aliases.domain_of(&alias.parse().ok()?)?;
        Some(format!(
            "\"{alias}\" is an alias of \"{domain}\", in which its callers are compared; write \
             \"{before}{domain}{path}\""
        ))
    }
}

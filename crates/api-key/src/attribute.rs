//! The attribute `api_key.client`: a key of limits, a value of conditions.
//!
//! It reads what a part of a condition has taken and never verifies anything itself.

use std::rc::Rc;

use policy::{Attribute, Context, Failure, Presence, Trust};

use crate::verifier::Verifier;

/// Names of the attributes, with what they are.
pub(crate) const ATTRIBUTES: &[(&str, &str); 1] = &[(
    "api_key.client",
    "The client whose API key let the request in.",
)];

/// The heads alone, for what is done at run time.
pub(crate) const HEADS: &[&str] = &policy::heads(ATTRIBUTES);

/// The client whose key was taken.
#[derive(Debug)]
pub(crate) struct ClientAttribute(pub(crate) Rc<Verifier>);

impl Attribute for ClientAttribute {
    fn append(&self, context: &Context<'_>, out: &mut Vec<u8>) -> Result<Presence, Failure> {
        let Some(client) = self.0.taken(context.learnt) else {
            return Ok(Presence::Absent);
        };
        out.extend_from_slice(client.as_bytes());
        Ok(Presence::Present)
    }

    fn trust(&self) -> Trust {
        Trust::Verified(crate::SECTION)
    }
}
